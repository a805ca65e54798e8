namespace MarketingConsole.Core.Learning.Shrinkage;

/// <summary>Sufficient statistics of many customers' count vectors for <see cref="DirichletMultinomial"/>: how many customers have each count, per category and in sum.
/// A stream of millions of customers fits in memory, because only the histograms stay. Not safe for several threads.</summary>
public sealed class ShareCounts
{
    private readonly List<SortedDictionary<int, int>> _categories = [];
    private readonly SortedDictionary<int, int> _totals = [];

    /// <param name="categories">At least this many categories, also when none of them is ever counted.</param>
    public ShareCounts(int categories = 0) => Widen(categories);

    /// <summary>Customers with at least one count.</summary>
    public int Customers { get; private set; }

    /// <summary>Customers with at least two: only they tell how much customers differ.</summary>
    public int Telling { get; private set; }

    public int Categories => _categories.Count;

    /// <summary>Everything counted, of all customers.</summary>
    public long Total { get; private set; }

    /// <summary>One customer's counts by category. A customer without any changes nothing.</summary>
    /// <exception cref="LearningException">A count below 0.</exception>
    public void Add(IReadOnlyList<int> counts) => Add(counts.Index());

    /// <summary>The same, naming only the categories that occur, each once; new ones are added.</summary>
    /// <exception cref="LearningException">A count below 0.</exception>
    public void Add(IEnumerable<(int Category, int Count)> counts)
    {
        var kept = counts.ToList();
        if (kept.Find(x => x.Count < 0) is { Count: < 0 } wrong)
        {
            throw new LearningException($"A count of {wrong.Count} is impossible: counts are 0 or more.");
        }

        var total = kept.Sum(x => x.Count);
        if (total == 0)
        {
            return;
        }

        foreach (var (category, count) in kept.Where(x => x.Count > 0))
        {
            Widen(category + 1);
            _categories[category][count] = _categories[category].GetValueOrDefault(count) + 1;
        }

        _totals[total] = _totals.GetValueOrDefault(total) + 1;
        Customers++;
        Telling += total > 1 ? 1 : 0;
        Total += total;
    }

    /// <returns>Everything counted in a category.</returns>
    internal long Sum(int category) => _categories[category].Sum(x => (long)x.Key * x.Value);

    /// <returns>At j, the customers with more than j in the category.</returns>
    internal double[] Above(int category) => Above(_categories[category]);

    /// <returns>At j, the customers with more than j in sum.</returns>
    internal double[] Above() => Above(_totals);

    /// <summary>Positive when customers differ by more than chance: derivative of the likelihood in 1 / concentration where that is 0.
    /// Source: Tarone, Testing the goodness of fit of the binomial distribution, 1979, for several categories.</summary>
    internal double ExcessVariation() =>
        Enumerable.Range(0, Categories).Sum(k => Sum(k) is > 0 and var sum ? Total * Pairs(_categories[k]) / sum : 0) - Pairs(_totals);

    private static double Pairs(SortedDictionary<int, int> histogram) => histogram.Sum(x => (double)x.Key * (x.Key - 1) * x.Value);

    private static double[] Above(SortedDictionary<int, int> histogram)
    {
        var above = new double[histogram.Count == 0 ? 0 : histogram.Keys.Last()];
        foreach (var (count, customers) in histogram)
        {
            above[count - 1] = customers;
        }

        for (var j = above.Length - 2; j >= 0; j--)
        {
            above[j] += above[j + 1];
        }

        return above;
    }

    private void Widen(int categories)
    {
        while (_categories.Count < categories)
        {
            _categories.Add([]);
        }
    }
}
