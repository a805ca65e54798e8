using System.Globalization;
using MarketingConsole.Core.Learning.Classification;

namespace MarketingConsole.Core.Twins.Forecast;

/// <summary>The numbers that yes/no forecasts are fitted on, grouped by what they speak of so that a forecast can be explained in words.</summary>
public static class BehaviourFeatures
{
    private static readonly CultureInfo Words = CultureInfo.InvariantCulture;

    private static readonly (string Name, Topic Topic, Func<BehaviourFacts, double> Value)[] All =
    [
        ("ln days since order", Topic.Rhythm, x => Math.Log(1 + x.DaysSinceOrder)),
        ("pause in usual gaps", Topic.Rhythm, x => Math.Min(Pause(x), 10)),
        ("pause beyond cooling", Topic.Rhythm, x => Math.Clamp(Pause(x) - Lifecycle.CoolingAfter, 0, 8)),
        ("pause beyond lapsing", Topic.Rhythm, x => Math.Clamp(Pause(x) - Lifecycle.LapsingAfter, 0, 8)),
        ("is lost", Topic.Rhythm, x => Pause(x) > Lifecycle.LostAfter ? 1 : 0),
        ("due by gaps (log-odds)", Topic.Rhythm, x => Math.Log(Math.Clamp(x.DueChance, 0.005, 0.995) / (1 - Math.Clamp(x.DueChance, 0.005, 0.995)))),
        ("ln usual gap", Topic.Rhythm, x => Math.Log(Math.Max(x.GapDays, 1))),
        ("ln order days", Topic.Frequency, x => Math.Log(1 + x.OrderDays)),
        ("ln orders in 90 days", Topic.Frequency, x => Math.Log(1 + x.Orders90)),
        ("ln orders in 365 days", Topic.Frequency, x => Math.Log(1 + x.Orders365)),
        ("ln days since first order", Topic.Frequency, x => Math.Log(1 + x.TenureDays)),
        ("one order only", Topic.Frequency, x => x.OrderDays == 1 ? 1 : 0),
        ("ln basket", Topic.Basket, x => Math.Log(1 + Math.Max(x.AverageBasketCents, 0))),
        ("returns per order", Topic.Returns, x => Math.Min(x.ReturnShare, 3)),
        ("ln views in 30 days", Topic.Browsing, x => Math.Log(1 + x.Views30)),
        ("ln carts in 30 days", Topic.Browsing, x => Math.Log(1 + x.Carts30)),
        ("ln sessions in 30 days", Topic.Browsing, x => Math.Log(1 + x.Sessions30)),
        ("ln days since seen", Topic.Browsing, x => Math.Log(1 + Math.Max(x.DaysSinceSeen, 0))),
        ("ln e-mails opened in 90 days", Topic.Email, x => Math.Log(1 + x.Opens90)),
        ("ln e-mails clicked in 90 days", Topic.Email, x => Math.Log(1 + x.Clicks90)),
        ("ln store visits in 90 days", Topic.Store, x => Math.Log(1 + x.StoreVisits90)),
    ];

    public static IReadOnlyList<string> Names { get; } = [.. All.Select(x => x.Name)];

    /// <returns>One row for a model.</returns>
    public static float[] Of(BehaviourFacts facts)
    {
        var row = new float[All.Length];
        for (var j = 0; j < row.Length; j++)
        {
            row[j] = (float)All[j].Value(facts);
        }

        return row;
    }

    /// <summary>The topics that move a forecast most, strongest first.</summary>
    /// <param name="contributions">By feature: Shapley values in log-odds, or parts of an effect.</param>
    public static IReadOnlyList<ForecastReason> Explain(BehaviourFacts facts, IReadOnlyList<double> contributions, int count) =>
        [.. ByTopic(contributions).Select(x => new ForecastReason(x.Topic, Say(x.Topic, facts), x.Sum)).OrderByDescending(x => Math.Abs(x.Weight)).Take(count)];

    /// <summary>Contributions summed by what they speak of.</summary>
    public static IEnumerable<(Topic Topic, double Sum)> ByTopic(IReadOnlyList<double> contributions) => All.Index().GroupBy(x => x.Item.Topic, x => contributions[x.Index]).Select(x => (x.Key, x.Sum()));

    /// <summary>The pause since the last order in usual gaps.</summary>
    internal static double Pause(BehaviourFacts x) => x.DaysSinceOrder / Math.Max(x.GapDays, Lifecycle.MinGapDays);

    private static string Say(Topic topic, BehaviourFacts x) => topic switch
    {
        Topic.Rhythm => $"last order {Count(x.DaysSinceOrder, "day")} ago, usual gap {Count(x.GapDays, "day")}",
        Topic.Frequency => $"{Count(x.Orders365, "order")} in the last 365 days, {x.Orders90.ToString(Words)} in the last 90; first order {Count(x.TenureDays, "day")} ago",
        Topic.Basket => "the size of the average basket",
        Topic.Returns => x.ReturnShare == 0 ? "no returns" : string.Create(Words, $"{x.ReturnShare:0.0} returns an order"),
        Topic.Browsing => $"{Count(x.Views30, "product view")}, {Count(x.Carts30, "cart")} and {Count(x.Sessions30, "session")} in the last 30 days; last seen {Count(x.DaysSinceSeen, "day")} ago",
        Topic.Email => $"{Count(x.Opens90, "e-mail opening")} and {Count(x.Clicks90, "click")} in the last 90 days",
        _ => $"{Count(x.StoreVisits90, "store visit")} in the last 90 days",
    };

    private static string Count(double number, string noun) => Math.Round(number) == 1 ? "1 " + noun : string.Create(Words, $"{Math.Round(number):#,0} {noun}s");
}

/// <summary>What a group of features speaks of.</summary>
public enum Topic { Rhythm, Frequency, Basket, Returns, Browsing, Email, Store }

/// <param name="Text">The fact in words.</param>
/// <param name="Weight">Raises (above 0) or lowers the forecast by this much against the average customer: log-odds of a chance, share of an effect.</param>
public sealed record ForecastReason(Topic Topic, string Text, double Weight);
