namespace MarketingConsole.Core.Learning.Text;

/// <summary>Linear models over wide sparse rows, one dual variable a row minimised exactly at a time; rows are visited in random order.
/// Source: Hsieh, Chang, Lin, Keerthi, Sundararajan, A dual coordinate descent method for large-scale linear SVM, 2008 (squared hinge);
/// Ho and Lin, Large-scale linear support vector regression, 2012 (squared error, no insensitive zone: ridge regression).</summary>
internal static class DualDescent
{
    private const int MostPasses = 60;
    private const double Tolerance = 0.1; // of the largest projected gradient; more exact weights do not rank better

    /// <summary>min ½ |w|² + Σ C_i max(0, 1 − y_i w·x_i)².</summary>
    /// <param name="rows">Include a constant column for an intercept.</param>
    /// <param name="signs">+1 or −1.</param>
    /// <param name="costs">C_i above 0.</param>
    /// <param name="seed">Of the order.</param>
    /// <param name="cancellation">Asked each pass.</param>
    public static float[] Classify(SparseRows rows, sbyte[] signs, double[] costs, int seed, CancellationToken cancellation) =>
        Descend(rows, seed, (i, product, alpha, square) =>
        {
            var damping = 1 / (2 * costs[i]);
            var gradient = (signs[i] * product) - 1 + (damping * alpha);
            var projected = alpha == 0 ? Math.Min(gradient, 0) : gradient;
            return (Math.Max(alpha - (gradient / (square + damping)), 0), signs[i], Math.Abs(projected));
        }, cancellation);

    /// <summary>min ½ |w|² + C Σ (y_i − w·x_i)².</summary>
    public static float[] Regress(SparseRows rows, double[] targets, double cost, int seed, CancellationToken cancellation) =>
        Descend(rows, seed, (i, product, alpha, square) =>
        {
            var damping = 1 / (2 * cost);
            var gradient = product - targets[i] + (damping * alpha);
            return (alpha - (gradient / (square + damping)), 1, Math.Abs(gradient));
        }, cancellation);

    private static float[] Descend(SparseRows rows, int seed, Func<int, double, double, double, (double Alpha, int Sign, double Violation)> step, CancellationToken cancellation)
    {
        var (weights, alpha) = (new float[rows.Width], new double[rows.Count]);
        double[] squares = [.. Enumerable.Range(0, rows.Count).Select(rows.Square)];
        int[] order = [.. Enumerable.Range(0, rows.Count)];
        var random = new Random(seed);
        for (var pass = 0; pass < MostPasses; pass++)
        {
            cancellation.ThrowIfCancellationRequested();
            random.Shuffle(order);
            var worst = 0.0;
            foreach (var i in order)
            {
                var (next, sign, violation) = step(i, rows.Dot(i, weights), alpha[i], squares[i]);
                worst = Math.Max(worst, violation);
                if (Math.Abs(next - alpha[i]) > 1e-12)
                {
                    rows.AddTo(weights, i, sign * (next - alpha[i]));
                    alpha[i] = next;
                }
            }

            if (worst < Tolerance)
            {
                break;
            }
        }

        return weights;
    }
}
