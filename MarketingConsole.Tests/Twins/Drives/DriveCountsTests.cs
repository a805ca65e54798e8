using FsCheck;
using FsCheck.Fluent;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Twins;
using MarketingConsole.Core.Twins.Drives;

namespace MarketingConsole.Tests.Twins.Drives;

public sealed class DriveCountsTests
{
    private static readonly DateTime Now = new(2026, 6, 1, 12, 0, 0, DateTimeKind.Utc);

    private static readonly Dictionary<int, ProductKind> Kinds = new()
    {
        [1] = new("Tea", "Mei", 500),
        [2] = new("Tea", "Mei", 900),
        [3] = new("Tea", "Nord", 1500),
        [4] = new("Tea", "Nord", 2000),
        [5] = new("Garden", "", 3000),
        [6] = new("", "Mei", 0),
    };

    private static readonly IReadOnlyDictionary<string, double> Medians = CategoryPrices.Medians(Kinds.Values);

    private static TwinEvent At(DateTime at, EventType type, Channel channel = Channel.Web, long id = 0, int? product = null, int? campaign = null, bool machine = false) =>
        new(id, at, ShopCalendar.DayOf(DateOnly.FromDateTime(at)), (byte)((((int)at.DayOfWeek + 6) % 7 * 24) + at.Hour), type, channel, null, 0, machine, campaign, product);

    private static DriveCounts Of(IReadOnlyList<TwinEvent> events, params TwinItem[] items) => DriveCounts.Of(new(1, [.. events.OrderBy(x => x.At)], items), Kinds, Medians, Now);

    private static Tally Motive(DriveKind kind, IReadOnlyList<TwinEvent> events, params TwinItem[] items) => Of(events, items).Motives[kind];

    [Fact]
    public void Medians_FewArticles_HaveNone()
    {
        Assert.Equal(1200, Assert.Single(Medians).Value);
        Assert.Equal("Tea", Medians.Keys.Single());
    }

    [Fact]
    public void Deal_CountsOrdersWithADiscountOfThoseWithArticles()
    {
        List<TwinEvent> events = [At(Now.AddDays(-50), EventType.Purchase, id: 1), At(Now.AddDays(-40), EventType.Purchase, id: 2), At(Now.AddDays(-30), EventType.Purchase, id: 3), At(Now.AddDays(-20), EventType.Return, id: 4)];
        Assert.Equal(new(1, 2), Motive(DriveKind.Deal, events, new(1, 1, 400, 100), new(1, 2, 900), new(2, 1, 500), new(4, 1, 400, 100)));
    }

    [Fact]
    public void NoveltyAndLoyalty_CountArticlesAfterTheFirstOrderDay()
    {
        List<TwinEvent> events =
        [
            At(Now.AddDays(-50), EventType.Purchase, id: 1), At(Now.AddDays(-50).AddHours(1), EventType.Purchase, id: 2),
            At(Now.AddDays(-40), EventType.Purchase, id: 3), At(Now.AddDays(-30), EventType.Purchase, id: 4),
        ];
        // Later: 1 again (old article, old brand), 3 (new, brand Nord new), then 4 (new, Nord known by then), 5 (new, without a brand).
        TwinItem[] items = [new(1, 1, 1), new(2, 2, 1), new(3, 1, 1), new(3, 3, 1), new(4, 4, 1), new(4, 5, 1)];
        Assert.Equal(new(3, 4), Motive(DriveKind.Novelty, events, items));
        Assert.Equal(new(2, 3), Motive(DriveKind.Loyalty, events, items));
    }

    [Fact]
    public void Convenience_LooksAtTheDayBeforeOnlineOrders()
    {
        DateTime[] at = [Now.AddDays(-40), Now.AddDays(-30), Now.AddDays(-20), Now.AddDays(-10), Now.AddDays(-5)];
        List<TwinEvent> events =
        [
            At(at[0].AddDays(-20), EventType.Purchase, id: 9), // before the first view: nothing is known of looking
            At(at[0].AddHours(-1), EventType.View, product: 1), At(at[0], EventType.Purchase, id: 1), // only what was bought
            At(at[1].AddHours(-2), EventType.View, product: 2), At(at[1], EventType.Purchase, Channel.App, id: 2), // looked around
            At(at[2].AddHours(-25), EventType.View, product: 2), At(at[2], EventType.Purchase, id: 3), // too long ago
            At(at[3].AddHours(-1), EventType.View, product: 3), At(at[3], EventType.Purchase, Channel.Store, id: 4), // in a store: says nothing
            At(at[4].AddHours(-1), EventType.View, product: 2, machine: true), At(at[4], EventType.Purchase, id: 5), // a machine looked
        ];
        Assert.Equal(new(3, 4), Motive(DriveKind.Convenience, events, [.. new[] { 9, 1, 2, 3, 4, 5 }.Select(x => new TwinItem(x, 1, 1))]));
    }

    [Fact]
    public void Convenience_NoViewFor90Days_SaysNothing() =>
        Assert.Equal(default, Motive(DriveKind.Convenience, [At(Now.AddDays(-120), EventType.View, product: 1), At(Now.AddDays(-20), EventType.Purchase, id: 1)], new TwinItem(1, 1, 1)));

    [Theory]
    [InlineData("2025-11-25", false)]
    [InlineData("2025-11-26", true)]
    [InlineData("2025-12-24", true)]
    [InlineData("2025-12-25", false)]
    [InlineData("2026-02-03", false)]
    [InlineData("2026-02-04", true)]
    [InlineData("2026-02-14", true)]
    [InlineData("2026-04-29", false)]
    [InlineData("2026-04-30", true)]
    [InlineData("2026-05-10", true)] // second Sunday
    [InlineData("2026-05-11", false)]
    [InlineData("2022-05-08", true)] // a May that begins on a Sunday
    [InlineData("2022-05-09", false)]
    public void GiftWeeks_Contains_AgreesWithTheCalendar(string date, bool expected) =>
        Assert.Equal(expected, GiftWeeks.Contains(ShopCalendar.DayOf(DateOnly.Parse(date, System.Globalization.CultureInfo.InvariantCulture))));

    [Fact]
    public void Gift_CountsArticlesInGiftWeeks()
    {
        List<TwinEvent> events = [.. new[] { "2025-12-10", "2026-01-10", "2026-02-10" }.Select((x, i) => At(DateTime.Parse(x, System.Globalization.CultureInfo.InvariantCulture).AddHours(9), EventType.Purchase, id: i))];
        Assert.Equal(new(3, 4), Motive(DriveKind.Gift, events, new(0, 1, 1), new(0, 2, 1), new(1, 1, 1), new(2, 1, 1)));
    }

    [Fact]
    public void Quality_ComparesWithTheCategorysMedian()
    {
        List<TwinEvent> events = [At(Now.AddDays(-50), EventType.Purchase, id: 1)];
        Assert.Equal(new(1, 2), Motive(DriveKind.Quality, events, new(1, 2, 1), new(1, 3, 1), new(1, 5, 1), new(1, 6, 1), new(1, 77, 1)));
        Assert.Equal([("Garden", 1), ("Tea", 2)], Of(events, new(1, 2, 1), new(1, 3, 1), new(1, 5, 1), new(1, 6, 1)).Categories.Select(x => (x.Key, x.Value)).Order());
    }

    [Fact]
    public void Habits_CountDaysNotActs()
    {
        var monday = new DateTime(2026, 5, 18, 20, 30, 0, DateTimeKind.Utc);
        List<TwinEvent> events =
        [
            At(monday, EventType.View), At(monday.AddMinutes(1), EventType.View), At(monday.AddMinutes(2), EventType.EmailOpen, Channel.Email), At(monday.AddDays(1).AddHours(-12), EventType.StoreVisit, Channel.Store),
            At(monday.AddDays(2), EventType.EmailSent, Channel.Email), At(monday.AddDays(2), EventType.EmailOpen, Channel.Email, machine: true), At(new(2026, 5, 20, 0, 0, 0, DateTimeKind.Utc), EventType.Purchase, Channel.Other, 1),
            At(monday.AddDays(-400), EventType.View),
        ];
        var counts = Of(events);
        Assert.Equal([0, 1, 0, 1, 1, 0, 0], counts.Channels);
        Assert.Equal([0, 0, 1, 0, 0, 1], counts.Hours); // the order has a date only
        Assert.Equal([1, 1, 1, 0, 0, 0, 0], counts.Weekdays);
    }

    [Fact]
    public void Promotion_SplitsTheDaysSinceTheFirstOrder()
    {
        List<TwinEvent> events =
        [
            At(Now.AddDays(-110), EventType.EmailSent, Channel.Email, campaign: 1), // over before the first order
            At(Now.AddDays(-100), EventType.Purchase, id: 1),
            At(Now.AddDays(-60), EventType.EmailSent, Channel.Email, campaign: 1), At(Now.AddDays(-57), EventType.MessageSent, Channel.Sms, campaign: 2), // ten days together
            At(Now.AddDays(-56), EventType.Purchase, id: 2), At(Now.AddDays(-51), EventType.Purchase, id: 3),
            At(Now.AddDays(-49), EventType.Purchase, id: 4), // after the week
            At(Now.AddDays(-30), EventType.EmailSent, Channel.Email), // a newsletter, no campaign
            At(Now.AddDays(-28), EventType.Purchase, id: 5),
            At(Now.AddDays(-2), EventType.EmailSent, Channel.Email, campaign: 3), // two days so far
        ];
        Assert.Equal(new(3, 12, 2, 88, 2), Of(events).Promotion);
        Assert.Equal(5, Of(events).OrderDays);
        Assert.Equal(default, Of([]).Promotion);
    }

    [Fact]
    public void Of_EventsAfterTheInstant_ChangeNothing() => Prop.ForAll(Gen.Choose(-300, 60).ArrayOf().ToArbitrary(), Gen.Choose(0, 1000).ToArbitrary(), (offsets, seed) =>
    {
        var random = new Random(seed);
        List<TwinEvent> all = [.. offsets.Order().Select((x, i) => At(Now.AddDays(x).AddMinutes(i), (EventType)random.Next(1, 17), (Channel)random.Next(7), i, random.Next(1, 8), random.Next(2) == 0 ? 1 : null, random.Next(5) == 0))];
        TwinItem[] items = [.. all.SelectMany(x => Enumerable.Range(0, random.Next(3)).Select(_ => new TwinItem(x.Id, random.Next(1, 8), 100, random.Next(2))))];
        var (whole, known) = (DriveCounts.Of(new(1, all, items), Kinds, Medians, Now), DriveCounts.Of(new(1, [.. all.Where(x => x.At <= Now)], items), Kinds, Medians, Now));
        return whole.Motives.All(x => known.Motives[x.Key] == x.Value && x.Value.Hits <= x.Value.Of) && whole.Promotion == known.Promotion && whole.Promotion is { WindowDays: >= 0, OtherDays: >= -1e-9, OtherOrders: >= 0 }
            && whole.Channels.SequenceEqual(known.Channels) && whole.Hours.SequenceEqual(known.Hours) && whole.Categories.Count == known.Categories.Count;
    }).QuickCheckThrowOnFailure();
}
