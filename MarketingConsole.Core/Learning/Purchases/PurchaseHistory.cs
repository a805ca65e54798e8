namespace MarketingConsole.Core.Learning.Purchases;

/// <summary>All that the purchase models need to know of a customer. Times count from the customer's first purchase, in one unit for all customers (weeks or days).</summary>
/// <param name="Repeats">x: days with a purchase after the first.</param>
/// <param name="Last">t_x: time of the last purchase; 0 when there was no repeat.</param>
/// <param name="Age">T: time observed since the first purchase.</param>
/// <param name="MeanSpend">Mean spend of a repeat purchase day; 0 when there was none.</param>
public readonly record struct PurchaseHistory(int Repeats, double Last, double Age, double MeanSpend = 0)
{
    /// <summary>Purchases of one calendar day count as one, as in Fader, Hardie and Lee (2005).</summary>
    /// <param name="purchases">In any order; those after <paramref name="asOf"/> are left out.</param>
    /// <param name="asOf">End of the observation.</param>
    /// <param name="daysPerUnit">7 for weeks, 1 for days.</param>
    /// <returns>Null when there was no purchase by then.</returns>
    public static PurchaseHistory? Of(IEnumerable<(DateTime At, double Amount)> purchases, DateTime asOf, double daysPerUnit = 7)
    {
        var days = purchases.Where(x => x.At <= asOf).GroupBy(x => x.At.Date).OrderBy(x => x.Key).Select(x => (Day: x.Key, Amount: x.Sum(p => p.Amount))).ToList();
        if (days.Count == 0)
        {
            return null;
        }

        var first = days[0].Day;
        return new(days.Count - 1, (days[^1].Day - first).TotalDays / daysPerUnit, (asOf.Date - first).TotalDays / daysPerUnit, days.Count == 1 ? 0 : days.Skip(1).Average(x => x.Amount));
    }

    /// <exception cref="LearningException">The numbers contradict each other.</exception>
    internal void Check()
    {
        var possible = double.IsFinite(Last) && double.IsFinite(Age) && Repeats >= 0 && Last >= 0 && Last <= Age * (1 + 1e-9) && Repeats > 0 == Last > 0;
        if (!possible)
        {
            throw new LearningException($"A purchase history contradicts itself: {Repeats} repeat purchases, the last one at {Last}, observed for {Age}. The last repeat must lie after the first purchase and within the observation, and be 0 only without repeats.");
        }
    }
}

/// <summary>A customer's history up to a cut-off and up to a later day: what a model is fitted on, and what then happened.</summary>
/// <param name="Before">As of the cut-off.</param>
/// <param name="After">As of the end; includes <paramref name="Before"/>.</param>
public readonly record struct PurchaseSplit(PurchaseHistory Before, PurchaseHistory After)
{
    /// <summary>Purchases between the cut-off and the end.</summary>
    public int Purchases => After.Repeats - Before.Repeats;

    /// <summary>Time between the cut-off and the end.</summary>
    public double Horizon => After.Age - Before.Age;
}
