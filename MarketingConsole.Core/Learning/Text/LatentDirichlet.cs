using System.Numerics;
using MarketingConsole.Core.Learning.Numerics;
using MathNet.Numerics;
using MathNet.Numerics.Distributions;

namespace MarketingConsole.Core.Learning.Text;

/// <summary>How topics are learned.</summary>
/// <param name="Topics">K, at least 2.</param>
/// <param name="Passes">How often all documents are read.</param>
/// <param name="BatchSize">Documents an update of the online algorithm; null: all, the batch algorithm.</param>
/// <param name="Alpha">Prior weight of each topic in a document; null: 1 / K. Small: few topics a document.</param>
/// <param name="Eta">Prior weight of each word in a topic; null: 1 / K.</param>
/// <param name="Delay">τ₀ of the online algorithm: plays early batches down.</param>
/// <param name="Forgetting">κ, above ½ and up to 1: how fast old batches are forgotten.</param>
public sealed record LatentDirichletOptions(int Topics, int Passes = 20, int? BatchSize = null, double? Alpha = null, double? Eta = null, double Delay = 10, double Forgetting = 0.7);

/// <summary>Latent Dirichlet allocation by variational Bayes: each topic a distribution over words, each document a mixture of topics.
/// Source: Blei, Ng, Jordan, Latent Dirichlet Allocation, 2003 (batch); Hoffman, Blei, Bach, Online Learning for LDA, 2010 (online; equations 5 to 8).
/// γ of a document and E[log θ] are worked in single precision, eight words at a time; the sum ψ(Σγ) cancels in γ and is left out of the loop.</summary>
/// <param name="Words">The vocabulary.</param>
/// <param name="Alpha">α, prior weight of a topic in a document.</param>
/// <param name="Eta">η, prior weight of a word in a topic.</param>
/// <param name="Lambda">λ, one row a topic: how many of each word it has been given, plus η.</param>
public sealed record LatentDirichlet(string[] Words, double Alpha, double Eta, double[][] Lambda)
{
    private const int MostSteps = 100;
    private const float Tolerance = 1e-3f;
    private const int Chunk = 512;
    private const int StartDocuments = 5000;
    private const int StartPasses = 20;

    public int Topics => Lambda.Length;

    /// <param name="documents">Counts; empty documents are allowed and teach nothing.</param>
    /// <param name="options">How.</param>
    /// <param name="seed">Of the start.</param>
    /// <param name="progress">0 to 1.</param>
    /// <param name="cancellation">Asked every few hundred documents.</param>
    /// <exception cref="LearningException">Fewer than two topics or words, or no documents.</exception>
    public static LatentDirichlet Fit(DocumentTerms documents, LatentDirichletOptions options, int seed, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        var (k, v, n) = (options.Topics, documents.Words.Length, documents.Documents);
        if (k < 2 || v < 2 || documents.Columns.Length == 0)
        {
            throw new LearningException("Topics need at least two topics to find, two different words, and documents that use them.");
        }

        var model = new LatentDirichlet(documents.Words, options.Alpha ?? 1.0 / k, options.Eta ?? 1.0 / k, Start(documents, k, seed, cancellation));
        var work = new Work(model);
        var gamma = new float[work.Padded];
        var batch = Math.Clamp(options.BatchSize ?? n, 1, n);
        var updates = 0;
        for (var pass = 0; pass < options.Passes; pass++)
        {
            for (var from = 0; from < n; from += batch)
            {
                var to = Math.Min(n, from + batch);
                work.Prepare(model.Lambda);
                for (var d = from; d < to; d++)
                {
                    if ((d - from) % Chunk == 0)
                    {
                        cancellation.ThrowIfCancellationRequested();
                        progress?.Report((pass + (d / (double)n)) / options.Passes);
                    }

                    work.Infer(documents, d, gamma, learn: true);
                }

                var rate = options.BatchSize is null ? 1 : Math.Pow(options.Delay + updates++, -options.Forgetting);
                work.Update(model.Lambda, rate, (double)n / (to - from));
            }
        }

        progress?.Report(1);
        return model;
    }

    /// <returns>Share of each topic in each document, rows that sum to 1; the prior's equal shares for a document without known words.</returns>
    public double[][] Mixtures(DocumentTerms documents) =>
        [.. Gammas(documents).Select(g => { var sum = g.Sum(); return g.Select(x => x / sum).ToArray(); })];

    /// <returns>The words with the largest share of a topic, largest first.</returns>
    public IReadOnlyList<(string Word, double Share)> TopWords(int topic, int count = 10)
    {
        var total = Lambda[topic].Sum();
        return [.. Enumerable.Range(0, Words.Length).OrderByDescending(w => Lambda[topic][w]).Take(count).Select(w => (Words[w], Lambda[topic][w] / total))];
    }

    /// <summary>e to the minus variational bound a word: how many words the model hesitates between; lower is better. The bound includes the topics' own prior (Hoffman et al. 2010, equation 3).</summary>
    public double Perplexity(DocumentTerms documents)
    {
        var gammas = Gammas(documents);
        var beta = Lambda.Select(row => { var sum = SpecialFunctions.DiGamma(row.Sum()); return row.Select(x => ExpDigamma.Of(x) * Math.Exp(-sum)).ToArray(); }).ToArray();
        var (bound, tokens) = (0.0, 0.0);
        var theta = new double[Topics];
        for (var d = 0; d < gammas.Length; d++)
        {
            var sum = gammas[d].Sum();
            var digammaSum = SpecialFunctions.DiGamma(sum);
            bound += SpecialFunctions.GammaLn(Topics * Alpha) - SpecialFunctions.GammaLn(sum);
            for (var k = 0; k < Topics; k++)
            {
                var log = SpecialFunctions.DiGamma(gammas[d][k]) - digammaSum;
                theta[k] = Math.Exp(log);
                bound += ((Alpha - gammas[d][k]) * log) + SpecialFunctions.GammaLn(gammas[d][k]) - SpecialFunctions.GammaLn(Alpha);
            }

            for (var i = documents.Starts[d]; i < documents.Starts[d + 1]; i++)
            {
                var p = 0.0;
                for (var k = 0; k < Topics; k++)
                {
                    p += theta[k] * beta[k][documents.Columns[i]];
                }

                bound += documents.Values[i] * Math.Log(p);
                tokens += documents.Values[i];
            }
        }

        foreach (var (row, shares) in Lambda.Zip(beta))
        {
            bound += SpecialFunctions.GammaLn(Eta * row.Length) - SpecialFunctions.GammaLn(row.Sum());
            bound += row.Zip(shares, (x, share) => ((Eta - x) * Math.Log(share)) + SpecialFunctions.GammaLn(x) - SpecialFunctions.GammaLn(Eta)).Sum();
        }

        return Math.Exp(-bound / Math.Max(tokens, 1));
    }

    /// <summary>Random topics near to equal (Hoffman et al.), joined by those of a quick matrix factorisation of some documents, which spares many passes and poor optima.</summary>
    private static double[][] Start(DocumentTerms documents, int topics, int seed, CancellationToken cancellation)
    {
        var random = new Random(seed);
        var (v, some) = (documents.Words.Length, documents.Sample(StartDocuments, random));
        double[][] lambda = [.. Enumerable.Range(0, topics).Select(_ => Gamma.Samples(random, 100, 100).Take(v).ToArray())];
        if (topics > Math.Min(some.Documents, v) || some.Columns.Length == 0)
        {
            return lambda;
        }

        var factors = NonNegativeFactors.Fit(some.Weighted(), topics, seed, StartPasses, cancellation: cancellation);
        for (var k = 0; k < topics; k++)
        {
            var sum = factors.Topic[k].Sum();
            for (var w = 0; w < v && sum > 0; w++)
            {
                lambda[k][w] *= 1 + (v * factors.Topic[k][w] / sum);
            }
        }

        return lambda;
    }

    private double[][] Gammas(DocumentTerms documents)
    {
        var work = new Work(this);
        work.Prepare(Lambda);
        var gamma = new float[work.Padded];
        var result = new double[documents.Documents][];
        for (var d = 0; d < result.Length; d++)
        {
            work.Infer(documents, d, gamma, learn: false);
            result[d] = [.. gamma.Take(Topics).Select(x => (double)x)];
        }

        return result;
    }

    /// <summary>Buffers of one fit. Topics are padded to whole vectors, words of a document likewise.</summary>
    private sealed class Work
    {
        private static readonly int Lanes = Vector<float>.Count;
        private readonly int _topics;
        private readonly float _alpha;
        private readonly double _eta;
        private readonly float[] _beta; // e^E[log β], word by word
        private readonly float[] _learned; // Σ count · θ / norm, word by word; times β when a batch is done
        private readonly float[] _theta;
        private readonly float[] _sums;
        private float[] _own = []; // β of the document's words, topic by topic
        private float[] _counts = [];
        private float[] _ratios = [];

        public Work(LatentDirichlet model)
        {
            (_topics, _alpha, _eta) = (model.Topics, (float)model.Alpha, model.Eta);
            Padded = (_topics + Lanes - 1) / Lanes * Lanes;
            (_beta, _learned) = (new float[model.Words.Length * Padded], new float[model.Words.Length * Padded]);
            (_theta, _sums) = (new float[Padded], new float[Padded]);
        }

        public int Padded { get; }

        public void Prepare(double[][] lambda)
        {
            for (var k = 0; k < _topics; k++)
            {
                var scale = lambda[k].Length / ExpDigamma.Of(lambda[k].Sum()); // times the vocabulary: keeps float away from its smallest numbers, cancels in γ
                for (var w = 0; w < lambda[k].Length; w++)
                {
                    _beta[(w * Padded) + k] = (float)(ExpDigamma.Of(lambda[k][w]) * scale);
                }
            }

            Array.Clear(_learned);
        }

        public void Update(double[][] lambda, double rate, double scale)
        {
            for (var k = 0; k < _topics; k++)
            {
                for (var w = 0; w < lambda[k].Length; w++)
                {
                    var i = (w * Padded) + k;
                    lambda[k][w] = ((1 - rate) * lambda[k][w]) + (rate * (_eta + (scale * _learned[i] * _beta[i])));
                }
            }
        }

        /// <summary>Coordinate ascent on γ of one document, from equal shares each time: going on from the last pass would hold documents to the topics of the random start.</summary>
        public void Infer(DocumentTerms documents, int document, Span<float> gamma, bool learn)
        {
            var words = documents.Columns.AsSpan(documents.Starts[document]..documents.Starts[document + 1]);
            if (words.IsEmpty)
            {
                gamma.Fill(_alpha);
                return;
            }

            var width = (words.Length + Lanes - 1) / Lanes * Lanes;
            gamma.Fill(_alpha + 1);
            Gather(words, documents.Values.AsSpan(documents.Starts[document], words.Length), width);
            Theta(gamma);
            ref var theta = ref _theta[0];
            ref var sums = ref _sums[0];
            ref var own = ref _own[0];
            ref var ratios = ref _ratios[0];
            var alpha = new Vector<float>(_alpha);
            for (var step = 0; step < MostSteps; step++)
            {
                Ratios(width);
                for (var k = 0; k < _topics; k++)
                {
                    var sum = Vector<float>.Zero;
                    for (var w = 0; w < width; w += Lanes)
                    {
                        sum += Vector.LoadUnsafe(ref ratios, (nuint)w) * Vector.LoadUnsafe(ref own, (nuint)((k * width) + w));
                    }

                    _sums[k] = Vector.Sum(sum);
                }

                var change = Vector<float>.Zero;
                for (var k = 0; k < Padded; k += Lanes)
                {
                    var next = alpha + (Vector.LoadUnsafe(ref theta, (nuint)k) * Vector.LoadUnsafe(ref sums, (nuint)k));
                    var at = gamma.Slice(k, Lanes);
                    change += Vector.Abs(next - new Vector<float>(at));
                    next.CopyTo(at);
                }

                Theta(gamma);
                if (Vector.Sum(change) < Tolerance * _topics)
                {
                    break;
                }
            }

            if (learn)
            {
                Ratios(width);
                for (var w = 0; w < words.Length; w++)
                {
                    var ratio = new Vector<float>(_ratios[w]);
                    ref var learned = ref _learned[words[w] * Padded];
                    for (var k = 0; k < Padded; k += Lanes)
                    {
                        (Vector.LoadUnsafe(ref learned, (nuint)k) + (ratio * Vector.LoadUnsafe(ref theta, (nuint)k))).StoreUnsafe(ref learned, (nuint)k);
                    }
                }
            }
        }

        private void Gather(ReadOnlySpan<int> words, ReadOnlySpan<float> counts, int width)
        {
            if (_counts.Length < width)
            {
                (_own, _counts, _ratios) = (new float[width * 2 * _topics], new float[width * 2], new float[width * 2]);
            }

            Array.Clear(_counts, 0, width);
            counts.CopyTo(_counts);
            for (var w = 0; w < width; w++)
            {
                // A word beyond the end has no count; it takes the last word's β so that nothing is divided by 0.
                var row = _beta.AsSpan(words[Math.Min(w, words.Length - 1)] * Padded, _topics);
                for (var k = 0; k < row.Length; k++)
                {
                    _own[(k * width) + w] = row[k];
                }
            }
        }

        private void Theta(ReadOnlySpan<float> gamma)
        {
            for (var k = 0; k < Padded; k += Lanes)
            {
                ExpDigamma.Of(new Vector<float>(gamma.Slice(k, Lanes))).CopyTo(_theta, k);
            }
        }

        /// <summary>Count of each word by its norm Σ_k θ_k β_kw.</summary>
        private void Ratios(int width)
        {
            ref var own = ref _own[0];
            ref var counts = ref _counts[0];
            ref var ratios = ref _ratios[0];
            for (var w = 0; w < width; w += Lanes)
            {
                var norm = new Vector<float>(1e-30f);
                for (var k = 0; k < _topics; k++)
                {
                    norm += new Vector<float>(_theta[k]) * Vector.LoadUnsafe(ref own, (nuint)((k * width) + w));
                }

                (Vector.LoadUnsafe(ref counts, (nuint)w) / norm).StoreUnsafe(ref ratios, (nuint)w);
            }
        }
    }
}
