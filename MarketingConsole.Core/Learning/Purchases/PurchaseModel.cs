using System.Text.Json.Serialization;

namespace MarketingConsole.Core.Learning.Purchases;

/// <summary>How a model came about.</summary>
/// <param name="Customers">Histories fitted on.</param>
/// <param name="LogLikelihood">Sum over them, at the parameters.</param>
/// <param name="StandardErrors">One a parameter in the model's order, 0 for one that ran to its bound; null where the likelihood is flat.</param>
/// <param name="Problem">Why the parameters should not be read as facts; null when all is well. The forecasts stay finite either way.</param>
public sealed record PurchaseFit(int Customers, double LogLikelihood, double[]? StandardErrors, string? Problem);

/// <param name="Alive">Probability that the customer may still buy.</param>
/// <param name="Expected">Expected purchases, a horizon.</param>
/// <param name="Buys">Probability of at least one purchase, a horizon.</param>
public sealed record PurchaseForecast(double Alive, double[] Expected, double[] Buys);

/// <summary>Forecasts when a customer buys again, from how often and how recently they bought. A customer is alive while they may buy again.
/// Times are in the unit of the histories the model was fitted on.</summary>
[JsonDerivedType(typeof(BgNbdModel), "bg/nbd")]
[JsonDerivedType(typeof(MbgNbdModel), "mbg/nbd")]
[JsonDerivedType(typeof(ParetoNbdModel), "pareto/nbd")]
[JsonDerivedType(typeof(NbdModel), "nbd")]
public abstract record PurchaseModel(PurchaseFit Fit)
{
    /// <summary>The model's name in the literature.</summary>
    [JsonIgnore]
    public abstract string Name { get; }

    /// <summary>By the paper's names, in the order of the standard errors.</summary>
    [JsonIgnore]
    public abstract IReadOnlyList<(string Name, double Value)> Parameters { get; }

    /// <summary>Log of the probability density of one history.</summary>
    public abstract double LogLikelihood(PurchaseHistory history);

    /// <summary>Probability that the customer may still buy: P(alive | x, t_x, T), 0 to 1.</summary>
    public abstract double ProbabilityAlive(PurchaseHistory history);

    /// <summary>Expected purchases of this customer in the time (T, T + <paramref name="horizon"/>], finite and at least 0.</summary>
    public double ExpectedPurchases(PurchaseHistory history, double horizon) => ProbabilityAlive(history) * ExpectedIfAlive(history, horizon);

    /// <summary>Expected repeat purchases of a new customer within <paramref name="horizon"/> of the first purchase: E[X(t)].</summary>
    public abstract double ExpectedPurchases(double horizon);

    /// <summary>Probability of at least one purchase in (T, T + <paramref name="horizon"/>].</summary>
    public double ProbabilityOfPurchase(PurchaseHistory history, double horizon) => ProbabilityAlive(history) * BuysIfAlive(history, horizon);

    /// <summary>All that is said of a customer at once: the way to score many.</summary>
    /// <param name="horizons">Lengths of time from now.</param>
    public PurchaseForecast Forecast(PurchaseHistory history, params ReadOnlySpan<double> horizons)
    {
        var (alive, expected, buys) = (ProbabilityAlive(history), new double[horizons.Length], new double[horizons.Length]);
        for (var i = 0; i < horizons.Length; i++)
        {
            (expected[i], buys[i]) = (alive * ExpectedIfAlive(history, horizons[i]), alive * BuysIfAlive(history, horizons[i]));
        }

        return new(alive, expected, buys);
    }

    /// <summary>Time from now within which the next purchase comes with probability <paramref name="quantile"/>, given that one comes at all. Two quantiles make the window in which it is due.</summary>
    /// <param name="quantile">Above 0 and below 1.</param>
    public abstract double NextPurchase(PurchaseHistory history, double quantile);

    /// <summary>Draws one possible future of this customer.</summary>
    /// <param name="regularity">See <see cref="Regularity"/>: changes how evenly purchases fall, not how many are expected.</param>
    /// <returns>Times from now of the purchases within the horizon, ascending.</returns>
    public IReadOnlyList<double> Sample(PurchaseHistory history, double horizon, Random random, double regularity = 1)
    {
        var times = new List<double>();
        if (random.NextDouble() < ProbabilityAlive(history))
        {
            SampleAlive(history, horizon, random, regularity, times);
        }

        return times;
    }

    private protected abstract double ExpectedIfAlive(PurchaseHistory history, double horizon);

    private protected abstract double BuysIfAlive(PurchaseHistory history, double horizon);

    private protected abstract void SampleAlive(PurchaseHistory history, double horizon, Random random, double regularity, List<double> times);
}
