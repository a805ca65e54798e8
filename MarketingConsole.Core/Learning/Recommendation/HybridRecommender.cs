using System.Numerics.Tensors;
using System.Text.Json.Serialization;

namespace MarketingConsole.Core.Learning.Recommendation;

/// <param name="Name">E.g. "EASE".</param>
/// <param name="Setting">The setting chosen, e.g. λ; 0 where there is none.</param>
/// <param name="Weight">Share in the blend, 0 to 1.</param>
/// <param name="Alone">How it did alone on events kept back; null when there were too few.</param>
public sealed record BlendPart(string Name, double Setting, double Weight, RankingMetrics? Alone);

/// <summary>What is known beside the events; all of it optional.</summary>
/// <param name="Repeat">True to recommend what was bought before too (groceries), false for new items only.</param>
/// <param name="K">Length of list to be good at.</param>
/// <param name="Content">Attributes of the items: lets new items in.</param>
/// <param name="Traits">Per customer: lets new customers have more than the best-sellers.</param>
public sealed record HybridOptions(bool Repeat = false, int K = 10, ItemContent? Content = null, IReadOnlyList<IReadOnlyList<string>>? Traits = null, int Seed = 1);

/// <summary>Blends the models of this folder with weights that did best on events kept back (ensemble selection), the settings of each model chosen there too.
/// Scores of each model are divided by their spread over the items first. Source: Caruana et al., Ensemble selection from libraries of models, 2004.</summary>
/// <remarks>An item nobody has bought takes the mean blended score of the <see cref="Lenders"/> items it resembles most, less where it resembles them little. A customer without a history gets what customers with the same traits buy, or else what is popular.</remarks>
public sealed record HybridRecommender(IReadOnlyList<BlendPart> Parts, RankingMetrics? Judged, Popularity Popular, Ease? Ease, ImplicitAls? Als, ItemNeighbours? Neighbours, PersonalFrequency? Frequency, ItemContent? Content, TraitPopularity? Traits) : IRecommender
{
    public const int Lenders = 10;
    private const int FewestJudged = 20;
    private const int MostJudged = 1000;
    private const int Rounds = 25;
    private const int Candidates = 100;

    /// <summary>Per item nobody has bought: the items that lend it their scores.</summary>
    private readonly Dictionary<int, IReadOnlyList<(int Item, double Similarity)>> _lenders = Content is null ? [] : Enumerable.Range(0, Popular.Items).Where(i => Popular.Shares[i] == 0)
        .Select(i => (Item: i, From: Content.Nearest(i, Lenders, j => Popular.Shares[j] > 0))).Where(x => x.From.Count > 0).ToDictionary(x => x.Item, x => x.From);

    [JsonIgnore]
    public int Items => Popular.Items;

    public static HybridRecommender Fit(Interactions data, HybridOptions? options = null, IProgress<double>? progress = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        options ??= new();
        if (options.Content is { } content && content.Items != data.Items)
        {
            throw new LearningException("The attributes must name each item once, in the order of the items.");
        }

        var holdout = Holdout.Of(data, options.Repeat, MostJudged, options.Seed);
        var enough = holdout.Truth.Count >= FewestJudged;
        var families = Families(options, holdout.Kept.Timed, cancel);
        var chosen = new List<(string Name, double Setting, Func<Interactions, IRecommender> Fit, IRecommender Trial, RankingMetrics? Alone)>();
        foreach (var (name, settings, fit, fine) in families)
        {
            (double Setting, IRecommender Model, RankingMetrics? Metrics) Try(double setting)
            {
                var model = fit(holdout.Kept, setting);
                return (setting, model, enough ? holdout.Judge(model, options.K, options.Repeat) : null);
            }

            var best = settings.Take(enough ? settings.Length : 1).Select(Try).ToList().MaxBy(x => x.Metrics?.Ndcg ?? 0);
            if (fine && enough)
            {
                best = new[] { best, Try(best.Setting / 2), Try(best.Setting * 2) }.MaxBy(x => x.Metrics!.Ndcg);
            }

            chosen.Add((name, best.Setting, data => fit(data, best.Setting), best.Model, best.Metrics));
            progress?.Report(0.7 * chosen.Count / families.Count);
        }

        var weights = enough ? Weigh(holdout, [.. chosen.Select(x => x.Trial)], options) : [.. chosen.Select(x => 1.0 / chosen.Count)];
        var parts = chosen.Select((x, m) => new BlendPart(x.Name, x.Setting, weights[m], x.Alone)).ToList();
        var traits = options.Traits is null ? null : TraitPopularity.Fit(data, options.Traits);
        var trial = Assemble([.. chosen.Select(x => x.Trial)], parts, null, options.Content, null);
        var judged = enough ? holdout.Judge(trial, options.K, options.Repeat) : null;
        progress?.Report(0.75);

        // Refitted on everything: the part kept back is the newest and matters most.
        var final = new List<IRecommender>();
        foreach (var (x, m) in chosen.Select((x, m) => (x, m)))
        {
            final.Add(weights[m] > 0 || x.Trial is Popularity ? x.Fit(data) : x.Trial);
            progress?.Report(0.75 + (0.25 * (m + 1) / chosen.Count));
        }

        return Assemble([.. final.Where((x, m) => weights[m] > 0 || x is Popularity)], parts, judged, options.Content, traits);
    }

    public void Score(ReadOnlySpan<Bought> history, double now, Span<float> scores) => Score(history, now, scores, null);

    /// <param name="traits">The customer's traits; they count while there is no history.</param>
    public void Score(ReadOnlySpan<Bought> history, double now, Span<float> scores, IEnumerable<string>? traits)
    {
        var blended = new float[Items];
        var part = new float[Items];
        foreach (var (model, weight) in Members())
        {
            model.Score(history, now, part);
            var spread = Spread(part);
            if (weight > 0 && spread > 0)
            {
                TensorPrimitives.MultiplyAdd(part, (float)(weight / spread), blended, blended);
            }
        }

        if (history.IsEmpty || Spread(blended) == 0)
        {
            if (traits is not null && Traits is not null)
            {
                Traits.Score(traits, blended);
            }
            else
            {
                Popular.Score(history, now, blended);
            }
        }

        Lend(blended);
        blended.CopyTo(scores);
    }

    public IReadOnlyList<Reason> Why(ReadOnlySpan<Bought> history, double now, int item, int count = 3)
    {
        if (item < 0 || item >= Items)
        {
            return [];
        }

        if (_lenders.TryGetValue(item, out var lenders))
        {
            return Ranking.Reasons(lenders.Select(x => (ReasonKind.Similar, (int?)x.Item, x.Similarity)), count);
        }

        var sums = new Dictionary<(ReasonKind, int?), double>();
        var part = new float[Items];
        foreach (var (model, weight) in Members())
        {
            model.Score(history, now, part);
            var spread = Spread(part);
            foreach (var reason in weight > 0 && spread > 0 && part[item] > 0 ? model.Why(history, now, item, int.MaxValue) : [])
            {
                sums[(reason.Kind, reason.Item)] = sums.GetValueOrDefault((reason.Kind, reason.Item)) + (reason.Share * weight * part[item] / spread);
            }
        }

        return sums.Count > 0 ? Ranking.Reasons(sums.Select(x => (x.Key.Item1, x.Key.Item2, x.Value)), count) : Popular.Why(history, now, item, count);
    }

    /// <summary>Each model with the settings to try, the usual one first; where fine, half and twice the best are tried too.</summary>
    private static List<(string Name, double[] Settings, Func<Interactions, double, IRecommender> Fit, bool Fine)> Families(HybridOptions options, bool timed, CancellationToken cancel)
    {
        const int Factors = 64, Iterations = 10;
        const double Alpha = 4;
        List<(string, double[], Func<Interactions, double, IRecommender>, bool)> families =
        [
            ("Popularity", [0, .. timed ? [30, 180] : Array.Empty<double>()], (d, days) => Popularity.Fit(d, days > 0 ? days : double.PositiveInfinity), false),
            ("EASE", [400, 100, 1600], (d, penalty) => Recommendation.Ease.Fit(d, penalty, cancel: cancel), false),
            ("ALS", [40, 10, 160], (d, penalty) => ImplicitAls.Fit(d, Factors, Alpha, penalty, Iterations, options.Seed, cancel: cancel), true),
            ("Neighbours", [10, 50], (d, shrinkage) => ItemNeighbours.Fit(d, shrinkage, cancel: cancel), false),
        ];
        if (options.Repeat)
        {
            families.Add(("Own frequency", [0, .. timed ? [30, 120, 365] : Array.Empty<double>()], (d, days) => PersonalFrequency.Fit(d, days > 0 ? days : null), false));
        }

        if (options.Content is { } content)
        {
            families.Add(("Content", [0], (_, _) => content, false));
        }

        return families;
    }

    /// <summary>Adds one model at a time, with replacement, the one that helps most; the weights are how often each was added, up to the best round.</summary>
    private static double[] Weigh(Holdout holdout, IRecommender[] models, HybridOptions options)
    {
        // Per customer: candidates × models, and which came true.
        var cases = new List<(float[][] Scores, bool[] True, int Wanted)>();
        for (var n = 0; n < holdout.Truth.Count; n++)
        {
            var (user, truth) = holdout.Truth[n];
            var history = holdout.Kept.Of(user);
            var seen = options.Repeat ? [] : history.ToArray().Select(x => x.Item).ToHashSet();
            var all = new float[models.Length][];
            var candidates = new SortedSet<int>();
            for (var m = 0; m < models.Length; m++)
            {
                all[m] = new float[holdout.Kept.Items];
                models[m].Score(history, holdout.Now[n], all[m]);
                var spread = Spread(all[m]);
                TensorPrimitives.Multiply(all[m], spread > 0 ? 1 / spread : 0, all[m]);
                candidates.UnionWith(Ranking.Top(all[m], Candidates + seen.Count).Where(i => !seen.Contains(i)).Take(Candidates));
            }

            cases.Add(([.. all.Select(s => candidates.Select(i => s[i]).ToArray())], [.. candidates.Select(truth.Contains)], truth.Count));
        }

        var blends = cases.Select(x => new float[x.True.Length]).ToList();
        var (counts, best, bestNdcg) = (new int[models.Length], new int[models.Length], -1.0);
        for (var round = 0; round < Rounds; round++)
        {
            var trials = models.Select((_, m) => cases.Select((x, n) => Ndcg(blends[n], x.Scores[m], x.True, x.Wanted, options.K)).Average()).ToList();
            var add = trials.IndexOf(trials.Max());
            counts[add]++;
            for (var n = 0; n < cases.Count; n++)
            {
                TensorPrimitives.Add(blends[n], cases[n].Scores[add], blends[n]);
            }

            if (trials[add] > bestNdcg + 1e-5)
            {
                (best, bestNdcg) = ((int[])counts.Clone(), trials[add]);
            }
        }

        return [.. best.Select(x => (double)x / best.Sum())];
    }

    private static double Ndcg(float[] blend, float[] added, bool[] truth, int wanted, int k)
    {
        var scores = new float[blend.Length];
        TensorPrimitives.Add(blend, added, scores);
        var (gain, ideal, place) = (0.0, 0.0, 0);
        foreach (var at in Ranking.Top(scores, k))
        {
            gain += truth[at] ? 1 / Math.Log2(place + 2) : 0;
            place++;
        }

        for (var i = 0; i < Math.Min(k, wanted); i++)
        {
            ideal += 1 / Math.Log2(i + 2);
        }

        return gain / ideal;
    }

    private static HybridRecommender Assemble(IRecommender[] models, IReadOnlyList<BlendPart> parts, RankingMetrics? judged, ItemContent? content, TraitPopularity? traits) => new(
        parts,
        judged,
        models.OfType<Popularity>().Single(),
        models.OfType<Ease>().SingleOrDefault(),
        models.OfType<ImplicitAls>().SingleOrDefault(),
        models.OfType<ItemNeighbours>().SingleOrDefault(),
        models.OfType<PersonalFrequency>().SingleOrDefault(),
        content,
        traits);

    private static float Spread(ReadOnlySpan<float> scores)
    {
        var mean = TensorPrimitives.Sum(scores) / scores.Length;
        var variance = (TensorPrimitives.SumOfSquares(scores) / scores.Length) - (mean * mean);
        return variance > 1e-12f ? MathF.Sqrt(variance) : 0;
    }

    private IEnumerable<(IRecommender Model, double Weight)> Members()
    {
        var weights = Parts.ToDictionary(x => x.Name, x => x.Weight);
        IEnumerable<(string Name, IRecommender? Model)> all = [("Popularity", Popular), ("EASE", Ease), ("ALS", Als), ("Neighbours", Neighbours), ("Own frequency", Frequency), ("Content", Content)];
        return all.Where(x => x.Model is not null).Select(x => (x.Model!, weights.GetValueOrDefault(x.Name)));
    }

    private void Lend(Span<float> blended)
    {
        if (_lenders.Count == 0)
        {
            return;
        }

        var mean = TensorPrimitives.Sum<float>(blended) / blended.Length;
        var lent = new Dictionary<int, float>();
        foreach (var (item, lenders) in _lenders)
        {
            // One more lender of the mean score stands for what the resemblance does not tell.
            var (sum, total) = (0.0, 1.0);
            foreach (var (from, similarity) in lenders)
            {
                sum += similarity * (blended[from] - mean);
                total += similarity;
            }

            lent[item] = (float)(mean + (sum / total));
        }

        foreach (var (item, score) in lent)
        {
            blended[item] = score;
        }
    }
}
