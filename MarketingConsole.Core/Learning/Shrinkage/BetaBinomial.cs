using System.Collections.Concurrent;
using System.Text.Json.Serialization;

namespace MarketingConsole.Core.Learning.Shrinkage;

/// <summary>The two-category case of <see cref="DirichletMultinomial"/>: each customer does a thing in a share of the cases that is their own, drawn from Beta(α, β).</summary>
public sealed record BetaBinomial(DirichletMultinomial Shares)
{
    private const int Points = 64, Kept = 100;
    private readonly ConcurrentDictionary<(int, int), double> _standings = [];
    private readonly Lazy<double[]> _crowd = new(() => [.. Enumerable.Range(0, Points).Select(i => new Share(Shares.Alpha[0], Shares.Alpha[1]).Quantile((i + 0.5) / Points))]);

    /// <summary>The crowd's share.</summary>
    [JsonIgnore]
    public double Mean => Shares.Mean[0];

    /// <param name="customers">One (hits, tries) a customer.</param>
    /// <exception cref="LearningException">No try at all, or more hits than tries.</exception>
    public static BetaBinomial FitTo(IEnumerable<(int Hits, int Tries)> customers, CancellationToken ct = default)
    {
        var counts = new ShareCounts(2);
        foreach (var (hits, tries) in customers)
        {
            counts.Add([hits, tries - hits]);
        }

        return new(DirichletMultinomial.FitTo(counts, ct));
    }

    public Share Share(int hits, int tries) => Shares.Share(0, hits, tries);

    /// <summary>Where a customer stands: the chance that their share is above that of a customer drawn at random from the crowd. 0.5 when nothing is known of them.</summary>
    public double Standing(int hits, int tries) => tries > Kept ? Stand((hits, tries)) : _standings.GetOrAdd((hits, tries), Stand); // most customers have few tries, and many the same

    private double Stand((int Hits, int Tries) counts)
    {
        var own = Share(counts.Hits, counts.Tries);
        return _crowd.Value.Average(x => 1 - own.Below(x));
    }

    public bool Equals(BetaBinomial? other) => other is not null && Shares.Equals(other.Shares);

    public override int GetHashCode() => Shares.GetHashCode();
}
