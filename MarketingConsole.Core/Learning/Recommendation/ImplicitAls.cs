using System.Text.Json.Serialization;
using MarketingConsole.Core.Learning.Numerics;

namespace MarketingConsole.Core.Learning.Recommendation;

/// <summary>Matrix factors for implicit feedback by alternating least squares. Minimises Σ c(u,i)·(p(u,i) − x(u)ᵀy(i))² + λ(Σ|x(u)|² + Σ|y(i)|²)
/// with p = 1 where the customer bought the item, else 0, and confidence c = 1 + α·weight. Source: Hu, Koren, Volinsky, Collaborative filtering for implicit feedback datasets, 2008.</summary>
/// <remarks>Solves are exact. With G = YᵀY + λI = L·Lᵀ and z = L⁻¹y, a customer with fewer items than factors needs only the system of the items' size:
/// (W⁻¹ + Z·Zᵀ)t = W⁻¹c, x = L⁻ᵀ·Zᵀt (Woodbury), W = diag(α·weight). The start is not random: customers' random codes are summed by item, which already places items with the same customers together.</remarks>
/// <param name="Factors">f, a multiple of 8.</param>
/// <param name="Alpha">α.</param>
/// <param name="Penalty">λ.</param>
/// <param name="Y">Items × f.</param>
public sealed record ImplicitAls(int Factors, double Alpha, double Penalty, [property: JsonConverter(typeof(PackedFloats))] float[] Y) : IRecommender
{
    private NormalEquations? _normal;

    public int Items => Y.Length / Factors;

    /// <param name="factors">Rounded up to a multiple of 8.</param>
    /// <param name="iterations">Rounds of customers then items.</param>
    /// <param name="after">Called after each round with the customers' factors (users × f) and the model so far, e.g. to follow <see cref="Loss"/>.</param>
    public static ImplicitAls Fit(Interactions data, int factors = 64, double alpha = 20, double penalty = 0.1, int iterations = 10, int seed = 1, Action<float[], ImplicitAls>? after = null, IProgress<double>? progress = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (factors < 1 || !(alpha > 0) || !(penalty > 0) || iterations < 1)
        {
            throw new LearningException("Factors, α, λ and iterations must be above 0.");
        }

        var f = (factors + 7) / 8 * 8;
        var byUser = data.Merged();
        var byItem = Interactions.Transpose(byUser, data.Items);
        var x = new float[data.Users * f];
        var y = Start(byItem, data.Users, f, seed);
        var model = new ImplicitAls(f, alpha, penalty, y);
        for (var round = 0; round < iterations; round++)
        {
            Half(byUser, y, x, f, alpha, penalty, cancel);
            progress?.Report((round + 0.5) / iterations);
            Half(byItem, x, y, f, alpha, penalty, cancel);
            progress?.Report((round + 1.0) / iterations);
            after?.Invoke(x, model);
        }

        return y.All(float.IsFinite) ? new(f, alpha, penalty, y) : throw new LearningException("The factors grew without bound. Raise the penalty or lower α.");
    }

    /// <summary>What <see cref="Fit"/> minimises.</summary>
    /// <param name="x">Customers' factors, users × f.</param>
    public double Loss(Interactions data, float[] x)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(x);
        var (gx, gy) = (NormalEquations.Gram(x, Factors, 0), NormalEquations.Gram(Y, Factors, 0));
        var loss = gx.Zip(gy, (a, b) => a * b).Sum();
        for (var k = 0; k < Factors; k++)
        {
            loss += Penalty * (gx[(k * Factors) + k] + gy[(k * Factors) + k]);
        }

        for (var u = 0; u < data.Users; u++)
        {
            foreach (var (item, weight) in Interactions.Merge(data.Of(u)))
            {
                double p = System.Numerics.Tensors.TensorPrimitives.Dot<float>(x.AsSpan(u * Factors, Factors), Y.AsSpan(item * Factors, Factors));
                loss += ((1 + (Alpha * weight)) * (1 - p) * (1 - p)) - (p * p);
            }
        }

        return loss;
    }

    /// <summary>The factors of a customer, solved from their history.</summary>
    public float[] Fold(ReadOnlySpan<Bought> history)
    {
        var x = new float[Factors];
        var entries = Known(history);
        if (entries.Count > 0)
        {
            Prepared().Solve([.. entries.Select(e => e.Item)], [.. entries.Select(e => e.Weight)], x);
        }

        return x;
    }

    public void Score(ReadOnlySpan<Bought> history, double now, Span<float> scores)
    {
        var x = Fold(history);
        for (var i = 0; i < Items; i++)
        {
            scores[i] = System.Numerics.Tensors.TensorPrimitives.Dot<float>(x, Y.AsSpan(i * Factors, Factors));
        }
    }

    /// <remarks>The score is a sum over the history: y(i)ᵀ·(YᵀCY + λI)⁻¹·y(j)·c(j) (section 5 of the paper).</remarks>
    public IReadOnlyList<Reason> Why(ReadOnlySpan<Bought> history, double now, int item, int count = 3)
    {
        var entries = Known(history);
        if (item < 0 || item >= Items || entries.Count == 0)
        {
            return [];
        }

        var normal = NormalEquations.Gram(Y, Factors, Penalty);
        foreach (var (j, weight) in entries)
        {
            var y = Y.AsSpan(j * Factors, Factors);
            for (var a = 0; a < Factors; a++)
            {
                for (var b = 0; b < Factors; b++)
                {
                    normal[(a * Factors) + b] += Alpha * weight * y[a] * y[b];
                }
            }
        }

        SymmetricInverse.Invert(normal, Factors);
        var side = new float[Factors];
        for (var a = 0; a < Factors; a++)
        {
            for (var b = 0; b < Factors; b++)
            {
                side[a] += (float)(normal[(a * Factors) + b] * Y[(item * Factors) + b]);
            }
        }

        return Ranking.Reasons(entries.Select(e => (e.Item == item ? ReasonKind.BoughtBefore : ReasonKind.BoughtTogether, (int?)e.Item, (1 + (Alpha * e.Weight)) * System.Numerics.Tensors.TensorPrimitives.Dot<float>(side, Y.AsSpan(e.Item * Factors, Factors)))), count);
    }

    private List<(int Item, float Weight)> Known(ReadOnlySpan<Bought> history)
    {
        var entries = Interactions.Merge(history);
        entries.RemoveAll(e => e.Item < 0 || e.Item >= Items);
        return entries;
    }

    /// <summary>Scoring may run on several threads, so each gets its own working space.</summary>
    private NormalEquations Prepared() => new(_normal ??= new NormalEquations(Y, Factors, Alpha, Penalty));

    private static float[] Start((int[] Starts, int[] Columns, float[] Weights) byItem, int users, int f, int seed)
    {
        var random = new Random(seed);
        var codes = new float[users * f];
        for (var k = 0; k < codes.Length; k++)
        {
            codes[k] = (float)((random.NextDouble() + random.NextDouble() + random.NextDouble()) - 1.5); // near enough to normal
        }

        var items = byItem.Starts.Length - 1;
        var y = new float[items * f];
        for (var i = 0; i < items; i++)
        {
            var row = y.AsSpan(i * f, f);
            var n = byItem.Starts[i + 1] - byItem.Starts[i];
            for (var k = byItem.Starts[i]; k < byItem.Starts[i + 1]; k++)
            {
                System.Numerics.Tensors.TensorPrimitives.Add(row, codes.AsSpan(byItem.Columns[k] * f, f), row);
            }

            System.Numerics.Tensors.TensorPrimitives.Multiply(row, 0.2f / MathF.Sqrt(Math.Max(1, n)), row);
        }

        return y;
    }

    private static void Half((int[] Starts, int[] Columns, float[] Weights) by, float[] fixedSide, float[] solved, int f, double alpha, double penalty, CancellationToken cancel)
    {
        // Whitening pays only when more rows are solved the short way than there are rows to whiten.
        var shortRows = 0;
        for (var r = 0; r + 1 < by.Starts.Length; r++)
        {
            shortRows += by.Starts[r + 1] - by.Starts[r] <= NormalEquations.ShortLimit(f) ? 1 : 0;
        }

        var normal = new NormalEquations(fixedSide, f, alpha, penalty, shortRows > fixedSide.Length / f / 8);
        for (var r = 0; r + 1 < by.Starts.Length; r++)
        {
            if (r % 1024 == 0)
            {
                cancel.ThrowIfCancellationRequested();
            }

            var start = by.Starts[r];
            var n = by.Starts[r + 1] - start;
            var row = solved.AsSpan(r * f, f);
            if (n == 0)
            {
                row.Clear();
            }
            else
            {
                normal.Solve(by.Columns.AsSpan(start, n), by.Weights.AsSpan(start, n), row);
            }
        }
    }
}
