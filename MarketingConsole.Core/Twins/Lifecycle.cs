using System.Globalization;

namespace MarketingConsole.Core.Twins;

/// <param name="Why">Words the reason; called only by who shows it, because a report decides hundreds of thousands of stages.</param>
/// <param name="Since">When the customer entered the stage.</param>
/// <param name="Until">When the stage ends by time alone; null when only an event can end it.</param>
public sealed record StageDecision(LifecycleStage Stage, Func<string> Why, DateTime? Since, DateTime? Until)
{
    public string Reason => Why();
}

/// <summary>The lifecycle rules, all in one place. A customer's pause since the last order is measured in their own usual gap
/// (median days between orders; with fewer than <see cref="MinOrderDays"/> order days the shop's typical gap):
/// up to 2 gaps active, beyond 2 cooling, beyond 3.5 lapsing, beyond 6 lost. Were orders to fall at random (exponential gaps), a pause that
/// long would still be chance in 25 %, 9 % and 1.6 % of cases. New: the first order is at most 2 of the shop's typical gaps (30 days at least) ago.
/// Regained: back after a pause that had counted as lost, until the third order day since.</summary>
public static class Lifecycle
{
    public const double CoolingAfter = 2, LapsingAfter = 3.5, LostAfter = 6, NewFor = 2;
    public const int MinOrderDays = 3, MinGapDays = 7, MinNewDays = 30, RegainedOrderDays = 2;

    /// <param name="days">Order days up to <paramref name="asOf"/>, in order.</param>
    public static StageDecision Decide(IReadOnlyList<OrderDay> days, ShopRhythm rhythm, DateTime asOf)
    {
        if (days.Count == 0)
        {
            return new(LifecycleStage.Prospect, () => "has not ordered yet", null, null);
        }

        var gaps = CustomerHistory.Gaps(days);
        var unit = Unit(gaps, gaps.Length, rhythm);
        var (first, last) = (days[0].At, days[^1].At);
        var pause = (asOf - last).TotalDays / unit;
        string Habit() => gaps.Length + 1 >= MinOrderDays ? $"buys every {Days(Median(gaps, gaps.Length))} on average" : $"{(days.Count == 1 ? "one order" : "two orders")}; customers of this shop return after {Days(rhythm.TypicalGapDays)}";
        string Reason() => $"{Habit()}; last order {Ago(last, asOf)}";
        DateTime After(double multiple) => last.AddDays(multiple * unit);
        if (pause > LostAfter)
        {
            return new(LifecycleStage.Lost, Reason, After(LostAfter), null);
        }

        if (pause > LapsingAfter)
        {
            return new(LifecycleStage.Lapsing, Reason, After(LapsingAfter), After(LostAfter));
        }

        if (pause > CoolingAfter)
        {
            return new(LifecycleStage.Cooling, Reason, After(CoolingAfter), After(LapsingAfter));
        }

        var newEnds = first.AddDays(Math.Max(MinNewDays, NewFor * rhythm.TypicalGapDays));
        if (asOf <= newEnds)
        {
            return new(LifecycleStage.New, () => $"first order {Ago(first, asOf)}", first, newEnds < After(CoolingAfter) ? newEnds : After(CoolingAfter));
        }

        var since = newEnds;
        for (var i = gaps.Length - 1; i >= 0; i--)
        {
            var before = Unit(gaps, i, rhythm);
            if (gaps[i] > LostAfter * before && days.Count - 1 - i <= RegainedOrderDays)
            {
                var (back, length) = (days[i + 1].At, gaps[i]);
                return new(LifecycleStage.Regained, () => $"came back {Ago(back, asOf)} after a pause of {Days(length)}, once bought every {Days(before)}", back, After(CoolingAfter));
            }

            if (gaps[i] > CoolingAfter * before)
            {
                var settled = days[gaps[i] > LostAfter * before ? i + 1 + RegainedOrderDays : i + 1].At;
                since = settled > newEnds ? settled : newEnds;
                break;
            }
        }

        return new(LifecycleStage.Active, Reason, since, After(CoolingAfter));
    }

    /// <summary>The usual gap, in days, by the first <paramref name="count"/> gaps.</summary>
    private static double Unit(double[] gaps, int count, ShopRhythm rhythm) => Math.Max(MinGapDays, count + 1 >= MinOrderDays ? Median(gaps, count) : rhythm.TypicalGapDays);

    private static double Median(double[] gaps, int count)
    {
        var sorted = gaps[..count];
        Array.Sort(sorted);
        return ShopRhythm.Median(sorted);
    }

    private static string Days(double days) => Math.Round(days) == 1 ? "1 day" : string.Create(CultureInfo.InvariantCulture, $"{Math.Round(days):#,0} days");

    private static string Ago(DateTime at, DateTime asOf) => Math.Floor((asOf - at).TotalDays) switch { 0 => "today", 1 => "yesterday", var days => Days(days) + " ago" };
}
