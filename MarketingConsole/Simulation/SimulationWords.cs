using System.Globalization;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Simulation;
using MarketingConsole.Core.Twins.Forecast;
using MarketingConsole.Ui;

namespace MarketingConsole.Simulation;

/// <summary>How a simulation reads.</summary>
internal static class SimulationWords
{
    /// <summary>"2 e-mails a week for 4 weeks".</summary>
    public static string Of(SimulationPlan plan)
    {
        var (one, many) = plan.Channel switch { Channel.Email => ("e-mail", "e-mails"), Channel.Sms => ("SMS", "SMS"), Channel.Push => ("push message", "push messages"), _ => ("message in store", "messages in store") };
        var sent = plan.SendTimes().Count;
        return plan.Weeks <= plan.EveryWeeks
            ? $"{Format.Count(sent, one, many)}{(sent > 1 ? " in " + Format.Count(plan.Weeks, "week") : "")}"
            : $"{Format.Count(plan.Messages, one, many)} {(plan.EveryWeeks == 1 ? "a week" : $"every {Format.Number(plan.EveryWeeks)} weeks")} for {Format.Count(plan.Weeks, "week")}";
    }

    public static string Headline(SimulationResult result, string currency)
    {
        var (margin, paysOff) = (result.Outcome.Total.Margin.Difference, (int)Math.Round(result.Outcome.PaysOff * 100));
        if (result.Outcome is { PaysOff: 0, Loses: 0 })
        {
            return $"{Of(result.Plan)} would change nothing.";
        }

        return $"{Of(result.Plan)} would {(margin.Expected < 0 ? "leave" : "bring")} {Money(Math.Abs(margin.Expected), currency)} {(margin.Expected < 0 ? "less" : "more")} margin than doing nothing ({Interval(margin, x => Money(x, currency))}); it pays off in {paysOff} of 100 worlds{(result.Outcome.PaysOff + result.Outcome.Loses < 0.95 ? $", loses in {(int)Math.Round(result.Outcome.Loses * 100)} and makes no difference in the rest" : "")}; {Leaving(result)}.";
    }

    public static string Money(double cents, string currency) => Format.Money((long)Math.Round(cents), currency, whole: Math.Abs(cents) >= 10_000 || Math.Round(cents) == 0);

    public static string Count(double value) => value == 0 ? "0" : Format.Number(value, Math.Abs(value) < 10 ? Math.Abs(value) < 1 ? 2 : 1 : 0);

    public static string Interval(Expectation range, Func<double, string> write) => $"{write(range.Low)} to {write(range.High)}";

    private static string Leaving(SimulationResult result)
    {
        var leaving = result.Outcome.Total.Unsubscribes.Difference.Expected;
        return result.Plan.CustomerId is not null ? $"the chance that the customer unsubscribes is {Format.Percent(leaving, leaving < 0.1 ? 1 : 0)}"
            : leaving < 0.5 ? "hardly anybody would unsubscribe"
            : $"about {Format.Count((long)Math.Round(leaving), "customer")} would unsubscribe";
    }
}
