using System.Diagnostics;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Segments;
using MarketingConsole.Core.Twins;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Tests.Benchmarks;

/// <summary>Counts eight typical rules over a generated shop: <c>bench segments [customers=100000] [events each=20]</c>.</summary>
internal static class SegmentBenchmark
{
    private const int Rounds = 7;

    private static readonly (string Name, SegmentRule Rule)[] Rules =
    [
        ("S1 lives in DE, tier gold or silver", GroupRule.All(new TraitRule { Field = "country", Value = "DE" }, new TraitRule { Field = "tier", Op = RuleOperator.In, Values = ["gold", "silver"] })),
        ("S2 bought at least 3 times in 90 days", Bought(EventOperator.AtLeast, 3, 90)),
        ("S3 at least 200 of Tea in 180 days, nothing in 30", GroupRule.All(
            new EventRule { Event = EventType.Purchase, Op = EventOperator.AtLeast, Measure = EventMeasure.Sum, Value = 200, Days = 180, Where = new EventFilter { Categories = ["Tea"] } }, Bought(EventOperator.NotPerformed, null, 30))),
        ("S4 viewed in 7 days, not bought in 7", GroupRule.All(new EventRule { Event = EventType.View, Days = 7 }, Bought(EventOperator.NotPerformed, null, 7))),
        ("S5 allows e-mail, opened none in 60 days", GroupRule.All(new PermissionRule { Purpose = Purpose.Email }, new EventRule { Event = EventType.EmailOpen, Op = EventOperator.NotPerformed, Days = 60 })),
        ("S6 nested traits and behaviour", GroupRule.All(
            GroupRule.Any(new TraitRule { Field = "country", Op = RuleOperator.In, Values = ["DE", "AT", "CH"] }, new TraitRule { Field = "tier", Value = "gold" }),
            GroupRule.Any(Bought(EventOperator.AtLeast, 2, 60), new EventRule { Event = EventType.View, Op = EventOperator.AtLeast, Value = 3, Days = 14 }),
            GroupRule.None(new EventRule { Event = EventType.Return, Days = 90 }, new TraitRule { Field = "birthDate", Op = RuleOperator.AtLeast, Value = "2001-01-01" }))),
        ("S7 revenue over 250 in 12 months, lapsing", GroupRule.All(new TwinRule { Field = "revenue12Months", Op = RuleOperator.Above, Value = 250d }, new TwinRule { Field = "stage", Op = RuleOperator.In, Values = ["cooling", "lapsing"] })),
        ("S8 bought Tea ever, never Coffee", GroupRule.All(BoughtIn(EventOperator.Performed, "Tea"), BoughtIn(EventOperator.NotPerformed, "Coffee"))),
    ];

    public static async Task<int> RunAsync(string[] args)
    {
        var (customers, each) = (Number(args, 0, 100_000), Number(args, 1, 20));
        await using var host = await BenchmarkHost.StartAsync(("Segments:RefreshSeconds", "86400"), ("SampleData", "false"));
        var started = Stopwatch.GetTimestamp();
        await using (var db = host.Open())
        {
            var events = await new GeneratedShop(db, host.Get<ShopCalendar>(), host.Get<TimeProvider>().GetUtcNow().UtcDateTime, seed: 1).WriteAsync(customers, each, CancellationToken.None);
            Console.WriteLine($"{customers:N0} customers, {events:N0} events written in {Stopwatch.GetElapsedTime(started).TotalSeconds:N1} s");
        }

        await host.Get<TwinRefresher>().RefreshAllAsync(null, CancellationToken.None);
        Console.WriteLine($"{"rule",-52} {"members",9} {"count ms",9} {"preview ms",11} {"one customer ms",16}   (medians of {Rounds}, SQLite, {Environment.ProcessorCount} cores)");
        var (gate, calendar) = (await host.Get<ConsentGate>().RulesAsync(CancellationToken.None), host.Get<ShopCalendar>());
        foreach (var (name, rule) in Rules)
        {
            var (count, preview, one, members) = (new List<double>(), new List<double>(), new List<double>(), 0);
            for (var round = 0; round <= Rounds; round++)
            {
                var now = host.Get<TimeProvider>().GetUtcNow().UtcDateTime;
                await using var db = host.Open();
                count.Add(await TimeAsync(async () => members = await SegmentQuery.Members(db, rule, gate, now, calendar).CountAsync()));
                preview.Add(await TimeAsync(() => host.Get<SegmentPreviewer>().PreviewAsync(rule, null, CancellationToken.None)));
                one.Add(await TimeAsync(() => SegmentQuery.Members(db, rule, gate, now, calendar, [(round * 997) + 1]).CountAsync()));
            }

            Console.WriteLine($"{name,-52} {members,9:N0} {Median(count),9:N1} {Median(preview),11:N1} {Median(one),16:N2}");
        }

        return 0;
    }

    private static EventRule Bought(EventOperator op, double? value, int days) => new() { Event = EventType.Purchase, Op = op, Value = value, Days = days };

    private static EventRule BoughtIn(EventOperator op, string category) => new() { Event = EventType.Purchase, Op = op, Where = new EventFilter { Categories = [category] } };

    private static async Task<double> TimeAsync(Func<Task> work)
    {
        var start = Stopwatch.GetTimestamp();
        await work();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    // The first round pays for the query's compilation and a cold cache.
    private static double Median(List<double> times) => times.Skip(1).Order().ElementAt(Rounds / 2);

    private static int Number(string[] args, int index, int otherwise) => args.Length > index ? int.Parse(args[index], System.Globalization.CultureInfo.InvariantCulture) : otherwise;
}
