using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Segments;
using MarketingConsole.Core.Segments.InMemory;
using MarketingConsole.Core.Twins.Store;

namespace MarketingConsole.Tests.Segments;

/// <summary>Rankings and sums over more customers and events than one block or sample holds, against sorting them all.</summary>
public sealed class StoreRankTests
{
    private const int Customers = 30_000, Events = 90_000;

    [Theory]
    [InlineData(1, "all alike")]
    [InlineData(3, "many alike")]
    [InlineData(1_000_000, "few alike")]
    [InlineData(2_000_000_000, "sums beyond 32 bits")]
    [InlineData(3_000_000_000, "amounts beyond 32 bits")]
    public void Members_TopAndBottom_AreThoseOfTheSortedList(long most, string values)
    {
        var random = new Random(values.Length);
        using var store = new TwinStore();
        var (spent, orders) = (new Dictionary<int, long>(), new Dictionary<int, int>());
        foreach (var id in Enumerable.Range(1, Customers).OrderBy(_ => random.Next()))
        {
            var slot = store.SlotOf(id);
            (store.Since[slot], store.Text("jurisdiction")[slot]) = (0, Jurisdictions.All[0]);
        }

        for (var i = 0; i < Events; i++)
        {
            var (id, cents, at) = (random.Next(1, (Customers / 2) + 1), random.NextInt64(1, most + 1), Instants.Of(SegmentWorld.Now) - (i * 1000L));
            store.Add(EventType.Purchase, null, new EventRow(at, (int)(at / Instants.Day), store.SlotOf(id), 0, Channel.Web, 0, cents, 1, 0, 0, cents), machine: false);
            spent[id] = spent.GetValueOrDefault(id) + cents;
            orders[id] = orders.GetValueOrDefault(id) + 1;
        }

        store.Sort();
        foreach (var top in new[] { true, false })
        {
            foreach (var (count, percent) in new (int?, double?)[] { (1, null), (700, null), (null, 5), (null, 49), (null, 80) })
            {
                var places = count ?? (int)(Customers * percent!.Value / 100);
                AssertFirst(spent, new() { Top = top, Count = count, Percent = percent, Event = new EventRule { Event = EventType.Purchase, Measure = EventMeasure.Sum } });
                AssertFirst(orders.ToDictionary(x => x.Key, x => (long)x.Value), new() { Top = top, Count = count, Percent = percent, Event = new EventRule { Event = EventType.Purchase, Measure = EventMeasure.Count } });

                void AssertFirst(Dictionary<int, long> by, RankRule rule) =>
                    Assert.Equal(by.OrderBy(x => top ? -x.Value : x.Value).ThenBy(x => x.Key).Take(places).Select(x => x.Key).Order(), Members(rule));
            }
        }

        var enough = spent.Values.Order().ElementAt(spent.Count / 2);
        Assert.Equal(spent.Where(x => x.Value >= enough).Select(x => x.Key).Order(), Members(new EventRule { Event = EventType.Purchase, Measure = EventMeasure.Sum, Op = EventOperator.AtLeast, Value = enough / 100.0 }));
        Assert.Equal(Enumerable.Range(1, Customers).Where(x => orders.GetValueOrDefault(x) <= 4), Members(new EventRule { Event = EventType.Purchase, Op = EventOperator.AtMost, Value = 4 }));

        List<int> Members(SegmentRule rule)
        {
            var consent = new ConsentRuleSet([.. Jurisdictions.All.Select(x => new ConsentRule { Purpose = Purpose.Profiling, Jurisdiction = x, Basis = ConsentBasis.OptOut, ChangedBy = "test" })]);
            return store.Read(() => new StoreQuery(store, consent, SegmentWorld.Calendar, SegmentWorld.Now).Members(rule).Slots().Select(store.IdOf).Order().ToList());
        }
    }
}
