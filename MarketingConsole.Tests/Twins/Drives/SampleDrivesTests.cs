using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Sample;
using MarketingConsole.Core.Twins;
using MarketingConsole.Core.Twins.Drives;
using Microsoft.Extensions.Options;

namespace MarketingConsole.Tests.Twins.Drives;

/// <summary>The sample's customers have habits that only the sample knows: are they found?</summary>
public sealed class SampleDrivesTests
{
    private const int Customers = 1_000, Seed = 7;
    private static readonly DateTime Now = new(2026, 6, 1, 12, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void SampleShop_HiddenHabits_ShowInTheDrives()
    {
        var calendar = new ShopCalendar(Options.Create(new ShopOptions()));
        var shop = new SampleShop(Now.AddDays(-548), Now, calendar, SampleCatalogue.Stores(1), SampleCatalogue.Products(1), [], Seed);
        var kinds = shop.Products.ToDictionary(x => x.Id, x => new ProductKind(x.Category, x.Brand, x.PriceCents));
        var medians = CategoryPrices.Medians(kinds.Values);
        var people = Enumerable.Range(0, Customers).Select(i => (SamplePerson.Draw(shop, i, i + 1, new Random(unchecked((Seed * 7919) + (i * 104_729)))).Habits, Counts: DriveCounts.Of(History(SampleLife.Of(shop, i, i + 1), i + 1), kinds, medians, Now))).ToList();
        var crowd = CrowdModel.Fit(people.Select(x => x.Counts), medians, TestContext.Current.CancellationToken);
        var twins = people.Select(x => (x.Habits, Drives: TwinDrives.Of(x.Counts, crowd))).ToList();

        double Strength(DriveKind kind, Func<SampleHabits, bool> of) => twins.Where(x => of(x.Habits)).Select(x => x.Drives.Motivations.Single(m => m.Kind == kind)).Where(x => x.Missing is null).Average(x => x.Strength);
        var hunters = Strength(DriveKind.Deal, x => x.DealShare > 0.6) - Strength(DriveKind.Deal, x => x.DealShare <= 0.6);
        var givers = Strength(DriveKind.Gift, x => x.SeasonPull == 2.6) - Strength(DriveKind.Gift, x => x.SeasonPull < 2);
        TestContext.Current.TestOutputHelper?.WriteLine($"deal +{hunters:0.000}, gift +{givers:0.000}; crowd: {string.Join(", ", crowd.Motives.Select(x => $"{x.Key} {x.Value.Model?.Mean:0.00} α {x.Value.Model?.Shares.Concentration:0.0} {x.Value.Model?.Shares.Problem ?? x.Value.Missing}"))}; channels {crowd.Channels.Model!.Concentration:0.0}, hours {crowd.Hours.Model!.Concentration:0.0}, weekdays {crowd.Weekdays.Model!.Concentration:0.0}, categories {crowd.Categories.Model!.Concentration:0.0}");
        Assert.True(hunters > 0.1, $"Bargain hunters stand {hunters:0.000} above others.");
        Assert.True(givers > 0.05, $"Gift buyers stand {givers:0.000} above others.");

        var told = twins.Where(x => x.Drives.Hours.Missing is null && x.Habits.StoreShare == 0 && x.Drives.Hours.Own is not null).ToList();
        var right = told.Average(x => Math.Abs((x.Drives.Hours.Own!.Index * 4) + 2 - x.Habits.Hour) < 4 ? 1.0 : 0);
        Assert.True(told.Count >= 30 && right > 0.7, $"Of {told.Count} own hours {right:0.00} are near the true one.");
        var tastes = twins.Where(x => x.Drives.Categories is { Missing: null, Own: not null }).ToList();
        Assert.True(tastes.Average(x => x.Habits.Tastes.Index().OrderByDescending(t => t.Item).Take(3).Any(t => SampleCatalogue.Categories[t.Index].Name == x.Drives.Categories.Own!.Name) ? 1.0 : 0) > 0.8);
    }

    private static CustomerHistory History(SampleRows rows, int id) => new(id,
        [.. rows.Events.OrderBy(x => x.At).ThenBy(x => x.Id).Select(x => new TwinEvent(x.Id, x.At, x.Day, x.HourOfWeek, x.Type, x.Channel, x.StoreId, x.AmountCents, x.Machine, x.CampaignId, x.ProductId))],
        [.. rows.Items.Select(x => new TwinItem(x.EventId, x.ProductId, x.AmountCents, x.DiscountCents))]);
}
