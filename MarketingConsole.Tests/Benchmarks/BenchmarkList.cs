using System.Runtime;
using MarketingConsole.Tests.Benchmarks.Learning;
using MarketingConsole.Tests.Benchmarks.Peers;

namespace MarketingConsole.Tests.Benchmarks;

/// <summary>The benchmarks by name: <c>dotnet run -c Release --project MarketingConsole.Tests -- bench NAME [arguments]</c>.</summary>
internal static class BenchmarkList
{
    private static readonly SortedDictionary<string, Func<string[], Task<int>>> All = new(StringComparer.Ordinal)
    {
        ["anomalies"] = Plain(AnomalyBenchmark.Run),
        ["boosting"] = Plain(BoostingBenchmark.Run),
        ["clusters"] = Plain(ClusterBenchmark.Run),
        ["recommend"] = Plain(RecommendationBenchmark.Run),
        ["sentiment"] = Plain(SentimentBenchmark.Run),
        ["series"] = Plain(SeriesBenchmark.Run),
        ["topics"] = Plain(TopicsBenchmark.Run),
        ["editors"] = EditorBenchmark.RunAsync,
        ["insights"] = InsightsBenchmark.RunAsync,
        ["dispatch"] = DispatchBenchmark.RunAsync,
        ["import"] = ImportBenchmark.RunAsync,
        ["intake"] = IntakeBenchmark.RunAsync,
        ["membership"] = MembershipBenchmark.RunAsync,
        ["sample"] = SampleBenchmark.RunAsync,
        ["peers"] = Plain(PeersBenchmark.Run),
        ["panel"] = Plain(PanelBenchmark.Run),
        ["scoring"] = ScoringBenchmark.RunAsync,
        ["segments"] = SegmentBenchmark.RunAsync,
        ["store"] = Plain(StoreBenchmark.Run),
        ["twins"] = TwinListBenchmark.RunAsync,
    };

    private static Func<string[], Task<int>> Plain(Func<string[], int> run) => args => Task.FromResult(run(args));

    /// <returns>Exit code: 0 when the benchmark's own limits hold.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        if (args.Length > 0 && All.TryGetValue(args[0], out var run))
        {
            if (!GCSettings.IsServerGC)
            {
                Console.WriteLine("With the garbage collector of a desktop program; DOTNET_gcServer=1 measures with the console's own.");
            }

            return await run(args[1..]);
        }

        await Console.Error.WriteLineAsync($"Which benchmark? bench {string.Join(" | ", All.Keys)}");
        return 2;
    }
}
