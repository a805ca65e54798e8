using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Learning.Purchases;

namespace MarketingConsole.Core.Twins.Forecast;

/// <summary>The model as it was at a past cut-off: it knew nothing later.</summary>
public sealed record PastPurchases(DateTime CutOff, PurchaseModel Orders);

/// <summary>What the purchase models say of one customer, without intervals: cheap enough for all.</summary>
/// <param name="Alive">Probability that the customer may still buy, 0 to 1.</param>
/// <param name="Orders30">Expected order days in the next 30 days.</param>
/// <param name="SpendCents">Expected spend an order day; null when spend could not be fitted.</param>
/// <param name="LifetimeCents">Expected spend of the next three years, later money worth 10 % less a year; null likewise.</param>
public readonly record struct PurchaseScores(double Alive, double Orders30, double Orders90, double Orders365, double? SpendCents, double? LifetimeCents);

/// <summary>An amount with the interval that holds it in 80 of 100 simulated futures.</summary>
public sealed record Expectation(double Expected, double Low, double High);

/// <param name="Days">From now.</param>
/// <param name="Buys">Probability of at least one order.</param>
/// <param name="SpendCents">Null when spend could not be fitted.</param>
public sealed record Outlook(int Days, double Buys, Expectation Orders, Expectation? SpendCents);

/// <summary>One possible future of a customer.</summary>
/// <param name="Orders">In order of time: weeks from now, and what is paid in cents (0 when spend could not be fitted).</param>
/// <param name="MeanCents">What this customer spends an order day in this future; 0 likewise.</param>
public readonly record struct PossibleFuture(IReadOnlyList<(double At, double Cents)> Orders, double MeanCents);

/// <summary>How often a customer buys and what they spend, for the whole shop. Time in weeks since the first order, orders of one day count as one.</summary>
/// <param name="Orders">When customers buy and whether they are still there.</param>
/// <param name="Spend">What they spend an order day, in cents; null when it could not be fitted.</param>
/// <param name="Past">Models of past cut-offs, newest first: the record of accuracy of each twin is made with them.</param>
/// <param name="Regularity">How evenly customers buy, see <see cref="Learning.Purchases.Regularity"/>.</param>
public sealed record PurchasesModel(PurchaseModel Orders, GammaGammaModel? Spend, double Regularity, IReadOnlyList<PastPurchases> Past)
{
    public const double DaysPerUnit = 7;

    /// <summary>Share of simulated futures that an interval holds.</summary>
    public const double Interval = 0.8;
    private const int Futures = 2_000, ValueYears = 3;
    private const double Discount = 0.1;
    private static readonly double[] Horizons = [30 / DaysPerUnit, 90 / DaysPerUnit, 365 / DaysPerUnit, 2 * 365 / DaysPerUnit, ValueYears * 365 / DaysPerUnit];

    /// <returns>Null for a customer without an order: the models begin with the first.</returns>
    public static PurchaseHistory? HistoryOf(CustomerHistory history, DateTime asOf)
    {
        var (first, last, days) = (int.MinValue, int.MinValue, 0);
        long later = 0;
        foreach (var e in history.Events)
        {
            if (e.At > asOf)
            {
                break;
            }

            if (e.Type == EventType.Purchase)
            {
                first = first == int.MinValue ? e.Day : first;
                days += e.Day == last ? 0 : 1;
                last = e.Day;
                later += e.Day == first ? 0 : e.AmountCents;
            }
        }

        var now = Math.Max(last, ShopCalendar.DayOf(DateOnly.FromDateTime(asOf)));
        return days == 0 ? null : new(days - 1, (last - first) / DaysPerUnit, (now - first) / DaysPerUnit, days == 1 ? 0 : Math.Max(0, later / (days - 1.0)));
    }

    public PurchaseScores Score(PurchaseHistory history)
    {
        var forecast = Orders.Forecast(history, Horizons);
        var spend = Spend?.ExpectedSpend(history);
        var (value, before) = (0.0, 0.0);
        for (var year = 1; year <= ValueYears; year++)
        {
            var orders = forecast.Expected[year + 1];
            value += (orders - before) / Math.Pow(1 + Discount, year - 0.5); // a year's money comes around its middle
            before = orders;
        }

        return new(forecast.Alive, forecast.Expected[0], forecast.Expected[1], forecast.Expected[2], spend, value * spend);
    }

    /// <summary>What may come, with intervals from simulated futures.</summary>
    public IReadOnlyList<Outlook> OutlookOf(PurchaseHistory history, IReadOnlyList<int> days, int seed)
    {
        var random = new Random(seed);
        var (orders, spend) = (days.Select(_ => new double[Futures]).ToArray(), days.Select(_ => new double[Futures]).ToArray());
        for (var f = 0; f < Futures; f++)
        {
            foreach (var (at, amount) in SampleFuture(history, days.Max() / DaysPerUnit, random).Orders)
            {
                for (var h = 0; h < days.Count; h++)
                {
                    if (at <= days[h] / DaysPerUnit)
                    {
                        orders[h][f]++;
                        spend[h][f] += amount;
                    }
                }
            }
        }

        double[] horizons = [.. days.Select(x => x / DaysPerUnit)];
        var forecast = Orders.Forecast(history, horizons);
        var each = Spend?.ExpectedSpend(history);
        return [.. days.Select((x, h) => new Outlook(x, forecast.Buys[h], RangeOf(forecast.Expected[h], orders[h]), each is { } cents ? RangeOf(forecast.Expected[h] * cents, spend[h]) : null))];
    }

    /// <summary>Draws one possible future.</summary>
    /// <param name="horizon">Weeks from now.</param>
    public PossibleFuture SampleFuture(PurchaseHistory history, double horizon, Random random)
    {
        var mean = Spend?.SampleMeanSpend(history, random) ?? 0;
        return new([.. Orders.Sample(history, horizon, random, Regularity > 0 ? Regularity : 1).Select(at => (at, Spend?.SampleAmount(mean, random) ?? 0))], mean); // models stored before it was measured have 0
    }

    /// <summary>For past cut-offs at which the customer had shown a rhythm: whether the likelier of “buys within 30 days” and “does not” came true.</summary>
    public TwinRecord RecordOf(CustomerHistory history, DateTime asOf)
    {
        var (right, judged, expected) = (0, 0, 0.0);
        foreach (var past in Past.Where(x => x.CutOff.AddDays(BehaviourFacts.Horizon) <= asOf))
        {
            if (HistoryOf(history, past.CutOff) is { Repeats: >= Lifecycle.MinOrderDays - 1 } before)
            {
                var chance = past.Orders.ProbabilityOfPurchase(before, BehaviourFacts.Horizon / DaysPerUnit);
                right += chance >= 0.5 == Outcome.ToBuy.CameTrue(history, past.CutOff) ? 1 : 0;
                expected += Math.Max(chance, 1 - chance);
                judged++;
            }
        }

        return new(right, judged, expected);
    }

    private static Expectation RangeOf(double expected, double[] futures)
    {
        Array.Sort(futures);
        double At(double share) => futures[(int)Math.Round(share * (futures.Length - 1))];
        return new(expected, Math.Min(At((1 - Interval) / 2), expected), Math.Max(At((1 + Interval) / 2), expected)); // of something rare the middle may be 0
    }
}

/// <summary>How often the forecasts of one twin were right.</summary>
/// <param name="Right">Cut-offs at which the likelier outcome came true.</param>
/// <param name="Judged">Cut-offs with a forecast; 0 when the customer is too new.</param>
/// <param name="Expected">How many were to be expected by the chances themselves.</param>
public sealed record TwinRecord(int Right, int Judged, double Expected);
