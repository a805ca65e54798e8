using System.Text.Json.Serialization;
using MarketingConsole.Core.Learning.Numerics;

namespace MarketingConsole.Core.Learning.Recommendation;

/// <summary>EASE: each item's purchases predicted from all others by ridge regression with a zero diagonal, solved in one step: P = (XᵀX + λI)⁻¹, B[i, j] = −P[i, j] / P[j, j].
/// X holds 1 where the customer bought the item. Source: Steck, Embarrassingly shallow autoencoders for sparse data, 2019.</summary>
/// <remarks>Time grows with the cube and memory with the square of the items, so only the <see cref="MostItems"/> bought by most customers enter; the others score 0 and are left to other models.</remarks>
/// <param name="Items">Items of the shop.</param>
/// <param name="Members">The items in the model, ascending.</param>
/// <param name="Weights">B by rows: place of the history's item × place of the scored item.</param>
public sealed record Ease(int Items, int[] Members, [property: JsonConverter(typeof(PackedFloats))] float[] Weights) : IRecommender
{
    public const int MostItems = 3000;
    private readonly int[] _place = Places(Items, Members);

    /// <param name="penalty">λ, above 0; the more, the smaller the weights between rarely bought items.</param>
    public static Ease Fit(Interactions data, double penalty, IProgress<double>? progress = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (!(penalty > 0))
        {
            throw new LearningException("The penalty must be above 0.");
        }

        var merged = data.Merged();
        var byItem = Interactions.Transpose(merged, data.Items);
        int[] members = [.. Enumerable.Range(0, data.Items).Where(i => byItem.Starts[i + 1] > byItem.Starts[i]).OrderByDescending(i => byItem.Starts[i + 1] - byItem.Starts[i]).Take(MostItems).Order()];
        var place = Places(data.Items, members);
        var n = members.Length;
        var gram = new double[n * n];
        for (var a = 0; a < n; a++)
        {
            cancel.ThrowIfCancellationRequested();
            for (var k = byItem.Starts[members[a]]; k < byItem.Starts[members[a] + 1]; k++)
            {
                var user = byItem.Columns[k];
                for (var e = merged.Starts[user]; e < merged.Starts[user + 1]; e++)
                {
                    if (place[merged.Columns[e]] is >= 0 and var b)
                    {
                        gram[(a * n) + b]++;
                    }
                }
            }

            gram[(a * n) + a] += penalty;
        }

        SymmetricInverse.Invert(gram, n, progress, cancel);
        var weights = new float[n * n];
        for (var a = 0; a < n; a++)
        {
            for (var b = 0; b < n; b++)
            {
                weights[(a * n) + b] = a == b ? 0 : (float)(-gram[(a * n) + b] / gram[(b * n) + b]);
            }
        }

        return new(data.Items, members, weights);
    }

    public void Score(ReadOnlySpan<Bought> history, double now, Span<float> scores)
    {
        scores.Clear();
        var n = Members.Length;
        var sums = new float[n];
        foreach (var (item, _) in Interactions.Merge(history))
        {
            if (item >= 0 && item < Items && _place[item] is >= 0 and var a)
            {
                System.Numerics.Tensors.TensorPrimitives.Add(sums, Weights.AsSpan(a * n, n), sums);
            }
        }

        for (var b = 0; b < n; b++)
        {
            scores[Members[b]] = sums[b];
        }
    }

    public IReadOnlyList<Reason> Why(ReadOnlySpan<Bought> history, double now, int item, int count = 3)
    {
        if (item < 0 || item >= Items || _place[item] is not (>= 0 and var b))
        {
            return [];
        }

        return Ranking.Reasons(
            Interactions.Merge(history).Where(x => x.Item >= 0 && x.Item < Items && _place[x.Item] >= 0)
                .Select(x => (ReasonKind.BoughtTogether, (int?)x.Item, (double)Weights[(_place[x.Item] * Members.Length) + b])).ToList(),
            count);
    }

    private static int[] Places(int items, int[] members)
    {
        var place = new int[items];
        Array.Fill(place, -1);
        for (var a = 0; a < members.Length; a++)
        {
            place[members[a]] = a;
        }

        return place;
    }
}
