using System.Diagnostics;
using System.Globalization;
using MarketingConsole.Core.Learning.Text;
using MathNet.Numerics.Distributions;

namespace MarketingConsole.Tests.Benchmarks.Learning;

/// <summary>LDA and NMF beside scikit-learn on the same documents in the same run, one thread each: 20,000 documents of 3,000 words drawn from 12 topics.</summary>
internal static class TopicsBenchmark
{
    private const int Topics = 12;
    private const int Passes = 10;

    private const string Script = """
        import sys, time, json, warnings
        warnings.filterwarnings('ignore')
        try:
            import numpy as np, scipy.sparse as sp
            from sklearn.decomposition import LatentDirichletAllocation, NMF
        except ImportError as e:
            print(json.dumps({'missing': str(e)})); sys.exit(0)
        folder, n, v, k, passes = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5])
        a = np.loadtxt(folder + '/documents.txt', dtype=np.int64)
        X = sp.csr_matrix((a[:, 2], (a[:, 0], a[:, 1])), shape=(n, v))
        def timed(model):
            t = time.perf_counter(); model.fit(X); return model, time.perf_counter() - t
        batch, tb = timed(LatentDirichletAllocation(k, max_iter=passes, learning_method='batch', random_state=0))
        out = {'batch': tb, 'batchPerplexity': batch.perplexity(X)}
        online, to = timed(LatentDirichletAllocation(k, max_iter=passes, learning_method='online', batch_size=512, random_state=0))
        out.update({'online': to, 'onlinePerplexity': online.perplexity(X)})
        X = X.astype(float); f, tf = timed(NMF(k, init='nndsvd', max_iter=200, random_state=0))
        out.update({'nmf': tf, 'nmfError': f.reconstruction_err_})
        from sklearn.decomposition._lda import _dirichlet_expectation_2d
        batch.components_ = np.loadtxt(folder + '/topics.txt'); batch.exp_dirichlet_component_ = np.exp(_dirichlet_expectation_2d(batch.components_))
        out['oursByTheirs'] = batch.perplexity(X)
        print(json.dumps(out))
        """;

    /// <param name="args">Not used: the documents are drawn from a seed.</param>
    public static int Run(string[] args)
    {
        _ = args;
        var (documents, _) = Draw(20_000, 3000, Topics, 7);
        Console.WriteLine($"{documents.Documents} documents, {documents.Words.Length} words, {documents.Columns.Length} entries, {Topics} topics, {Passes} passes, one thread each");
        var (batch, batchTime) = Median(() => LatentDirichlet.Fit(documents, new(Topics, Passes), 1));
        var (online, onlineTime) = Median(() => LatentDirichlet.Fit(documents, new(Topics, Passes, 512), 1));
        var (factors, factorTime) = Median(() => NonNegativeFactors.Fit(documents, Topics, 1));
        var theirs = Theirs(documents, batch);
        if (theirs.ContainsKey("missing"))
        {
            Console.WriteLine($"ours only: LDA batch {batchTime:F2} s, perplexity {batch.Perplexity(documents):F1}; online {onlineTime:F2} s; NMF {factorTime:F2} s, error {factors.Error:F2}. scikit-learn is not here (Debian: python3-sklearn).");
            return 1;
        }

        Console.WriteLine($"{"",-28}{"ours",10}{"theirs",10}{"ratio",8}  limit");
        var met = Row("LDA batch, s", batchTime, theirs["batch"], 0.2);
        met &= Row("LDA batch, perplexity", batch.Perplexity(documents), theirs["batchPerplexity"], 1.02);
        met &= Row("  the same by scikit-learn", theirs["oursByTheirs"], theirs["batchPerplexity"], 1.02);
        met &= Row("LDA online, s", onlineTime, theirs["online"], 0.2);
        met &= Row("LDA online, perplexity", online.Perplexity(documents), theirs["onlinePerplexity"], 1.02);
        Row("NMF, s", factorTime, theirs["nmf"], null);
        met &= Row("NMF, error", factors.Error, theirs["nmfError"], 1.002);
        return met ? 0 : 1;
    }

    /// <summary>Documents drawn from known topics (the generative model of LDA) and the main topic of each.</summary>
    internal static (DocumentTerms Documents, int[] Main) Draw(int documents, int words, int topics, int seed, double mean = 40)
    {
        var random = new Random(seed);
        double[] Dirichlet(double a, int n)
        {
            double[] x = [.. Gamma.Samples(random, a, 1).Take(n)];
            var sum = x.Sum();
            return [.. x.Select(v => v / sum)];
        }

        var sums = Enumerable.Range(0, topics).Select(_ => { var sum = 0.0; return Dirichlet(0.02, words).Select(v => sum += v).ToArray(); }).ToArray();
        var (texts, mains) = (new List<IReadOnlyList<string>>(), new int[documents]);
        var names = Enumerable.Range(0, words).Select(w => $"w{w:D5}").ToArray();
        for (var d = 0; d < documents; d++)
        {
            var mixture = Dirichlet(0.15, topics);
            mains[d] = Array.IndexOf(mixture, mixture.Max());
            texts.Add([.. Enumerable.Range(0, Poisson.Sample(random, mean) + 5).Select(_ =>
            {
                var k = Categorical.Sample(random, mixture);
                var at = Array.BinarySearch(sums[k], random.NextDouble() * sums[k][^1]);
                return names[Math.Min(words - 1, at < 0 ? ~at : at)];
            })]);
        }

        return (DocumentTerms.Count(texts), mains);
    }

    private static bool Row(string name, double ours, double theirs, double? limit)
    {
        var met = limit is null || ours / theirs <= limit;
        Console.WriteLine($"{name,-28}{ours,10:F2}{theirs,10:F2}{ours / theirs,8:F3}  {(limit is null ? "no limit set" : $"≤ {limit} {(met ? "met" : "NOT MET")}")}");
        return met;
    }

    private static (T Result, double Seconds) Median<T>(Func<T> work)
    {
        List<(T Result, double Seconds)> runs = [];
        for (var i = 0; i < 3; i++)
        {
            var watch = Stopwatch.StartNew();
            var result = work();
            runs.Add((result, watch.Elapsed.TotalSeconds));
        }

        return runs.OrderBy(x => x.Seconds).ElementAt(1);
    }

    private static Dictionary<string, double> Theirs(DocumentTerms documents, LatentDirichlet model)
    {
        var folder = Directory.CreateTempSubdirectory("topics").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "peer.py"), Script);
            File.WriteAllLines(Path.Combine(folder, "documents.txt"), Enumerable.Range(0, documents.Documents).SelectMany(d => Enumerable.Range(documents.Starts[d], documents.Starts[d + 1] - documents.Starts[d]).Select(i => $"{d} {documents.Columns[i]} {(int)documents.Values[i]}")));
            File.WriteAllLines(Path.Combine(folder, "topics.txt"), model.Lambda.Select(x => string.Join(' ', x.Select(y => y.ToString("R", CultureInfo.InvariantCulture)))));
            ProcessStartInfo start = new("/usr/bin/python3", [Path.Combine(folder, "peer.py"), folder, $"{documents.Documents}", $"{documents.Words.Length}", $"{Topics}", $"{Passes}"]) { RedirectStandardOutput = true };
            (start.Environment["OMP_NUM_THREADS"], start.Environment["OMP_WAIT_POLICY"], start.Environment["OPENBLAS_NUM_THREADS"]) = ("1", "PASSIVE", "1");
            using var process = Process.Start(start)!;
            var text = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode != 0 || text.Contains("missing", StringComparison.Ordinal) ? new() { ["missing"] = 1 } : System.Text.Json.JsonSerializer.Deserialize<Dictionary<string, double>>(text)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return new() { ["missing"] = 1 };
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
