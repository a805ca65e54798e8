using MarketingConsole.Core.Campaigns;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Dispatch;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Offers;
using MarketingConsole.Core.Twins;
using MarketingConsole.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace MarketingConsole.Tests.Dispatch;

public sealed class OfferPreviewTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(TestDatabase.Providers), MemberType = typeof(TestDatabase))]
    public async Task Choose_SpendingOfOneCategory_GetsItsOffer(DatabaseProvider provider)
    {
        await using var app = await TestDatabase.CreateAsync(provider, (s, c) => s.AddConsent(c).AddEvents(c).AddOffers(c).AddTwins(c).AddSingleton<OfferPreview>());
        await CampaignScene.FillAsync(app.Services, 4, x => $"c{x}@shop.test");
        var now = app.Time.Now;
        await using (var db = app.Open())
        {
            db.Products.AddRange(new Product { Id = 1, Sku = "T", Name = "Tea", Category = "Tea" }, new Product { Id = 2, Sku = "C", Name = "Coffee", Category = "Coffee" });
            db.Twins.AddRange(Enumerable.Range(1, 4).Select(x => new Twin { CustomerId = x, AverageBasketCents = 2000, UpdatedAt = now }));
            await db.SaveChangesAsync(Ct);
        }

        var (events, items) = (new List<Event>(), new List<EventItem>());
        void Add(int customer, EventType type, int product, long cents)
        {
            events.Add(new Event { CustomerId = customer, Id = events.Count, Type = type, At = now.AddDays(-9).AddMinutes(events.Count), AmountCents = cents });
            items.Add(new EventItem { CustomerId = customer, EventId = events[^1].Id, Line = 1, ProductId = product, Quantity = 1, AmountCents = cents });
        }

        Add(1, EventType.Purchase, 1, 3000);
        Add(1, EventType.Purchase, 2, 1000);
        Add(2, EventType.Purchase, 2, 1000);
        Add(2, EventType.Return, 1, 5000); // what came back was no liking
        Add(3, EventType.Purchase, 2, 3000);
        await app.Get<EventWriter>().WriteAsync(events, items, Ct);
        await app.Get<ConsentGate>().RecordAsync([new ConsentEntry { CustomerId = 3, Purpose = Purpose.Profiling, Granted = false, At = now, Source = "test", RecordedBy = "test", RecordedAt = now }], Ct);
        var offers = app.Get<OfferService>();
        var draft = new OfferDraft { Name = "Tea", Value = 10, Categories = ["Tea"], ValidFrom = now.AddDays(-1), ValidTo = now.AddDays(9) };
        var tea = (await offers.SaveAsync(0, draft, "me", Ct)).Id;
        var coffee = (await offers.SaveAsync(0, draft with { Name = "Coffee", Categories = ["Coffee"] }, "me", Ct)).Id;

        var chosen = await app.Get<OfferPreview>().ChooseAsync(new CampaignPlan { OfferIds = [tea, coffee] }, [1, 2, 3, 4], Ct);

        // Without leave to profile, or without any purchase, every offer is as good and the first is taken.
        Assert.Equal([KeyValuePair.Create(1, (int?)tea), new(2, coffee), new(3, tea), new(4, tea)], chosen.OrderBy(x => x.Key));
        var teaOnly = await app.Get<OfferPreview>().ChooseAsync(new CampaignPlan { OfferIds = [tea] }, [2], Ct);
        Assert.Null(teaOnly[2]); // never bought any: the offer does not apply
    }
}
