using System.Text.Json.Serialization;

namespace MarketingConsole.Core.Segments;

/// <summary>A condition or group has held without a break for at least so long. <c>{"type":"held","rule":{"type":"twin","field":"stage","op":"is","value":"lapsing"},"days":14}</c>
/// <para>Since when it has held is known of what the console watches: it begins to when a segment with this rule is saved. Where the condition looks at nothing but events and dates that do not change,
/// it looks back then, at <see cref="RuleWatches.LooksBack"/> instants over the time asked for; breaks shorter than the step between two of them are not seen.</para></summary>
public sealed record HeldRule : SegmentRule
{
    public SegmentRule? Rule { get; init; }

    /// <summary>Days of 24 hours: this, or <see cref="Minutes"/>.</summary>
    public int? Days { get; init; }
    public int? Minutes { get; init; }

    /// <summary>Id of the hidden segment that keeps who meets <see cref="Rule"/>; null where nobody watches it yet, and then nobody is known to have met it for long.</summary>
    [JsonIgnore]
    public int? Watch { get; init; }

    [JsonIgnore]
    public TimeSpan Time => TimeSpan.FromDays(Days ?? 0) + TimeSpan.FromMinutes(Minutes ?? 0);

    /// <summary>What is watched, in one form: a group of one condition is that condition.</summary>
    [JsonIgnore]
    public string Condition
    {
        get
        {
            var rule = Rule;
            while (rule is GroupRule { Match: not GroupMatch.None, Rules: [var only] })
            {
                rule = only;
            }

            return RuleJson.Write(rule!);
        }
    }
}
