using System.Globalization;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Offers;
using MarketingConsole.Tests.Support;

namespace MarketingConsole.Tests.Offers;

public sealed class OfferServiceTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(TestDatabase.Providers), MemberType = typeof(TestDatabase))]
    public async Task Save_RoundTrip_KeepsEveryField(DatabaseProvider provider)
    {
        await using var db = await OpenAsync(provider);
        var service = db.Get<OfferService>();
        var draft = Draft(db) with { Code = " TEA15 ", Categories = ["Tea"], Skus = ["T1"], StockLimit = 5, BudgetCents = 100, UnitCostCents = 7, LinkUrl = "https://x.example/", Description = "d" };
        var id = (await service.SaveAsync(0, draft, "me", Ct)).Id;
        var stored = (await service.GetAsync(id, Ct))!.Draft;
        Assert.Equivalent(draft with { Code = "TEA15" }, stored, strict: true);
        Assert.Equal(id, (await service.SaveAsync(id, stored with { Name = "Other" }, "me", Ct)).Id);
        Assert.Equal("Other", (await service.GetAsync(id, Ct))!.Name);
        Assert.Equal([new("T1", "Green Tea", "Tea")], await service.ProductsAsync("green", Ct));
        Assert.Equal(["Tea"], await service.CategoriesAsync("te", Ct));
    }

    [Fact]
    public async Task Save_Wrong_NamesEachField()
    {
        await using var db = await OpenAsync(DatabaseProvider.Sqlite);
        var now = db.Time.Now;
        var wrong = new OfferDraft { Name = " ", Kind = OfferKind.PercentOff, Value = 101, Code = "ä b", ValidFrom = now, ValidTo = now, StockLimit = 0, BudgetCents = 0, UnitCostCents = -1, LinkUrl = "javascript:alert(1)", Skus = ["nope"], Categories = ["Nope"] };
        var errors = (await db.Get<OfferService>().SaveAsync(0, wrong, "me", Ct)).Errors;
        Assert.Equal(["budgetCents", "categories", "code", "linkUrl", "name", "skus", "stockLimit", "unitCostCents", "validTo", "value"], errors.Select(x => x.Field).Order());
        Assert.Equal("id", Assert.Single((await db.Get<OfferService>().SaveAsync(99, Draft(db), "me", Ct)).Errors).Field);
    }

    [Fact]
    public async Task Archive_AndBack_LeavesAndEntersTheList()
    {
        await using var db = await OpenAsync(DatabaseProvider.Sqlite);
        var service = db.Get<OfferService>();
        var id = (await service.SaveAsync(0, Draft(db), "me", Ct)).Id;
        Assert.True(await service.ArchiveAsync(id, true, Ct));
        Assert.Empty(await service.ListAsync(false, Ct));
        Assert.Single(await service.ListAsync(true, Ct));
        Assert.True(await service.ArchiveAsync(id, false, Ct));
        Assert.Single(await service.ListAsync(false, Ct));
        Assert.False(await service.ArchiveAsync(99, true, Ct));
    }

    [Theory]
    [InlineData(OfferKind.PercentOff, 15, "en", "15%", "15% off")]
    [InlineData(OfferKind.PercentOff, 15, "de", "15 %", "15 % Rabatt")]
    [InlineData(OfferKind.PercentOff, 15, "fr", "15 %", "15 % de réduction")]
    [InlineData(OfferKind.AmountOff, 1000, "en", "€10", "€10 off")]
    [InlineData(OfferKind.AmountOff, 1050, "en", "€10.50", "€10.50 off")]
    [InlineData(OfferKind.AmountOff, 1050, "de", "10,50 €", "10,50 € Rabatt")]
    [InlineData(OfferKind.Points, 1, "de", "1 Punkt", "1 Punkt")]
    [InlineData(OfferKind.Points, 1500, "en", "1,500 points", "1,500 points")]
    [InlineData(OfferKind.Gift, 0, "fr", "un cadeau", "un cadeau")]
    [InlineData(OfferKind.FreeShipping, 0, "de", "kostenlose Lieferung", "kostenlose Lieferung")]
    public void Value_AndPhrase_ReadNatively(OfferKind kind, int value, string language, string expected, string phrase)
    {
        var (offer, culture) = (new OfferDraft { Kind = kind, Value = value }, CultureInfo.GetCultureInfo(language));
        Assert.Equal(expected, OfferText.Value(offer, culture, "EUR").Replace('\u00a0', ' '));
        Assert.Equal(phrase, OfferText.Phrase(offer, culture, "EUR").Replace('\u00a0', ' '));
    }

    [Fact]
    public void LastDay_EndAtLocalMidnight_IsTheDayBefore()
    {
        var vienna = TimeZoneInfo.FindSystemTimeZoneById("Europe/Vienna");
        Assert.Equal(new DateOnly(2026, 11, 24), OfferText.LastDay(new() { ValidTo = new(2026, 11, 24, 23, 0, 0, DateTimeKind.Utc) }, vienna));
        Assert.Equal(new DateOnly(2026, 11, 24), OfferText.LastDay(new() { ValidTo = new(2026, 11, 24, 17, 0, 0, DateTimeKind.Utc) }, vienna));
        Assert.Equal("1er novembre", OfferText.Day(new(2026, 11, 1), CultureInfo.GetCultureInfo("fr")));
        Assert.Equal("24. November", OfferText.Day(new(2026, 11, 24), CultureInfo.GetCultureInfo("de")));
    }

    private static OfferDraft Draft(TestDatabase db) => new() { Name = "Autumn", Value = 15, ValidFrom = db.Time.Now, ValidTo = db.Time.Now.AddDays(10) };

    private static async Task<TestDatabase> OpenAsync(DatabaseProvider provider)
    {
        var test = await TestDatabase.CreateAsync(provider, (s, c) => s.AddOffers(c));
        await using var db = test.Open();
        db.Products.Add(new Product { Id = 1, Sku = "T1", Name = "Green Tea", Category = "Tea" });
        await db.SaveChangesAsync(Ct);
        return test;
    }
}
