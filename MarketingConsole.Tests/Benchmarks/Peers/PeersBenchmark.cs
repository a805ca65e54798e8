using System.Diagnostics;
using System.Globalization;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Segments.InMemory;
using MarketingConsole.Core.Twins.Store;

namespace MarketingConsole.Tests.Benchmarks.Peers;

/// <summary>The eight segments of the benchmark kit counted by the product's rules over the twin store and by databases in SQL, in one process, taking turns segment by segment:
/// <c>bench peers FOLDER [rounds=9]</c>. Counts and sums of ids must be equal. SQLite always takes part; PostgreSQL, ClickHouse and DuckDB where they are found (<see cref="PostgresPeer"/>, <see cref="ClickHousePeer"/>, <see cref="DuckPeer"/>).
/// Each is loaded in this run, from the CSV files until it can be asked, unless it holds the data already (<c>again</c> as third argument loads it anew).</summary>
internal static class PeersBenchmark
{
    /// <summary>Turns that are not measured: the store's code has to be compiled for speed, the databases have to have their pages in memory.</summary>
    private const int StoreWarmUp = 40, PeerWarmUp = 2;

    public static int Run(string[] args)
    {
        if (args.Length == 0 || !KitFiles.AreIn(args[0]))
        {
            Console.Error.WriteLine("Which folder has customers.csv, products.csv and events.csv of the benchmark kit? bench peers FOLDER [rounds] [again]");
            return 2;
        }

        var (folder, rounds, again) = (Path.GetFullPath(args[0]), args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 9, args.Length > 2);
        Peer?[] found = [PostgresPeer.Open(), DuckPeer.Open(Path.Combine(folder, "peer.duckdb")), ClickHousePeer.Open(), new SqlitePeer(Path.Combine(folder, "peer.sqlite"))];
        List<Peer> peers = [.. found.OfType<Peer>()];
        try
        {
            using var store = new TwinStore();
            var own = Seconds(() => StoreBenchmark.Fill(store, folder));
            Console.WriteLine($"CSV to queryable: twin store {own:N1} s, columns {store.Bytes / 1e6:N0} MB");
            foreach (var peer in peers)
            {
                Console.WriteLine(again || !peer.Has(store.Slots) ? $"CSV to queryable: {peer.Name} {Load(peer)}" : $"{peer.Name} holds the data already");
            }

            GC.Collect(2, GCCollectionMode.Aggressive, true, true);
            return Compare(store, peers, rounds);

            string Load(Peer peer)
            {
                var seconds = Seconds(() => peer.Load(folder));
                return $"{seconds:N1} s = {seconds / own:N1} x";
            }
        }
        finally
        {
            peers.ForEach(x => x.Dispose());
        }
    }

    private static int Compare(TwinStore store, List<Peer> peers, int rounds)
    {
        var (consent, calendar) = StoreBenchmark.Shop();
        var names = StoreBenchmark.Rules.Select(x => x.Name).ToList();
        var engines = new List<(string Name, int WarmUp, Func<int, Func<(long Count, long Sum)>> Prepare)>
        {
            ("store", StoreWarmUp, i => () =>
            {
                var members = store.Read(() => new StoreQuery(store, consent, calendar, StoreBenchmark.Now).Members(StoreBenchmark.Rules[i].Rule));
                var (slots, sum) = (members.ToArray(), 0L);
                foreach (var slot in slots)
                {
                    sum += store.IdOf(slot);
                }

                return (slots.Length, sum);
            }),
        };
        engines.AddRange(peers.Select(x => (x.Name, PeerWarmUp, (Func<int, Func<(long, long)>>)(i =>
        {
            var sql = SegmentSql.Of(names[i], x, store.Slots);
            return () => x.Ask(sql);
        }))));
        var asked = engines.Select(x => names.Select((_, i) => x.Prepare(i)).ToArray()).ToArray();
        foreach (var (e, engine) in engines.Index())
        {
            for (var turn = 0; turn < engine.WarmUp; turn++)
            {
                Array.ForEach(asked[e], x => x());
            }
        }

        var times = engines.Select(_ => names.Select(_ => new List<double>()).ToArray()).ToArray();
        var answers = new (long Count, long Sum)[engines.Count];
        for (var round = 0; round < rounds; round++)
        {
            for (var i = 0; i < names.Count; i++)
            {
                for (var e = 0; e < engines.Count; e++)
                {
                    var start = Stopwatch.GetTimestamp();
                    answers[e] = asked[e][i]();
                    times[e][i].Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                    if (answers[e] != answers[0])
                    {
                        throw new InvalidOperationException($"{names[i]}: {engines[e].Name} finds {answers[e]}, the store {answers[0]}.");
                    }
                }
            }
        }

        Console.WriteLine($"median ms of {rounds} turns (least to most), the engines one after the other segment by segment; answers equal\n{"",-4}{string.Concat(engines.Select(x => $"{x.Name,26}"))}  best peer / store");
        foreach (var (i, name) in names.Index())
        {
            Console.WriteLine($"{name,-4}{string.Concat(times.Select(x => $"{$"{Median(x[i]):N2} ({x[i].Min():N2} to {x[i].Max():N2})",26}"))}  {(times.Length > 1 ? times.Skip(1).Min(x => Median(x[i])) / Median(times[0][i]) : 0),8:N1}");
        }

        var sums = times.Select(x => x.Sum(Median)).ToList();
        Console.WriteLine($"{"sum",-4}{string.Concat(sums.Select((x, e) => $"{$"{x:N1}{(e == 0 ? "" : $" = {x / sums[0]:N1} x")}",26}"))}");
        return 0;
    }

    private static double Seconds(Action work)
    {
        var start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
