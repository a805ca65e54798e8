namespace MarketingConsole.Core.Segments.Describing;

/// <summary>A stretch of the sentence nothing could be made of.</summary>
/// <param name="Start">Index of its first character in the sentence.</param>
/// <param name="Why">What to do about it.</param>
public sealed record NotUnderstood(int Start, int Length, string Text, string Why);

/// <summary>What a described sentence could mean.</summary>
/// <param name="Rule">Null when nothing of the sentence was understood.</param>
/// <param name="NotUnderstood">In the order of the sentence, without overlap; the rule says nothing of these.</param>
/// <param name="Notes">Where a word had to be given a meaning: "“likely to buy” is read as a chance of at least 40 %."</param>
public sealed record Proposal(SegmentRule? Rule, IReadOnlyList<NotUnderstood> NotUnderstood, IReadOnlyList<string> Notes);
