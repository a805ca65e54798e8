using MarketingConsole.Core.Campaigns;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;

namespace MarketingConsole.Core.Simulation;

/// <summary>What would be done, and to whom: one customer or one segment.</summary>
public sealed record SimulationPlan
{
    public const int MaxWeeks = 26, MaxMessages = 14;

    public int? CustomerId { get; init; }
    public int? SegmentId { get; init; }

    /// <summary>Offers to choose from for each customer, as a campaign does; empty = messages without an offer.</summary>
    public IReadOnlyList<int> OfferIds { get; init; } = [];
    public Channel Channel { get; init; } = Channel.Email;

    /// <summary>Messages in each period of <see cref="EveryWeeks"/> weeks, spread evenly; the first is sent at once.</summary>
    public int Messages { get; init; } = 1;
    public int EveryWeeks { get; init; } = 1;

    /// <summary>Weeks in which messages are sent.</summary>
    public int Weeks { get; init; } = 4;

    /// <summary>What is left of revenue after the goods are paid for, 0 to 1; null = <c>Simulation:MarginShare</c>.</summary>
    public double? MarginShare { get; init; }

    /// <summary>What sending one message costs, in cents.</summary>
    public double MessageCents { get; init; }

    /// <summary>How much a further message does while an earlier one still works, as a share of what one does alone, 0 to 1; null = <c>Simulation:RepeatEffect</c>.</summary>
    public double? RepeatEffect { get; init; }

    /// <summary>The same seed gives the same answer.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>When messages are sent, in weeks from now.</summary>
    public IReadOnlyList<double> SendTimes() =>
        [.. Enumerable.Range(0, (Weeks + EveryWeeks - 1) / EveryWeeks).SelectMany(period => Enumerable.Range(0, Messages).Select(i => (period * EveryWeeks) + ((double)i * EveryWeeks / Messages))).Where(x => x < Weeks)];

    /// <summary>What is wrong with the plan alone, by field.</summary>
    /// <param name="maxPerWeek">Messages a customer may get in a week; 0 = no limit.</param>
    public IEnumerable<FieldError> Faults(int maxPerWeek)
    {
        if (CustomerId is null == SegmentId is null)
        {
            yield return new(CustomerId is null ? "segmentId" : "customerId", CustomerId is null ? "Say for whom: choose a segment or a customer." : "Choose a customer or a segment, not both.");
        }

        if (!CampaignPlan.Channels.Contains(Channel))
        {
            yield return new("channel", $"Campaigns are sent by {string.Join(", ", CampaignPlan.Channels).ToLowerInvariant()}.");
        }

        if (EveryWeeks is < 1 or > MaxWeeks)
        {
            yield return new("everyWeeks", $"Must lie between 1 and {MaxWeeks} weeks.");
        }
        else if (Messages is < 1 or > MaxMessages)
        {
            yield return new("messages", $"Must lie between 1 and {MaxMessages}.");
        }
        else if (maxPerWeek > 0 && Messages > maxPerWeek * EveryWeeks)
        {
            yield return new("messages", $"A customer gets at most {maxPerWeek} messages a week (Dispatch:MaxPerWeek); the rest would not be sent.");
        }

        if (Weeks is < 1 or > MaxWeeks)
        {
            yield return new("weeks", $"Must lie between 1 and {MaxWeeks} weeks.");
        }

        if (MarginShare is { } margin && !(margin is >= 0 and <= 1))
        {
            yield return new("marginShare", "A share between 0 and 1 (0 % and 100 %).");
        }

        if (!(MessageCents is >= 0 and <= 10_000))
        {
            yield return new("messageCents", "A message costs between 0 and 10,000 cents.");
        }

        if (RepeatEffect is { } repeat && !(repeat is >= 0 and <= 1))
        {
            yield return new("repeatEffect", "A share between 0 and 1 (0 % and 100 %).");
        }
    }
}
