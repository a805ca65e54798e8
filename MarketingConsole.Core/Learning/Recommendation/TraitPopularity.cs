namespace MarketingConsole.Core.Learning.Recommendation;

/// <summary>For customers without a history: an item's popularity times how much more often than expected customers with each of the same traits bought it (naive Bayes with shrunk lifts).
/// Source: Hastie, Tibshirani, Friedman, The Elements of Statistical Learning, 2nd ed., 6.6.3; DuMouchel, Bayesian data mining in large frequency tables, 1999 (shrunk lifts).</summary>
/// <param name="Shares">Per item the share of customers who bought it.</param>
/// <param name="Lifts">Per trait, e.g. "country:DE", and item: (bought + m) / (expected + m), m = <see cref="PriorBuyers"/>.</param>
public sealed record TraitPopularity(float[] Shares, IReadOnlyDictionary<string, float[]> Lifts)
{
    public const double PriorBuyers = 10;

    /// <param name="traits">Per customer of the data, e.g. country, age band, tier; may be empty. Traits of fewer than 20 customers are passed over.</param>
    public static TraitPopularity Fit(Interactions data, IReadOnlyList<IReadOnlyList<string>> traits)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(traits);
        const int FewestCustomers = 20;
        if (traits.Count != data.Users)
        {
            throw new LearningException("Traits are needed for each customer, or for none.");
        }

        var (bought, members) = (new double[data.Items], new Dictionary<string, (int Count, double[] Bought)>());
        var customers = 0;
        for (var u = 0; u < data.Users; u++)
        {
            var items = Interactions.Merge(data.Of(u));
            if (items.Count == 0)
            {
                continue;
            }

            customers++;
            items.ForEach(x => bought[x.Item]++);
            foreach (var trait in traits[u].Distinct())
            {
                var (count, sums) = members.TryGetValue(trait, out var seen) ? seen : (0, new double[data.Items]);
                items.ForEach(x => sums[x.Item]++);
                members[trait] = (count + 1, sums);
            }
        }

        return new(
            [.. bought.Select(x => (float)(x / customers))],
            members.Where(x => x.Value.Count >= FewestCustomers).ToDictionary(x => x.Key, x => x.Value.Bought.Select((b, i) => (float)((b + PriorBuyers) / ((x.Value.Count * bought[i] / customers) + PriorBuyers))).ToArray()));
    }

    /// <param name="traits">Those unknown to the model are passed over.</param>
    public void Score(IEnumerable<string> traits, Span<float> scores)
    {
        ArgumentNullException.ThrowIfNull(traits);
        Shares.CopyTo(scores);
        foreach (var trait in traits.Distinct())
        {
            if (Lifts.TryGetValue(trait, out var lifts))
            {
                System.Numerics.Tensors.TensorPrimitives.Multiply(scores, lifts, scores);
            }
        }
    }
}
