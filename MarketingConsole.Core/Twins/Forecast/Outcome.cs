using MarketingConsole.Core.Events;
using MarketingConsole.Core.Twins.Models;

namespace MarketingConsole.Core.Twins.Forecast;

/// <summary>Something that comes true for a customer or does not.</summary>
/// <param name="Kind">See <see cref="ModelKind"/>.</param>
/// <param name="Days">How far ahead it looks.</param>
public sealed record Outcome(string Kind, int Days)
{
    private const int ShortestAway = 60, LongestAway = 180, GapsAway = 3;

    /// <summary>A purchase in the next 30 days.</summary>
    public static Outcome ToBuy { get; } = new(ModelKind.ChanceToBuy, BehaviourFacts.Horizon);

    /// <summary>No purchase for three of the shop's typical gaps (60 to 180 days, in whole months of 30): asked only of customers who still count as coming.</summary>
    public static Outcome ToStayAway(ShopRhythm rhythm) => new(ModelKind.Churn, (int)Math.Clamp(Math.Round(GapsAway * rhythm.TypicalGapDays / 30) * 30, ShortestAway, LongestAway));

    /// <summary>Whether the question makes sense for a customer: one who is lost cannot be lost again.</summary>
    public bool Asks(BehaviourFacts facts) => Kind != ModelKind.Churn || BehaviourFeatures.Pause(facts) <= Lifecycle.LostAfter;

    public bool CameTrue(CustomerHistory history, DateTime cutOff) =>
        history.Events.Any(x => x.Type == EventType.Purchase && x.At > cutOff && x.At <= cutOff.AddDays(Days)) == (Kind != ModelKind.Churn);
}

/// <summary>The instants a training looks from, 30 days apart. No label window of one group meets a later group.</summary>
/// <param name="Train">Cut-offs fitted on, oldest first.</param>
public sealed record CutOffs(IReadOnlyList<DateTime> Train, DateTime Calibration, DateTime Test)
{
    private const int MaxTrain = 12, MinHistoryDays = 60, StepDays = 30;

    public IEnumerable<DateTime> All => [.. Train, Calibration, Test];

    /// <param name="first">First purchase of the shop.</param>
    /// <param name="last">Last purchase: the end of the test window.</param>
    /// <param name="days">Length of a label window.</param>
    /// <returns>Null when the shop's history is too short.</returns>
    public static CutOffs? Of(DateTime first, DateTime last, int days)
    {
        var train = Enumerable.Range(0, MaxTrain).Select(x => last.AddDays((-3 * days) - (x * StepDays))).Where(x => x >= first.AddDays(MinHistoryDays)).Reverse().ToList();
        return train.Count == 0 ? null : new(train, last.AddDays(-2 * days), last.AddDays(-days));
    }

    public static int MinDays(int days) => MinHistoryDays + (3 * days);
}
