namespace MarketingConsole.Core.Learning.Drift;

/// <summary>One step of a backtest.</summary>
/// <param name="From">First instant judged.</param>
/// <param name="To">Last instant judged.</param>
/// <param name="Learnt">Rows before it that were learnt from.</param>
/// <param name="TimeOrdered">AUC on these later rows.</param>
/// <param name="Shuffled">AUC when as many rows, drawn from all times, are learnt from and judged.</param>
public sealed record BacktestStep(DateTime From, DateTime To, int Learnt, int Judged, double TimeOrdered, double Shuffled);

/// <summary>How well a model would have forecast at past instants, learning only from what was known then; beside it the same with rows shuffled in time. The first is what to expect in use: where it falls below the second,
/// the world has changed, or the shuffled figure profits from rows that knew the future. Sources: Tashman, Out-of-sample tests of forecasting accuracy, 2000; Kaufman et al., Leakage in data mining, 2012.</summary>
/// <param name="Warning">What is wrong, in words; null when all is well.</param>
public sealed record Backtest(IReadOnlyList<BacktestStep> Steps, double TimeOrdered, double Shuffled, string? Warning)
{
    private const int MinRows = 100;
    private const double MinGap = 0.01, OneInHundred = 2.326347874;

    /// <param name="times">When each row was known.</param>
    /// <param name="labels">What came true.</param>
    /// <param name="forecast">Learns from the first rows (numbers) and returns a score for each of the second.</param>
    /// <param name="steps">Later parts that are judged one after the other; the first of <paramref name="steps"/> + 1 equal parts is only learnt from.</param>
    /// <param name="seed">Of the shuffling.</param>
    /// <exception cref="LearningException">Too few rows, one instant only, or no part with both outcomes.</exception>
    public static Backtest Run(
        IReadOnlyList<DateTime> times, IReadOnlyList<bool> labels, Func<int[], int[], IReadOnlyList<double>> forecast, int steps = 4, int seed = 1, IProgress<double>? progress = null, CancellationToken ct = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        if (times.Count != labels.Count || times.Count < MinRows)
        {
            throw new LearningException($"A backtest needs at least {MinRows} rows, each with its day and its outcome; there are {times.Count}.");
        }

        int[] order = [.. Enumerable.Range(0, times.Count).OrderBy(i => times[i])];
        var random = new Random(seed);
        var (done, variance) = (new List<BacktestStep>(), 0.0);
        for (var k = 1; k <= steps; k++)
        {
            ct.ThrowIfCancellationRequested();
            var (from, to) = (Boundary(order, times, k, steps), Boundary(order, times, k + 1, steps));
            int[] before = order[..from], after = order[from..to];
            if (Both(before, labels) && Both(after, labels))
            {
                var (ordered, error) = PerformanceDrift.Auc(forecast(before, after), [.. after.Select(i => labels[i])]);
                if (Shuffle(order[..to], from, labels, random) is var (learn, judge))
                {
                    var (shuffled, other) = PerformanceDrift.Auc(forecast(learn, judge), [.. judge.Select(i => labels[i])]);
                    done.Add(new(times[after[0]], times[after[^1]], before.Length, after.Length, ordered!.Value, shuffled!.Value));
                    variance += (error!.Value * error.Value) + (other!.Value * other.Value);
                }
            }

            progress?.Report(k / (double)steps);
        }

        if (done.Count == 0)
        {
            throw new LearningException("No later part of the data has rows with both outcomes after earlier rows with both: there is nothing to judge by.");
        }

        var (time, mixed) = (done.Average(x => x.TimeOrdered), done.Average(x => x.Shuffled));
        var below = mixed - time > Math.Max(MinGap, OneInHundred * Math.Sqrt(variance) / done.Count);
        return new(done, time, mixed, below
            ? FormattableString.Invariant($"Judged on later customers the model ranks worse (AUC {time:0.000}) than on customers mixed from all times ({mixed:0.000}): behaviour changes with time, or a column knows the future. Expect the lower figure.")
            : null);
    }

    /// <summary>Where part k begins; rows of one instant stay together.</summary>
    private static int Boundary(int[] order, IReadOnlyList<DateTime> times, int k, int steps)
    {
        var at = (int)((long)order.Length * k / (steps + 1));
        while (at > 0 && at < order.Length && times[order[at]] == times[order[at - 1]])
        {
            at++;
        }

        return at;
    }

    private static (int[] Learn, int[] Judge)? Shuffle(int[] rows, int learn, IReadOnlyList<bool> labels, Random random)
    {
        for (var attempt = 0; attempt < 20; attempt++)
        {
            random.Shuffle(rows);
            if (Both(rows[..learn], labels) && Both(rows[learn..], labels))
            {
                return (rows[..learn], rows[learn..]);
            }
        }

        return null;
    }

    private static bool Both(int[] rows, IReadOnlyList<bool> labels) => rows.Any(i => labels[i]) && rows.Any(i => !labels[i]);
}
