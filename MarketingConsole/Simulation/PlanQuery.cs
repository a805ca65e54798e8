using System.Globalization;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Simulation;
using MarketingConsole.Ui;
using Microsoft.AspNetCore.Components;

namespace MarketingConsole.Simulation;

/// <summary>A plan as it stands in the page's address. Shares are in per cent there, money in hundredths of the currency.</summary>
internal static class PlanQuery
{
    private static readonly SimulationPlan Plain = new();

    public static SimulationPlan Read(NavigationManager navigation)
    {
        var url = new UrlState(navigation);
        int? Id(string key) => url.Number(key) is > 0 and var id ? id : null;
        double? Share(string key) => double.TryParse(url.Text(key), NumberStyles.Float, CultureInfo.InvariantCulture, out var percent) ? percent / 100 : null;
        return new()
        {
            CustomerId = Id("customer"),
            SegmentId = Id("customer") is null ? Id("segment") : null,
            OfferIds = [.. url.Text("offers").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(x => int.TryParse(x, CultureInfo.InvariantCulture, out var id) ? id : 0).Where(x => x > 0)],
            Channel = url.Choice<Channel>("channel") ?? Plain.Channel,
            Messages = url.Number("messages", Plain.Messages),
            EveryWeeks = url.Number("every", Plain.EveryWeeks),
            Weeks = url.Number("weeks", Plain.Weeks),
            MarginShare = Share("margin"),
            MessageCents = Share("cost") * 100 ?? 0,
            RepeatEffect = Share("repeat"),
            Seed = url.Number("seed", Plain.Seed),
        };
    }

    /// <param name="run">The answer is computed when the address is opened.</param>
    public static string Write(NavigationManager navigation, SimulationPlan plan, bool run) => new UrlState(navigation).With(
        ("customer", plan.CustomerId), ("segment", plan.SegmentId), ("offers", string.Join(',', plan.OfferIds)), ("channel", plan.Channel == Plain.Channel ? null : plan.Channel.ToString().ToLowerInvariant()),
        ("messages", Other(plan.Messages, Plain.Messages)), ("every", Other(plan.EveryWeeks, Plain.EveryWeeks)), ("weeks", Other(plan.Weeks, Plain.Weeks)), ("seed", Other(plan.Seed, Plain.Seed)),
        ("margin", Percent(plan.MarginShare)), ("repeat", Percent(plan.RepeatEffect)), ("cost", plan.MessageCents == 0 ? null : plan.MessageCents), ("run", run)).ToString();

    private static int? Other(int value, int plain) => value == plain ? null : value;

    private static double? Percent(double? share) => share is { } known ? Math.Round(known * 100, 4) : null;
}
