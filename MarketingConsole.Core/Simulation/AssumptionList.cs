using System.Globalization;
using MarketingConsole.Core.Offers;
using MarketingConsole.Core.Twins.Models;

namespace MarketingConsole.Core.Simulation;

/// <summary>Says what a simulation was computed from: what was measured, on what, and what is only taken to be so.</summary>
internal static class AssumptionList
{
    /// <summary>Outside, simulated customers differ clearly less or more than real ones do.</summary>
    private const double LeastSpread = 0.8, MostSpread = 1.25;

    public static IReadOnlyList<Assumption> Of(SimulationPlan plan, ResponseRates rates, IReadOnlyList<OfferDetails> offers, ModelReport? report)
    {
        var channel = Name(plan);
        var (effect, leave) = (rates.Effect, rates.Unsubscribe);
        List<Assumption> list =
        [
            effect.IsMeasured
                ? new("What a message does", Text($"After {effect.Treated.Tries:#,0} messages by {channel}, {Percent(effect.Treated.Share)} bought within {effect.WindowDays:0.#} days; of {effect.HeldOut.Tries:#,0} customers held out, {Percent(effect.HeldOut.Share)}. Over {Count(effect.Campaigns.Count, "campaign")} that is {effect.Mean * 100:+0.0;−0.0;0.0} percentage points; each world draws its own effect from what these numbers leave open{(effect.Between > 0 ? Text($", and campaigns differ by ± {effect.Between * 100:0.0} points beyond chance") : "")}."), true)
                : new("What a message does", Text($"Not known: fewer than {MessageEffect.MinHeldOut} customers were held out of past campaigns by {channel}. Taken to be none on average, and in most worlds between {-MessageEffect.UnknownSpread * 128:0;−0} % and +{MessageEffect.UnknownSpread * 128:0} % of the purchases that would come anyway. Send a campaign with a holdout to find out."), false),
            leave.Everywhere.Tries > 0
                ? new("Unsubscribes", Text($"{leave.Here.Hits:#,0} unsubscribed after {leave.Here.Tries:#,0} messages by {channel} in a year{(leave.Here.Tries < UnsubscribeRate.PriorMessages ? Text($" ({leave.Everywhere.Hits:#,0} after {leave.Everywhere.Tries:#,0} on all channels, which few messages are drawn towards)") : "")}: {leave.Mean:0.00 %} a message. Who does gets no more messages."), true)
                : new("Unsubscribes", Text($"No message was sent yet: taken to be about {UnsubscribeRate.Unmeasured:0.0 %} a message. Who unsubscribes gets no more messages."), false),
            new("Fatigue", "The chance to unsubscribe is taken to be the same at every message, however many came before.", false),
            new("More messages", Text($"A further message within {effect.WindowDays:0.#} days of another is taken to do {plan.RepeatEffect!.Value:0 %} of what one does alone, one after two such messages {plan.RepeatEffect.Value * plan.RepeatEffect.Value:0 %}, and so on."), false),
            plan.Channel == Events.Channel.Email ? new("Personal differences", "The effect is scaled by how often a customer opens e-mails against the crowd, drawn towards the crowd when few were sent.", true) : new("Personal differences", "All customers are taken to heed messages on this channel alike.", false),
            new("Caused orders", "An order that a message causes is as large as the customer's others, and takes nothing from later ones.", false),
            new("Margin", Text($"{plan.MarginShare!.Value:0 %} of revenue is left after the goods are paid for, less discounts, gifts and {plan.MessageCents:0.##} cents a message."), false),
        ];
        if (offers.Count > 0)
        {
            list.Add(rates.Redeemed is { } taken
                ? new("Discounts", Text($"{taken.Hits:#,0} of {taken.Tries:#,0} orders after a message with an offer carried a discount ({Percent(taken.Share)}): so many of the orders that come anyway take the offer too, one for each message; orders that the message causes always do."), true)
                : new("Discounts", "Past orders do not show who redeemed an offer: every order that comes anyway is taken to use it, one for each message.", false));
        }

        if (report?.Figures?.FirstOrDefault(x => x.Name == "Orders forecast") is { Value: { } share })
        {
            list.Add(new("Purchases", Text($"The model of purchases forecast {Percent(share)} of the order days that then came in its test. Intervals hold chance and what is not known of the rates above, not such errors."), true));
        }

        return list;
    }

    public static IReadOnlyList<string> Warnings(SimulationPlan plan, AudienceSummary audience, ResponseRates rates, Simulated outcome, IReadOnlyList<OfferDetails> offers, ModelReport? report, DateTime now)
    {
        List<string> warnings = [];
        if (!rates.Effect.IsMeasured)
        {
            warnings.Add($"What messages by {Name(plan)} do is not known for lack of a holdout. The differences below come from discounts, costs and an effect that may be anything around none.");
        }

        if (audience.Reached == 0)
        {
            warnings.Add("Nobody simulated would get a message, so the plan changes nothing.");
        }

        if (report?.Figures?.FirstOrDefault(x => x.Name == "Spread") is { Value: { } spread } && spread is < LeastSpread or > MostSpread)
        {
            warnings.Add(Text($"Simulated customers differ {(spread < 1 ? "less" : "more")} than real ones: {Percent(spread)} of the observed variance. Read the intervals as too {(spread < 1 ? "narrow" : "wide")}."));
        }

        if (audience.Scale > 1)
        {
            warnings.Add(Text($"{audience.Simulated:#,0} customers were simulated, each standing for {audience.Scale:0.0}. The intervals hold the error of that too."));
        }

        warnings.AddRange(offers.Where(x => x.Draft.ValidTo < now.AddDays(plan.Weeks * 7)).Select(x => Text($"“{x.Name}” ends within the {plan.Weeks} weeks: who has it gets no message after that.")));
        warnings.AddRange(offers.Where(x => x.Draft.StockLimit < outcome.Total.Messages.Plan.Expected).Select(x => Text($"“{x.Name}” may be given {x.Draft.StockLimit:#,0} times, which the simulation does not stop at.")));
        return warnings;
    }

    private static string Name(SimulationPlan plan) => plan.Channel == Events.Channel.Email ? "e-mail" : plan.Channel == Events.Channel.Sms ? "SMS" : plan.Channel.ToString().ToLowerInvariant();

    private static string Percent(double share) => Text($"{share * 100:0.0} %");

    private static string Count(int number, string one) => Text($"{number} {one}{(number == 1 ? "" : "s")}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
