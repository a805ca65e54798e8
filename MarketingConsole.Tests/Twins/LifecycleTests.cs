using FsCheck;
using FsCheck.Fluent;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Twins;
using MarketingConsole.Core.Twins.Forecast;

namespace MarketingConsole.Tests.Twins;

public sealed class LifecycleTests
{
    private static readonly DateTime Now = new(2026, 6, 1, 12, 0, 0, DateTimeKind.Utc);
    private static readonly ShopRhythm Rhythm = new(40, Math.Log(40), 0.6, 500);

    private static List<OrderDay> Ago(params int[] daysAgo) => [.. daysAgo.OrderDescending().Select(x => new OrderDay(Now.AddDays(-x), 20_000 - x))];

    [Theory]
    [InlineData(LifecycleStage.New, 10)]
    [InlineData(LifecycleStage.New, 79)]
    [InlineData(LifecycleStage.Cooling, 100)]
    [InlineData(LifecycleStage.Lapsing, 200)]
    [InlineData(LifecycleStage.Lost, 300)]
    [InlineData(LifecycleStage.Active, 200, 180, 160, 140, 120, 100, 80, 60, 40, 20)]
    [InlineData(LifecycleStage.Cooling, 200, 180, 160, 140, 120, 100, 50)]
    [InlineData(LifecycleStage.Lapsing, 200, 180, 160, 140, 120, 100, 80)]
    [InlineData(LifecycleStage.Lost, 300, 280, 260, 240, 220, 200)]
    [InlineData(LifecycleStage.Regained, 400, 380, 360, 340, 10)]
    [InlineData(LifecycleStage.Regained, 400, 380, 360, 340, 30, 10)]
    [InlineData(LifecycleStage.Active, 400, 380, 360, 340, 320, 50, 30, 10)]
    public void Decide_Example_GivesStage(LifecycleStage expected, params int[] daysAgo) => Assert.Equal(expected, Lifecycle.Decide(Ago(daysAgo), Rhythm, Now).Stage);

    [Fact]
    public void Decide_NoOrder_IsProspect() => Assert.Equal(LifecycleStage.Prospect, Lifecycle.Decide([], Rhythm, Now).Stage);

    [Fact]
    public void Decide_Regular_SaysWhy() => Assert.Equal("buys every 20 days on average; last order 50 days ago", Lifecycle.Decide(Ago(150, 130, 110, 90, 70, 50), Rhythm, Now).Reason);

    [Fact]
    public void Decide_AnyHistory_HoldsUntilItsEndAndChangesAfterIt() => Prop.ForAll(Gen.Choose(0, 900).ArrayOf().ToArbitrary(), days =>
    {
        var orders = Ago([.. days.Distinct()]);
        var stage = Lifecycle.Decide(orders, Rhythm, Now);
        if (stage.Until is not { } until)
        {
            return stage.Stage is LifecycleStage.Prospect or LifecycleStage.Lost;
        }

        return until >= Now && stage.Since <= Now && stage.Reason.Length <= 300
            && Lifecycle.Decide(orders, Rhythm, until.AddSeconds(-1)) is var before && before.Stage == stage.Stage
            && Lifecycle.Decide(orders, Rhythm, until.AddSeconds(1)).Stage != stage.Stage;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void BehaviourFacts_EventsAfterTheCutOff_ChangeNothing() => Prop.ForAll(Gen.Choose(-300, 60).ArrayOf().ToArbitrary(), Gen.Choose(0, 1000).ToArbitrary(), (offsets, seed) =>
    {
        var random = new Random(seed);
        TwinEvent Draw(int days, int i) => new(i, Now.AddDays(days).AddMinutes(i), 20_000 + days, (byte)random.Next(168), (EventType)random.Next(1, 17), Channel.Web, null, random.Next(10_000), random.Next(5) == 0, null);
        List<TwinEvent> all = [.. offsets.Order().Select(Draw)];
        List<TwinEvent> past = [.. all.Where(x => x.At <= Now)];
        var (whole, known) = (BehaviourFacts.Of(new(1, all, []), Rhythm, Now), BehaviourFacts.Of(new(1, past, []), Rhythm, Now));
        return Equals(whole, known) && (known is null || BehaviourFeatures.Of(known).All(float.IsFinite));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void BehaviourFacts_Example_AgreesWithCountingByHand()
    {
        TwinEvent At(EventType type, int daysAgo, long cents = 0, bool machine = false) => new(1000 - daysAgo, Now.AddDays(-daysAgo), 20_000 - daysAgo, 0, type, Channel.Web, null, cents, machine, null);
        List<TwinEvent> events =
        [
            At(EventType.Purchase, 400, 1000), At(EventType.Purchase, 350, 3000), At(EventType.Return, 340, 3000), At(EventType.Purchase, 85, 2000), At(EventType.EmailOpen, 80), At(EventType.EmailOpen, 70, machine: true),
            At(EventType.EmailClick, 60), At(EventType.StoreVisit, 50), At(EventType.View, 29), At(EventType.Cart, 28), At(EventType.EmailSent, 1),
        ];
        var facts = BehaviourFacts.Of(new(1, events, []), Rhythm, Now)!;
        Assert.Equal(85, facts.DaysSinceOrder, 6);
        Assert.Equal(157.5, facts.GapDays, 6); // median of 50 and 265
        Assert.Equal((3, 1, 2), (facts.OrderDays, facts.Orders90, facts.Orders365));
        Assert.Equal(2000, facts.AverageBasketCents, 6);
        Assert.Equal(1 / 3.0, facts.ReturnShare, 6);
        Assert.Equal((1, 1, 0, 1, 1, 1), (facts.Views30, facts.Carts30, facts.Sessions30, facts.Opens90, facts.Clicks90, facts.StoreVisits90));
        Assert.Equal(28, facts.DaysSinceSeen, 6);
        Assert.Equal(400, facts.TenureDays, 6);
    }

    [Fact]
    public void CutOffs_ShortHistory_GivesNone()
    {
        Assert.Null(CutOffs.Of(Now.AddDays(-CutOffs.MinDays(30) + 1), Now, 30));
        var some = CutOffs.Of(Now.AddDays(-CutOffs.MinDays(30)), Now, 30)!;
        Assert.Single(some.Train);
        Assert.Equal(Now, some.Test.AddDays(BehaviourFacts.Horizon));
        Assert.True(some.Train[^1].AddDays(BehaviourFacts.Horizon) <= some.Calibration && some.Calibration.AddDays(BehaviourFacts.Horizon) <= some.Test);
    }
}
