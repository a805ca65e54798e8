using System.Diagnostics;
using System.Globalization;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Segments;
using MarketingConsole.Core.Segments.InMemory;
using MarketingConsole.Core.Twins.Store;
using Microsoft.Extensions.Options;

namespace MarketingConsole.Tests.Benchmarks;

/// <summary>Counts the eight segments of the benchmark kit with the product's own rules over its twin store, filled from the kit's CSV files: <c>bench store FOLDER [rounds=7] [segment]</c>.
/// The kit counts the same segments on databases; counts and sums of ids must be equal.</summary>
internal static class StoreBenchmark
{
    // The kit's now is 2026-01-01T00:00:00Z and its windows include their start; instants are whole seconds, so a millisecond earlier means the same.
    internal static readonly DateTime End = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc), Now = End.AddMilliseconds(-1);

    internal static IReadOnlyList<(string Name, SegmentRule Rule)> Rules { get; } =
    [
        ("S1", GroupRule.All(Trait("country", "DE"), Trait("tier", "gold", "platinum"))),
        ("S2", Bought(EventOperator.AtLeast, 3, 90)),
        ("S3", GroupRule.All(
            new EventRule { Event = EventType.Purchase, Op = EventOperator.AtLeast, Measure = EventMeasure.Sum, Value = 200, Days = 180, Where = new EventFilter { Categories = ["c12"] } }, Bought(EventOperator.NotPerformed, null, 30))),
        ("S4", new EventRule { Event = EventType.Cart, Days = 7, Since = new EventPattern { Event = EventType.Purchase } }),
        ("S5", GroupRule.All(new PermissionRule { Purpose = Purpose.Email }, new EventRule { Event = EventType.StoreVisit, Days = 14 }, new EventRule { Event = EventType.EmailOpen, Op = EventOperator.NotPerformed, Days = 60 })),
        ("S6", GroupRule.All(
            GroupRule.Any(Trait("country", "DE", "AT", "CH"), Trait("tier", "platinum")),
            GroupRule.Any(Bought(EventOperator.AtLeast, 2, 60), GroupRule.All(
                new EventRule { Event = EventType.View, Op = EventOperator.AtLeast, Value = 3, Days = 14, Where = new EventFilter { Categories = ["c05"] } }, new EventRule { Event = EventType.EmailClick, Op = EventOperator.NotPerformed, Days = 30 })),
            GroupRule.None(new EventRule { Event = EventType.Return, Days = 90 }, GroupRule.All(new TraitRule { Field = "birthDate", Op = RuleOperator.AtLeast, Value = "2001-01-01" }, Trait("custom.profiling", "0"))))),
        ("S7", new RankRule { Percent = 5, Event = new EventRule { Event = EventType.Purchase, Measure = EventMeasure.Sum, Days = 365 } }),
        ("S8", GroupRule.All(BoughtProduct("1", EventOperator.Performed), BoughtProduct("25", EventOperator.NotPerformed))),
    ];

    public static int Run(string[] args)
    {
        if (args.Length == 0 || !KitFiles.AreIn(args[0]))
        {
            Console.Error.WriteLine("Which folder has customers.csv, products.csv and events.csv of the benchmark kit? bench store FOLDER [rounds] [segment]");
            return 2;
        }

        var rounds = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 7;
        var started = Stopwatch.GetTimestamp();
        using var store = new TwinStore();
        Fill(store, args[0]);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        GC.Collect(2, GCCollectionMode.Aggressive, true, true);
        Console.WriteLine($"{store.Slots:N0} customers, {store.AllEvents.Sum(x => (long)x.Count):N0} rows of events and lines in {seconds:N1} s; columns {store.Bytes / 1e6:N0} MB, managed heap {GC.GetTotalMemory(false) / 1e6:N0} MB");
        var (consent, calendar) = Shop();
        var rules = Rules.Where(x => args.Length < 3 || args[2] == x.Name).ToList();
        var times = rules.ToDictionary(x => x.Name, _ => new List<double>());
        var answers = new Dictionary<string, (int Count, long Sum)>();
        for (var round = 0; round <= rounds; round++)
        {
            foreach (var (name, rule) in rules)
            {
                var start = Stopwatch.GetTimestamp();
                var members = store.Read(() => new StoreQuery(store, consent, calendar, Now).Members(rule));
                var count = members.Count;
                var elapsed = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
                answers[name] = (count, members.Slots().Sum(x => (long)store.IdOf(x)));
                if (round > 0)
                {
                    times[name].Add(elapsed); // the first round warms up
                }
            }
        }

        Console.WriteLine($"rule {"members",9} {"sum of ids",16} {"median ms",10} {"least",8} {"most",8}   ({rounds} rounds, one thread)");
        foreach (var (name, _) in rules)
        {
            var sorted = times[name].Order().ToList();
            Console.WriteLine($"{name,-4} {answers[name].Count,9:N0} {answers[name].Sum,16} {sorted[sorted.Count / 2],10:N2} {sorted[0],8:N2} {sorted[^1],8:N2}");
        }

        Console.WriteLine($"sum of the medians {times.Values.Sum(x => x.Order().ElementAt(x.Count / 2)):N1} ms");
        return 0;
    }

    /// <summary>Consent as the kit's segments mean it, and its time zone.</summary>
    internal static (ConsentRuleSet Consent, ShopCalendar Calendar) Shop() =>
        (new ConsentRuleSet([.. Rule(Purpose.Email, ConsentBasis.OptIn), .. Rule(Purpose.Profiling, ConsentBasis.OptOut)]), new ShopCalendar(Options.Create(new ShopOptions { TimeZone = "UTC" })));

    private static IEnumerable<ConsentRule> Rule(Purpose purpose, ConsentBasis basis) => Core.Customers.Jurisdictions.All.Select(x => new ConsentRule { Purpose = purpose, Jurisdiction = x, Basis = basis, Version = 1, ChangedAt = Now, ChangedBy = "benchmark" });

    private static TraitRule Trait(string field, params string[] values) => values is [var one] ? new() { Field = field, Value = one } : new() { Field = field, Op = RuleOperator.In, Values = values };

    private static EventRule Bought(EventOperator op, double? value, int days) => new() { Event = EventType.Purchase, Op = op, Value = value, Days = days };

    private static EventRule BoughtProduct(string sku, EventOperator op) => new() { Event = EventType.Purchase, Op = op, Where = new EventFilter { Skus = [sku] } };

    /// <summary>The kit's files as the product would hold them.</summary>
    internal static void Fill(TwinStore store, string folder)
    {
        store.Now = Instants.Of(Now);
        foreach (var x in KitFiles.Products(folder))
        {
            store.Products[x.Id] = new(x.Sku, x.Category, x.Brand, x.PriceCents);
        }

        foreach (var (c, profiling, choices) in KitFiles.Customers(folder))
        {
            var slot = store.SlotOf(c.Id);
            var signUp = Instants.Of(c.CreatedAt);
            (store.Text("email")[slot], store.Text("country")[slot], store.Text("city")[slot], store.Text("gender")[slot], store.Text("tier")[slot], store.Text("jurisdiction")[slot]) = (c.Email, c.Country, c.City, c.Gender, c.Tier, c.Jurisdiction);
            (store.Since[slot], store.Whole("signUp")[slot]) = (signUp, signUp);
            store.Whole("birthDate")[slot] = StoreFields.Day(c.BirthDate!.Value);
            store.Trait(KitFiles.Profiling).Add(slot, profiling, null);
            choices.ForEach(x => (x.Granted ? store.Granted : store.Refused)[x.Purpose][slot] = signUp);
        }

        var order = 0;
        foreach (var (customer, type, at, product, amount, place) in KitFiles.Events(folder))
        {
            var e = new EventRow(at, (int)(at / Instants.Day), store.SlotOf(customer), 0, place > 0 ? Channel.Store : Channel.Web, product, amount, 1, place, 0, amount);
            store.Add(type, null, e, false);
            if (type is EventType.Purchase or EventType.Return)
            {
                store.Lines(type).Add(e with { Order = ++order });
            }
        }

        store.Sort();
    }
}
