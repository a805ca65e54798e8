using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using Lanes = System.Numerics.Vector<double>;

namespace MarketingConsole.Core.Learning.Text;

/// <summary>Topics by non-negative matrix factorisation, X ≈ W H, least squares: each document a sum of topics, each topic a sum of words.
/// Source: Lee and Seung, Learning the parts of objects by non-negative matrix factorization, 1999; coordinate descent: Cichocki and Phan 2009;
/// start: Boutsidis and Gallopoulos, SVD based initialization (NNDSVD), 2008, on a randomised SVD (Halko, Martinsson, Tropp 2011).</summary>
/// <param name="Words">The vocabulary.</param>
/// <param name="Topic">H, one row a topic, weights of words, at least 0.</param>
/// <param name="Error">‖X − W H‖ (Frobenius) in training.</param>
public sealed record NonNegativeFactors(string[] Words, double[][] Topic, double Error)
{
    private const double Tolerance = 1e-4;
    private const int Oversampling = 10;

    /// <param name="documents">Counts, better weighted (<see cref="DocumentTerms.Weighted"/>).</param>
    /// <param name="topics">At least 2, at most the smaller of documents and words.</param>
    /// <param name="seed">Of the randomised SVD.</param>
    /// <param name="passes">The most updates of both factors.</param>
    /// <param name="progress">0 to 1.</param>
    /// <param name="cancellation">Asked each pass.</param>
    /// <exception cref="LearningException">Too few documents or words for so many topics.</exception>
    public static NonNegativeFactors Fit(DocumentTerms documents, int topics, int seed, int passes = 200, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        var (n, v) = (documents.Documents, documents.Words.Length);
        if (topics < 2 || topics > Math.Min(n, v) || documents.Columns.Length == 0)
        {
            throw new LearningException($"{topics} topics need at least two, and as many documents and different words as topics; there are {n} documents and {v} words.");
        }

        var (w, h) = Start(documents, topics, seed);
        var first = 0.0;
        for (var pass = 0; pass < passes; pass++)
        {
            cancellation.ThrowIfCancellationRequested();
            progress?.Report((double)pass / passes);
            var moved = Descend(w, Gram(h, topics), Times(documents, h, topics), topics) + Descend(h, Gram(w, topics), TransposeTimes(documents, w, topics), topics);
            first = pass == 0 ? moved : first;
            if (moved <= Tolerance * first)
            {
                break;
            }
        }

        progress?.Report(1);
        return new(documents.Words, [.. Enumerable.Range(0, topics).Select(k => Enumerable.Range(0, v).Select(j => h[(j * topics) + k]).ToArray())], Distance(documents, w, h, topics));
    }

    /// <returns>Share of each topic in each document by non-negative least squares; equal shares for a document without known words.</returns>
    public double[][] Mixtures(DocumentTerms documents)
    {
        var k = Topic.Length;
        double[] sizes = [.. Topic.Select(x => Math.Max(x.Sum(), 1e-12))];
        double[] h = [.. Enumerable.Range(0, Words.Length).SelectMany(j => Topic.Select(x => x[j]))];
        var (w, gram, target) = (new double[documents.Documents * k], Gram(h, k), Times(documents, h, k));
        for (var pass = 0; pass < 50 && Descend(w, gram, target, k) > Tolerance; pass++)
        {
        }

        return [.. Enumerable.Range(0, documents.Documents).Select(d =>
        {
            double[] row = [.. sizes.Select((size, t) => w[(d * k) + t] * size)];
            var sum = row.Sum();
            return row.Select(x => sum > 0 ? x / sum : 1.0 / k).ToArray();
        })];
    }

    /// <returns>The words with the largest weight in a topic, largest first, as shares of the topic.</returns>
    public IReadOnlyList<(string Word, double Share)> TopWords(int topic, int count = 10)
    {
        var total = Math.Max(Topic[topic].Sum(), 1e-12);
        return [.. Enumerable.Range(0, Words.Length).OrderByDescending(w => Topic[topic][w]).Take(count).Select(w => (Words[w], Topic[topic][w] / total))];
    }

    /// <summary>One round of exact minimisation of each weight, row by row; returns the sum of projected gradients.</summary>
    private static double Descend(double[] factor, double[] gram, double[] target, int k)
    {
        var moved = 0.0;
        for (var from = 0; from < factor.Length; from += k)
        {
            var row = factor.AsSpan(from, k);
            for (var t = 0; t < k; t++)
            {
                var gradient = Dot(gram.AsSpan(t * k, k), row) - target[from + t];
                moved += row[t] == 0 ? Math.Max(0, -gradient) : Math.Abs(gradient);
                if (gram[(t * k) + t] > 0)
                {
                    row[t] = Math.Max(0, row[t] - (gradient / gram[(t * k) + t]));
                }
            }
        }

        return moved;
    }

    /// <summary>Rows are a dozen numbers long, where a library call costs more than the work.</summary>
    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var (sum, i) = (Lanes.Zero, 0);
        for (; i <= a.Length - Lanes.Count; i += Lanes.Count)
        {
            sum += new Lanes(a[i..]) * new Lanes(b[i..]);
        }

        var result = System.Numerics.Vector.Sum(sum);
        for (; i < a.Length; i++)
        {
            result += a[i] * b[i];
        }

        return result;
    }

    private static void Add(Span<double> into, ReadOnlySpan<double> row, double times)
    {
        var (factor, i) = (new Lanes(times), 0);
        for (; i <= into.Length - Lanes.Count; i += Lanes.Count)
        {
            (new Lanes(into[i..]) + (new Lanes(row[i..]) * factor)).CopyTo(into[i..]);
        }

        for (; i < into.Length; i++)
        {
            into[i] += row[i] * times;
        }
    }

    /// <summary>Fᵀ F of a factor stored row by row.</summary>
    private static double[] Gram(double[] factor, int k)
    {
        var gram = new double[k * k];
        for (var from = 0; from < factor.Length; from += k)
        {
            var row = factor.AsSpan(from, k);
            for (var t = 0; t < k; t++)
            {
                if (row[t] != 0)
                {
                    var into = gram.AsSpan(t * k, k);
                    Add(into, row, row[t]);
                }
            }
        }

        return gram;
    }

    /// <summary>X F, F with one row a word.</summary>
    private static double[] Times(DocumentTerms x, double[] factor, int k)
    {
        var result = new double[x.Documents * k];
        for (var d = 0; d < x.Documents; d++)
        {
            var into = result.AsSpan(d * k, k);
            for (var i = x.Starts[d]; i < x.Starts[d + 1]; i++)
            {
                Add(into, factor.AsSpan(x.Columns[i] * k, k), x.Values[i]);
            }
        }

        return result;
    }

    /// <summary>Xᵀ F, F with one row a document.</summary>
    private static double[] TransposeTimes(DocumentTerms x, double[] factor, int k)
    {
        var result = new double[x.Words.Length * k];
        for (var d = 0; d < x.Documents; d++)
        {
            var row = factor.AsSpan(d * k, k);
            for (var i = x.Starts[d]; i < x.Starts[d + 1]; i++)
            {
                var into = result.AsSpan(x.Columns[i] * k, k);
                Add(into, row, x.Values[i]);
            }
        }

        return result;
    }

    /// <summary>‖X‖² − 2 ⟨X, W H⟩ + ⟨WᵀW, H Hᵀ⟩, without the dense product.</summary>
    private static double Distance(DocumentTerms x, double[] w, double[] h, int k)
    {
        var sum = Gram(w, k).Zip(Gram(h, k), (a, b) => a * b).Sum() + x.Values.Sum(value => (double)value * value);
        return Math.Sqrt(Math.Max(0, sum - (2 * Times(x, h, k).Zip(w, (a, b) => a * b).Sum())));
    }

    private static (double[] W, double[] H) Start(DocumentTerms x, int k, int seed)
    {
        var (u, s, v, rank) = Svd(x, k, seed);
        var (n, m) = (x.Documents, x.Words.Length);
        var (w, h) = (new double[n * k], new double[m * k]);
        for (var t = 0; t < k; t++)
        {
            // The leading pair may be taken as it is, up to sign; of the others the heavier of the positive and the negative parts.
            var parts = new[] { 1, -1 }.Select(sign => (Sign: sign, Left: Length(u, n, t, sign), Right: Length(v, m, t, sign))).ToArray();
            var (sign, left, right) = parts[0].Left * parts[0].Right >= parts[1].Left * parts[1].Right ? parts[0] : parts[1];
            var scale = left * right > 0 ? Math.Sqrt(s[t] * left * right) : 0;
            for (var i = 0; i < n && scale > 0; i++)
            {
                w[(i * k) + t] = scale * Math.Max(0, sign * u[(i * rank) + t]) / left;
            }

            for (var j = 0; j < m && scale > 0; j++)
            {
                h[(j * k) + t] = scale * Math.Max(0, sign * v[(j * rank) + t]) / right;
            }
        }

        return (w, h);

        double Length(double[] side, int rows, int column, int sign)
        {
            var sum = 0.0;
            for (var i = 0; i < rows; i++)
            {
                var value = Math.Max(0, sign * side[(i * rank) + column]);
                sum += value * value;
            }

            return Math.Sqrt(sum);
        }
    }

    private static (double[] U, double[] S, double[] V, int Rank) Svd(DocumentTerms x, int k, int seed)
    {
        var rank = Math.Min(k + Oversampling, Math.Min(x.Documents, x.Words.Length));
        var v = new double[x.Words.Length * rank];
        Normal.Samples(new Random(seed), v, 0, 1);
        for (var round = 0; round < 4; round++)
        {
            v = TransposeTimes(x, Orthonormal(Times(x, v, rank), rank), rank);
            v = Orthonormal(v, rank);
        }

        // X V = U' with the small eigenproblem of (X V)ᵀ (X V) turning V into the singular vectors.
        var left = Times(x, v, rank);
        var eigen = Matrix<double>.Build.Dense(rank, rank, Gram(left, rank)).Evd(Symmetricity.Symmetric);
        var turn = Matrix<double>.Build.Dense(rank, rank, (i, j) => eigen.EigenVectors[i, rank - 1 - j]);
        double[] s = [.. Enumerable.Range(0, rank).Select(j => Math.Sqrt(Math.Max(0, eigen.EigenValues[rank - 1 - j].Real)))];
        var u = Turn(left, turn, rank);
        for (var i = 0; i < u.Length; i++)
        {
            u[i] = s[i % rank] > 1e-10 * s[0] ? u[i] / s[i % rank] : 0;
        }

        return (u, s, Turn(v, turn, rank), rank);
    }

    private static double[] Turn(double[] rows, Matrix<double> by, int k)
    {
        var result = new double[rows.Length];
        var columns = by.ToRowMajorArray();
        for (var from = 0; from < rows.Length; from += k)
        {
            var into = result.AsSpan(from, k);
            for (var j = 0; j < k; j++)
            {
                Add(into, columns.AsSpan(j * k, k), rows[from + j]);
            }
        }

        return result;
    }

    /// <summary>Orthonormal columns of the same span, by the eigenvectors of the Gram matrix, twice for accuracy; directions without length become 0.</summary>
    private static double[] Orthonormal(double[] rows, int k)
    {
        for (var round = 0; round < 2; round++)
        {
            var eigen = Matrix<double>.Build.Dense(k, k, Gram(rows, k)).Evd(Symmetricity.Symmetric);
            var largest = eigen.EigenValues[k - 1].Real;
            rows = Turn(rows, Matrix<double>.Build.Dense(k, k, (i, j) => eigen.EigenValues[j].Real > 1e-13 * largest ? eigen.EigenVectors[i, j] / Math.Sqrt(eigen.EigenValues[j].Real) : 0), k);
        }

        return rows;
    }
}
