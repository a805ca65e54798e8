namespace MarketingConsole.Core.Learning.Recommendation;

/// <summary>How good lists of k recommendations were, as means over the customers with something to find.</summary>
/// <param name="Customers">Customers judged.</param>
/// <param name="Ndcg">Normalised discounted cumulative gain: hits weigh 1 / log₂(place + 1), divided by the best list possible; 0 to 1.</param>
/// <param name="Precision">Hits / k.</param>
/// <param name="Recall">Hits / what there was to find.</param>
/// <param name="HitRate">Share of customers with at least one hit.</param>
/// <remarks>Source: Järvelin and Kekäläinen, Cumulated gain-based evaluation of IR techniques, 2002.</remarks>
public sealed record RankingMetrics(int Customers, double Ndcg, double Precision, double Recall, double HitRate)
{
    /// <param name="lists">For each customer the recommended items, best first, and the items that came true; who has none to find is passed over.</param>
    /// <exception cref="LearningException">No customer has anything to find.</exception>
    public static RankingMetrics Of(IEnumerable<(IReadOnlyList<int> List, IReadOnlySet<int> Truth)> lists, int k)
    {
        var (customers, ndcg, precision, recall, hit) = (0, 0.0, 0.0, 0.0, 0.0);
        foreach (var (list, truth) in lists.Where(x => x.Truth.Count > 0))
        {
            customers++;
            ndcg += Ndcg1(list, truth, k);
            var hits = list.Take(k).Count(truth.Contains);
            precision += hits / (double)k;
            recall += hits / (double)truth.Count;
            hit += hits > 0 ? 1 : 0;
        }

        return customers > 0 ? new(customers, ndcg / customers, precision / customers, recall / customers, hit / customers) : throw new LearningException("No customer has a later purchase to compare the recommendations with.");
    }

    /// <summary>nDCG of one list.</summary>
    internal static double Ndcg1(IReadOnlyList<int> list, IReadOnlySet<int> truth, int k)
    {
        var (gain, best) = (0.0, 0.0);
        for (var place = 0; place < k; place++)
        {
            var discount = 1 / Math.Log2(place + 2);
            gain += place < list.Count && truth.Contains(list[place]) ? discount : 0;
            best += place < truth.Count ? discount : 0;
        }

        return best > 0 ? gain / best : 0;
    }
}
