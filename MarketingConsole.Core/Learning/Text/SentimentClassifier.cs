namespace MarketingConsole.Core.Learning.Text;

/// <summary>Mood of a text.</summary>
public enum Mood
{
    Negative,
    Neutral,
    Positive,
}

/// <summary>What the classifier says of a text.</summary>
/// <param name="Mood">The mood it decides for.</param>
/// <param name="Probabilities">Of negative, neutral and positive; they sum to 1.</param>
/// <param name="Score">−1 to 1: probability of positive minus that of negative.</param>
/// <param name="Language">The language read.</param>
public sealed record SentimentForecast(Mood Mood, double[] Probabilities, double Score, string Language);

/// <summary>Mood of texts, learned from labelled ones: a linear support vector machine for each mood against the others on n-grams and the lexicon's findings, their margins turned
/// into calibrated probabilities on texts held out, as in Platt 1999 for several classes. The decision weighs rare moods up (by the inverse of their share to a power found on the same
/// held-out texts), so that it serves each mood alike (macro-F1) and not only the most frequent.</summary>
/// <param name="Features">How texts are read.</param>
/// <param name="Weights">One row a mood that training had, one column a feature.</param>
/// <param name="Moods">The moods of the rows.</param>
/// <param name="Calibration">From margins to probabilities.</param>
/// <param name="Decision">What each mood's probability is multiplied by before the largest is taken.</param>
/// <param name="HeldOut">How good it was on the held-out texts, all and by language.</param>
public sealed record SentimentClassifier(SentimentFeatures Features, float[][] Weights, Mood[] Moods, MarginCalibration Calibration, double[] Decision, IReadOnlyList<MoodMetrics> HeldOut)
{
    /// <summary>Cost of an error against the size of the weights; features have length about 1, where ½ is the common choice.</summary>
    private const double Cost = 0.5;
    private const int HeldOutParts = 3;
    private const int FewestEach = 10;

    /// <param name="texts">Texts; empty ones are allowed.</param>
    /// <param name="moods">One each; at least two different, ten texts each.</param>
    /// <param name="seed">Of the split and the order of training.</param>
    /// <param name="language">"en", "de" or "fr" where all are in one; null to tell each by its words.</param>
    /// <param name="progress">0 to 1.</param>
    /// <param name="cancellation">Asked often.</param>
    /// <exception cref="LearningException">Fewer than two moods with ten texts.</exception>
    public static SentimentClassifier Fit(IReadOnlyList<string> texts, IReadOnlyList<Mood> moods, int seed, string? language = null, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        if (texts.Count != moods.Count)
        {
            throw new LearningException("Each text needs one mood.");
        }

        Mood[] known = [.. moods.Distinct().Order()];
        if (known.Length < 2 || known.Any(x => moods.Count(y => y == x) < FewestEach))
        {
            throw new LearningException($"To learn moods, at least {FewestEach} texts of each of at least two moods are needed. Until then the word list alone gives a score.");
        }

        var read = new SentimentText[texts.Count];
        for (var i = 0; i < read.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            read[i] = SentimentFeatures.Read(texts[i], language);
        }

        progress?.Report(0.2);
        var features = SentimentFeatures.Fit(read, language);
        var rows = features.Rows(read);
        var part = Parts(moods, seed);
        var margins = new double[read.Length][];
        for (var p = 0; p < HeldOutParts; p++)
        {
            int[] training = [.. Enumerable.Range(0, read.Length).Where(i => part[i] != p)];
            // Frequencies over all texts carry no labels, so the features may be shared; the weights are not.
            var weights = Train(Take(rows, training), [.. training.Select(i => moods[i])], known, seed, cancellation);
            foreach (var i in Enumerable.Range(0, read.Length).Where(i => part[i] == p))
            {
                margins[i] = [.. weights.Select(w => rows.Dot(i, w))];
            }

            progress?.Report(0.2 + (0.2 * (p + 1)));
        }

        int[] classes = [.. moods.Select(x => Array.IndexOf(known, x))];
        var calibration = MarginCalibration.Fit(margins, classes, known.Length);
        double[][] probabilities = [.. margins.Select(calibration.Probabilities)];
        var decision = Decide(probabilities, classes, known);
        Mood[] said = [.. probabilities.Select(x => known[Largest(x, decision)])];
        List<MoodMetrics> held = [MoodMetrics.Of("all", said, moods)];
        foreach (var group in Enumerable.Range(0, read.Length).GroupBy(i => read[i].Language).OrderByDescending(x => x.Count()))
        {
            held.Add(MoodMetrics.Of(group.Key, [.. group.Select(i => said[i])], [.. group.Select(i => moods[i])]));
        }

        var final = Train(rows, moods, known, seed, cancellation);
        progress?.Report(1);
        return new(features, final, known, calibration, decision, held);
    }

    /// <returns>The mood of a text; for an empty one what an average text has.</returns>
    public SentimentForecast Forecast(string? text)
    {
        SentimentText[] read = [SentimentFeatures.Read(text, Features.Language)];
        var rows = Features.Rows(read);
        var some = Calibration.Probabilities([.. Weights.Select(w => rows.Dot(0, w))]);
        var all = new double[3];
        for (var k = 0; k < Moods.Length; k++)
        {
            all[(int)Moods[k]] = some[k];
        }

        return new(Moods[Largest(some, Decision)], all, all[(int)Mood.Positive] - all[(int)Mood.Negative], read[0].Language);
    }

    private static float[][] Train(SparseRows rows, IReadOnlyList<Mood> moods, Mood[] known, int seed, CancellationToken cancellation)
    {
        Mood[] trained = known.Length == 2 ? known[..1] : known;
        var weights = trained.Select(mood =>
        {
            sbyte[] signs = [.. moods.Select(x => (sbyte)(x == mood ? 1 : -1))];
            return DualDescent.Classify(rows, signs, [.. signs.Select(_ => Cost)], seed, cancellation);
        }).ToArray();
        return known.Length == 2 ? [weights[0], [.. weights[0].Select(x => -x)]] : weights;
    }

    private static SparseRows Take(SparseRows rows, int[] chosen)
    {
        var starts = new int[chosen.Length + 1];
        for (var i = 0; i < chosen.Length; i++)
        {
            starts[i + 1] = starts[i] + rows.Starts[chosen[i] + 1] - rows.Starts[chosen[i]];
        }

        var (columns, values) = (new int[starts[^1]], new float[starts[^1]]);
        for (var i = 0; i < chosen.Length; i++)
        {
            var (from, to) = (rows.Starts[chosen[i]], rows.Starts[chosen[i] + 1]);
            rows.Columns.AsSpan(from..to).CopyTo(columns.AsSpan(starts[i]));
            rows.Values.AsSpan(from..to).CopyTo(values.AsSpan(starts[i]));
        }

        return new(starts, columns, values, rows.Width);
    }

    /// <summary>Each text's part, the moods dealt evenly.</summary>
    private static int[] Parts(IReadOnlyList<Mood> moods, int seed)
    {
        var (random, part) = (new Random(seed), new int[moods.Count]);
        foreach (var group in Enumerable.Range(0, moods.Count).GroupBy(i => moods[i]))
        {
            int[] members = [.. group];
            random.Shuffle(members);
            for (var i = 0; i < members.Length; i++)
            {
                part[members[i]] = i % HeldOutParts;
            }
        }

        return part;
    }

    private static double[] Decide(double[][] probabilities, int[] classes, Mood[] known)
    {
        double[] shares = [.. Enumerable.Range(0, known.Length).Select(k => classes.Count(x => x == k) / (double)classes.Length)];
        Mood[] truth = [.. classes.Select(x => known[x])];
        var (best, decision) = (-1.0, new double[known.Length]);
        for (var power = 0.0; power <= 1; power += 0.1)
        {
            double[] factors = [.. shares.Select(x => Math.Pow(x * known.Length, -power))];
            var metrics = MoodMetrics.Of("", [.. probabilities.Select(x => known[Largest(x, factors)])], truth);
            if (metrics.MacroF1 > best + 1e-4)
            {
                (best, decision) = (metrics.MacroF1, factors);
            }
        }

        return decision;
    }

    private static int Largest(double[] probabilities, double[] factors) => Enumerable.Range(0, probabilities.Length).MaxBy(k => probabilities[k] * factors[k]);
}
