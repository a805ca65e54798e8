using System.Diagnostics;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Segments;
using MarketingConsole.Core.Segments.InMemory;
using MarketingConsole.Core.Twins.Store;

namespace MarketingConsole.Tests.Benchmarks;

/// <summary>What the segment editor shows beside the count, over the twin store filled as by <see cref="StoreBenchmark"/>: <c>bench panel FOLDER [rounds=7]</c>.</summary>
internal static class PanelBenchmark
{
    private const double MostMilliseconds = 20;

    private static readonly (string Name, SegmentRule Rule, string Path)[] Edited =
    [
        ("age, of all", new TraitRule { Field = "age", Op = RuleOperator.AtLeast, Value = 30d }, ""),
        ("sign-up in the last n days, DE", GroupRule.All(new TraitRule { Field = "country", Value = "DE" }, new TraitRule { Field = "signUp", Op = RuleOperator.InLast, Days = 90 }), "rules[1]"),
        ("sign-up date, of all", new TraitRule { Field = "signUp", Op = RuleOperator.AtLeast, Value = "2025-06-01" }, ""),
        ("country, of all", new TraitRule { Field = "country", Op = RuleOperator.In, Values = ["DE", "AT"] }, ""),
        ("purchases in 90 days, of all", Bought(EventMeasure.Count, 3, 90), ""),
        ("spend in 365 days, gold", GroupRule.All(new TraitRule { Field = "tier", Value = "gold" }, Bought(EventMeasure.Sum, 200, 365)), "rules[1]"),
        ("days since the last purchase, of all", Bought(EventMeasure.DaysSinceLast, 60, null), ""),
        ("views in 14 days, of all", new EventRule { Event = EventType.View, Op = EventOperator.AtLeast, Value = 3, Days = 14 }, ""),
        ("spend on c12 in 180 days, nothing in 30", StoreBenchmark.Rules[2].Rule, "rules[0]"),
        ("purchases in 60 days, S6", StoreBenchmark.Rules[5].Rule, "rules[1].rules[0]"),
    ];

    public static int Run(string[] args)
    {
        if (args.Length == 0 || !File.Exists(Path.Combine(args[0], "events.csv")))
        {
            Console.Error.WriteLine("Which folder has customers.csv, products.csv and events.csv of the benchmark kit? bench panel FOLDER [rounds]");
            return 2;
        }

        var rounds = args.Length > 1 ? int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 7;
        using var store = new TwinStore();
        StoreBenchmark.Fill(store, args[0]);
        var (consent, calendar) = StoreBenchmark.Shop();
        StoreQuery Query(DateTime at) => new(store, consent, calendar, at);
        Console.WriteLine($"{store.Slots:N0} customers, {store.AllEvents.Sum(x => (long)x.Count):N0} rows of events and lines; medians of {rounds}, one thread");
        Console.WriteLine($"{"distribution along",-44} {"decided",10} {"kept",10} {"bins",5} {"ms",8} {"least",8} {"count ms",9}");
        var slow = 0;
        foreach (var (name, rule, path) in Edited)
        {
            RuleDistribution? last = null;
            var (milliseconds, least) = Measure(rounds, () => last = store.Read(() => DistributionReader.Read(store, Query(StoreBenchmark.Now), rule, ConditionContext.Find(rule, path)!, path, calendar, StoreBenchmark.Now, RuleNames.None)));
            var (count, _) = Measure(rounds, () => store.Read(() => Query(StoreBenchmark.Now).Members(rule).Count));
            Console.WriteLine($"{name,-44} {last!.Decided,10:N0} {last.Kept,10:N0} {last.Bins.Count,5} {milliseconds,8:N1} {least,8:N1} {count,9:N1}{(milliseconds > MostMilliseconds ? $"  over {MostMilliseconds} ms" : "")}");
            slow += milliseconds > MostMilliseconds ? 1 : 0;
        }

        List<OverlapSegment> segments = [];
        foreach (var (i, (name, rule)) in StoreBenchmark.Rules.Index())
        {
            store.Members[i + 1] = Query(StoreBenchmark.Now).Members(rule).Slots().ToDictionary(x => x, _ => 0L);
            segments.Add(new OverlapSegment(i + 1, name, store.Members[i + 1].Count, 0));
        }

        RuleOverlap? overlap = null;
        var (shared, _) = Measure(rounds, () => overlap = store.Read(() =>
        {
            var members = Query(StoreBenchmark.Now).Members(Edited[4].Rule);
            return OverlapReader.Of(segments, members.Count, store.Slots, x => store.Members[x].Keys.Where(slot => members[slot]), StoreBenchmark.Now, 0);
        }));
        Console.WriteLine($"overlap with {segments.Count} segments of {segments.Sum(x => x.Size):N0} members: {overlap!.Parts.Count} parts, {shared:N1} ms");
        var (sizes, _) = Measure(rounds, () => Enumerable.Range(0, SizeHistoryReader.Points).Select(x => store.Read(() => Query(StoreBenchmark.Now.AddDays(-7 * x)).Members(Edited[4].Rule).Count)).ToList());
        Console.WriteLine($"size at {SizeHistoryReader.Points} instants, one after the other: {sizes:N1} ms");
        return slow == 0 ? 0 : 1;
    }

    private static EventRule Bought(EventMeasure measure, double value, int? days) => new() { Event = EventType.Purchase, Measure = measure, Op = EventOperator.AtLeast, Value = value, Days = days };

    /// <returns>Median and least of the rounds after the first, which warms up.</returns>
    private static (double Median, double Least) Measure<T>(int rounds, Func<T> work)
    {
        var times = Enumerable.Range(0, rounds + 1).Select(_ =>
        {
            var start = Stopwatch.GetTimestamp();
            work();
            return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }).ToList().Skip(1).Order().ToList();
        return (times[rounds / 2], times[0]);
    }
}
