using MarketingConsole.Core.Events;

namespace MarketingConsole.Core.Segments;

/// <summary>One of the events that decide whether a condition holds.</summary>
/// <param name="Name">Of a <see cref="EventType.Custom"/> event.</param>
/// <param name="AmountCents">Null where nothing was paid or given back.</param>
/// <param name="Products">Names of its articles.</param>
public sealed record DecidingEvent(DateTime At, EventType Type, string? Name, Channel Channel, string? Store, long? AmountCents, IReadOnlyList<string> Products);

/// <param name="Path">As in <see cref="RuleProblem.Path"/>.</param>
/// <param name="Depth">0 = the rule itself, 1 = its conditions, and so on.</param>
/// <param name="Sentence">The condition in words; for a group how it joins what follows.</param>
/// <param name="Holds">The customer would be a member of a segment of this part alone.</param>
/// <param name="Barred">Looks at behaviour or scores, and the customer does not allow profiling: nothing was looked at.</param>
/// <param name="Actual">What is the case: "2 times", "12 March 2026, 5 days ago". Null for groups and where barred.</param>
/// <param name="Wanted">What the condition asks for where that is one comparison: "at least 3 times".</param>
/// <param name="Events">At most five, those that matter most first.</param>
public sealed record RuleReason(string Path, int Depth, string Sentence, bool Holds, bool Barred = false, string? Actual = null, string? Wanted = null, IReadOnlyList<DecidingEvent>? Events = null);

/// <param name="Holds">The rule admits the customer.</param>
/// <param name="Known">False when they were no customer yet at the instant.</param>
/// <param name="Barred">The rule uses behaviour or scores and the customer does not allow profiling.</param>
public sealed record RuleExplanation(int CustomerId, string Key, string Customer, DateTime AsOf, bool Holds, bool Known, bool Barred, IReadOnlyList<RuleReason> Reasons);

/// <param name="Member">As it was last counted.</param>
/// <param name="Barred">True when the rule uses behaviour or scores and the customer does not allow profiling.</param>
public sealed record SegmentReasons(int SegmentId, string Name, bool Member, bool Barred, IReadOnlyList<RuleReason> Reasons);
