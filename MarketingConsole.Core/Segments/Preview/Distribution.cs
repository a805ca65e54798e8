namespace MarketingConsole.Core.Segments;

/// <summary>What the ends of a bin are in.</summary>
public enum DistributionUnit
{
    /// <summary>No number: each bin is one value.</summary>
    Text,
    Number,

    /// <summary>The shop's currency.</summary>
    Money,

    /// <summary>0 to 100.</summary>
    Percent,
    Years,

    /// <summary>Days since 1970-01-01.</summary>
    Date,

    /// <summary>Full days of 24 hours before the instant of evaluation.</summary>
    DaysAgo,

    /// <summary>Days of 24 hours after the instant of evaluation; 0 = within the first.</summary>
    DaysAhead,
    Kilometres,

    /// <summary>Percentage points, −100 to 100.</summary>
    Points,
}

/// <param name="Label">In words: "10 to 19", "50 EUR or more", "Vienna".</param>
/// <param name="Start">The lower end in words; empty where there is none.</param>
/// <param name="From">Inclusive; null = open.</param>
/// <param name="To">Exclusive; null = open.</param>
/// <param name="Kept">Those of them whom the whole rule admits.</param>
public sealed record DistributionBin(string Label, string Start, double? From, double? To, int Customers, int Kept);

/// <summary>How the customers whom one condition decides are spread along what it compares. Of a rule that joins its conditions by "all of", these are the ones who satisfy all the other conditions;
/// where another condition already settles whether a customer is in, the customer is not counted.</summary>
/// <param name="Path">Of the condition, as in <see cref="RuleProblem.Path"/>.</param>
/// <param name="Title">What is measured.</param>
/// <param name="Many">A customer may be in several bins.</param>
/// <param name="Unknown">Customers who have no value.</param>
/// <param name="UnknownKept">Those of them whom the whole rule admits.</param>
/// <param name="Reason">Why there is nothing to show; null when there is.</param>
public sealed record RuleDistribution(string Path, string Title, DistributionUnit Unit, bool Many, IReadOnlyList<DistributionBin> Bins, int Unknown, int UnknownKept, int Decided, int Kept, string? Reason, double Milliseconds)
{
    internal static RuleDistribution None(string path, string reason) => new(path, "", DistributionUnit.Text, false, [], 0, 0, 0, 0, reason, 0);
}
