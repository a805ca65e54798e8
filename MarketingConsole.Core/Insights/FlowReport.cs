using MarketingConsole.Core.Data;
using MarketingConsole.Core.Twins;

namespace MarketingConsole.Core.Insights;

/// <summary>How many customers stood in one stage at the start and in another at the end.</summary>
public sealed record Flow(LifecycleStage From, LifecycleStage To, int Customers);

/// <summary>Lifecycle stages at two instants, by the rules twins follow (<see cref="Lifecycle"/>). A prospect is somebody who had not bought yet then.</summary>
/// <param name="Start">UTC.</param>
/// <param name="End">UTC.</param>
public sealed record FlowReport(DateTime Start, DateTime End, IReadOnlyList<Flow> Flows)
{
    private static readonly LifecycleStage[] Living = [LifecycleStage.New, LifecycleStage.Active, LifecycleStage.Regained];

    public int ActiveAtStart => Flows.Where(x => Living.Contains(x.From)).Sum(x => x.Customers);

    public int ActiveAtEnd => Flows.Where(x => Living.Contains(x.To)).Sum(x => x.Customers);

    public int Lost => Flows.Where(x => x.From is not (LifecycleStage.Lost or LifecycleStage.Prospect) && x.To == LifecycleStage.Lost).Sum(x => x.Customers);

    public int WonBack => Flows.Where(x => x.From == LifecycleStage.Lost && x.To != LifecycleStage.Lost).Sum(x => x.Customers);

    /// <param name="sales">Sorted by customer and time.</param>
    /// <param name="rhythm">The shop's rhythm, the same for both instants.</param>
    public static FlowReport Of(IReadOnlyList<Sale> sales, ShopRhythm rhythm, DateTime start, DateTime end)
    {
        var counts = new int[8, 8];
        var days = new List<OrderDay>();
        for (var i = 0; i < sales.Count;)
        {
            var customer = sales[i].CustomerId;
            days.Clear();
            var before = 0;
            for (; i < sales.Count && sales[i].CustomerId == customer; i++)
            {
                var sale = sales[i];
                if (!sale.Returned && sale.At <= end && (days.Count == 0 || days[^1].Day != sale.Day))
                {
                    days.Add(new OrderDay(sale.At, sale.Day));
                    before += sale.At <= start ? 1 : 0;
                }
            }

            if (days.Count > 0)
            {
                counts[(int)Lifecycle.Decide(days.GetRange(0, before), rhythm, start).Stage, (int)Lifecycle.Decide(days, rhythm, end).Stage]++;
            }
        }

        return new FlowReport(start, end, [.. from f in Enum.GetValues<LifecycleStage>() from t in Enum.GetValues<LifecycleStage>() where counts[(int)f, (int)t] > 0 select new Flow(f, t, counts[(int)f, (int)t])]);
    }
}
