namespace MarketingConsole.Core.Insights;

/// <param name="Customers">Dispatches of the group.</param>
/// <param name="SquareCents">Sum of squared revenue, in cents².</param>
public sealed record GroupSums(int Customers, long RevenueCents, double SquareCents)
{
    public double Mean => Customers == 0 ? 0 : (double)RevenueCents / Customers;

    /// <summary>Unbiased variance of the revenue of one customer.</summary>
    public double Variance => Customers < 2 ? double.NaN : Math.Max(0, (SquareCents - (Customers * Mean * Mean)) / (Customers - 1));
}

/// <summary>What a campaign brought above what its held-out customers show would have come anyway.</summary>
/// <param name="Treated">Customers picked for a message, whether or not it arrived: only so are both groups drawn by the same lot.</param>
/// <param name="HeldOut">Customers held out by lot.</param>
public sealed record CampaignResult(int CampaignId, string Name, int Sent, int Opened, int Clicked, int Bought, GroupSums Treated, GroupSums HeldOut)
{
    /// <summary>Below this the normal approximation of the interval is not to be trusted.</summary>
    public const int MinGroup = 30;

    private const double Normal95 = 1.959964;

    public bool Measurable => Treated.Customers >= MinGroup && HeldOut.Customers >= MinGroup;

    /// <summary>Extra revenue per treated customer times their number, in cents; null when a group is too small.</summary>
    public double? IncrementalCents => Measurable ? Treated.Customers * (Treated.Mean - HeldOut.Mean) : null;

    /// <summary>Half the width of the 95 % interval (Welch's standard error), in cents.</summary>
    public double? MarginCents => Measurable ? Normal95 * Treated.Customers * Math.Sqrt((Treated.Variance / Treated.Customers) + (HeldOut.Variance / HeldOut.Customers)) : null;

    /// <summary>True when the interval leaves out zero.</summary>
    public bool Significant => Math.Abs(IncrementalCents ?? 0) > (MarginCents ?? 0);
}

/// <summary>Campaigns that ran in the period, largest first; revenue within each campaign's attribution window.</summary>
public sealed record CampaignReport(InsightPeriod Period, IReadOnlyList<CampaignResult> Campaigns)
{
    /// <summary>Sum over the campaigns that can be measured; null when none can.</summary>
    public double? IncrementalCents => Campaigns.Any(x => x.Measurable) ? Campaigns.Sum(x => x.IncrementalCents ?? 0) : null;

    /// <summary>Half the 95 % interval of the sum; campaigns are taken as independent.</summary>
    public double? MarginCents => IncrementalCents is null ? null : Math.Sqrt(Campaigns.Sum(x => Math.Pow(x.MarginCents ?? 0, 2)));
}
