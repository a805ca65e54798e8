using MathNet.Numerics.Distributions;

namespace MarketingConsole.Core.Learning.Series;

/// <summary>Forecast of one series with the interval that should hold each value.</summary>
/// <param name="Mean">Expected values of the next steps.</param>
/// <param name="Lower">Lower ends.</param>
/// <param name="Upper">Upper ends.</param>
/// <param name="Coverage">Share of the values that should fall between them, 0 to 1.</param>
public sealed record SeriesForecast(double[] Mean, double[] Lower, double[] Upper, double Coverage);

/// <summary>What a method's forecasts were wrong by at past cut-offs.</summary>
/// <param name="Method">Name of the method.</param>
/// <param name="Error">Mean absolute error by the naive forecast's mean absolute change (MASE); below 1 beats it.</param>
public sealed record BacktestError(string Method, double Error);

/// <summary>Forecasts any evenly spaced series: fills gaps, finds the season, lets several methods forecast the past from earlier cut-offs (rolling origin, Tashman 2000),
/// and keeps their combination unless one of them was reliably better. Intervals take their width from the errors at those cut-offs, so they include what a fit does not see,
/// and their growth with the horizon from the model; Student's t for the few errors they rest on.</summary>
/// <param name="Model">What forecasts.</param>
/// <param name="Method">Its name.</param>
/// <param name="Period">Steps a season, 1 where there is none.</param>
/// <param name="Relative">Whether errors are factors (series above 0) instead of differences.</param>
/// <param name="NonNegative">Whether intervals and forecasts end at 0, as the series did.</param>
/// <param name="Deviation">Standard deviation of the error of the first step: of its logarithm where relative.</param>
/// <param name="Freedom">Degrees of freedom of the interval.</param>
/// <param name="Missing">Gaps that were filled.</param>
/// <param name="Backtest">Errors of each method at past cut-offs, best first; empty where the series is too short.</param>
public sealed record SeriesForecaster(ISeriesModel Model, string Method, int Period, bool Relative, bool NonNegative, double Deviation, double Freedom, int Missing, IReadOnlyList<BacktestError> Backtest)
{
    private const string Together = "combination";
    private const int LongestSmoothedPeriod = 24; // a state for each step of a longer season cannot be estimated from a few seasons
    private const int MostOrigins = 4;
    private const int Fewest = 3;

    /// <param name="series">In order of time; NaN marks a gap. At least three values.</param>
    /// <param name="horizon">How many steps will be asked for; cut-offs are judged over as many, fewer where the series is short.</param>
    /// <param name="period">Steps a season where known (7, 12, 52, …; used if the series shows it), 1 for none, null to find it.</param>
    /// <param name="progress">0 to 1.</param>
    /// <param name="cancellation">Asked before each method.</param>
    /// <exception cref="LearningException">Fewer than three values, or infinite ones.</exception>
    public static SeriesForecaster Fit(IReadOnlyList<double> series, int horizon, int? period = null, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(horizon, 1);
        var known = series.Count(x => !double.IsNaN(x));
        if (known < Fewest || series.Any(double.IsInfinity))
        {
            throw new LearningException(known < Fewest ? $"A forecast needs at least {Fewest} values over time; there {(known == 1 ? "is 1" : $"are {known}")}." : "The series holds infinite numbers; take them out or leave the cells empty.");
        }

        var y = Gaps.Fill(series, period);
        var missing = series.Count(double.IsNaN);
        var season = period ?? Seasonality.Find(y);
        season = season > 1 && Seasonality.IsPresent(y, season) ? season : 1;
        y = period is null && season > 1 ? Gaps.Fill(series, season) : y;
        var candidates = Candidates(season);
        var relative = y.All(x => x > 0);
        var (chosen, errors) = (Together, new List<BacktestError>());
        var (deviation, freedom) = Changes(y, season, relative);
        var origins = Origins(y.Length, horizon, season);
        if (origins.Count > 0 && y.Any(x => x != y[0]))
        {
            var past = Judge(y, origins, candidates, season, progress, cancellation);
            (chosen, errors) = Choose(y, past, season);
            (deviation, freedom) = Spread(past[chosen], relative, (deviation, freedom));
        }

        var model = Models(y, season, [.. candidates.Where(x => chosen == Together ? x.Joins : x.Name == chosen)], cancellation)[chosen];
        progress?.Report(1);
        return new(model, chosen, season, relative, y.All(x => x >= 0), deviation, freedom, missing, errors);
    }

    /// <param name="horizon">Steps, at least 1.</param>
    /// <param name="coverage">Share of values the interval should hold, above 0 and below 1.</param>
    public SeriesForecast Forecast(int horizon, double coverage = 0.9)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(horizon, 1);
        var (mean, growth) = (Bounded(Model.Forecast(horizon)), Model.VarianceGrowth(horizon));
        var quantile = StudentT.InvCDF(0, 1, Freedom, (1 + coverage) / 2);
        var (lower, upper) = (new double[horizon], new double[horizon]);
        for (var h = 0; h < horizon; h++)
        {
            var half = quantile * Deviation * Math.Sqrt(growth[h]);
            var factor = Relative ? Math.Exp(Math.Min(half, 20)) : 0;
            (lower[h], upper[h]) = Relative ? (mean[h] / factor, mean[h] * factor) : (mean[h] - half, mean[h] + half);
        }

        return new(mean, Bounded(lower), upper, coverage);
    }

    private double[] Bounded(double[] values) => NonNegative ? [.. values.Select(x => Math.Max(0, x))] : values;

    private static List<Candidate> Candidates(int period)
    {
        var longSeason = period > LongestSmoothedPeriod;
        Candidate smoothing = new("exponential smoothing", true, (y, pattern) => longSeason ? SeasonallyAdjusted.Fit(y, pattern, x => ExponentialSmoothing.Choose(x)) : ExponentialSmoothing.Choose(y, period));
        Candidate levelled = new("levelled seasonal naive", true, (y, _) => SeasonalNaive.Fit(y, period, levelled: true));
        return
        [
            new("seasonal naive", false, (y, _) => SeasonalNaive.Fit(y, period)),
            new("theta", true, (y, pattern) => SeasonallyAdjusted.Fit(y, pattern, x => Theta.Fit(x))),
            new("damped trend", true, (y, pattern) => SeasonallyAdjusted.Fit(y, pattern, x => ExponentialSmoothing.Fit(x, SmoothingForm.Damped))),
            smoothing, .. longSeason ? [levelled] : Array.Empty<Candidate>(),
        ];
    }

    /// <returns>Each candidate fitted, and the combination of those that join it.</returns>
    private static Dictionary<string, ISeriesModel> Models(double[] y, int period, List<Candidate> candidates, CancellationToken cancellation)
    {
        var pattern = Pattern(y, period);
        var models = new Dictionary<string, ISeriesModel>();
        foreach (var candidate in candidates)
        {
            cancellation.ThrowIfCancellationRequested();
            models[candidate.Name] = candidate.Fit(y, pattern);
        }

        ISeriesModel[] joined = [.. candidates.Where(x => x.Joins).Select(x => models[x.Name])];
        if (joined.Length > 0)
        {
            models[Together] = new Combination(joined, Median: true);
        }

        return models;
    }

    private static SeasonalPattern? Pattern(double[] y, int period) => period > 1 && y.Length >= period + (period / 2) ? SeasonalPattern.Fit(y, period, multiplicative: true) : null;

    private static List<(int At, int Steps)> Origins(int n, int horizon, int period)
    {
        var fewest = period > 1 ? period + Math.Max(3, period / 2) : 6;
        var steps = Math.Min(horizon, Math.Max(1, (n - fewest) / 2));
        var stride = Math.Max(1, steps / 3);
        return [.. Enumerable.Range(0, MostOrigins).Select(i => (n - steps - (i * stride), steps)).Where(x => x.Item1 >= fewest)];
    }

    private static Dictionary<string, List<Past>> Judge(double[] y, List<(int At, int Steps)> origins, List<Candidate> candidates, int period, IProgress<double>? progress, CancellationToken cancellation)
    {
        var past = new Dictionary<string, List<Past>>();
        var done = 0;
        foreach (var (at, steps) in origins)
        {
            foreach (var (name, model) in Models(y[..at], period, candidates, cancellation))
            {
                past.TryAdd(name, []);
                past[name].Add(new(y[at..(at + steps)], model.Forecast(steps), model.VarianceGrowth(steps)));
            }

            progress?.Report(++done / (origins.Count + 1.0));
        }

        return past;
    }

    private static (string Chosen, List<BacktestError> Errors) Choose(double[] y, Dictionary<string, List<Past>> past, int period)
    {
        var scale = SeriesMetrics.NaiveError(y, period) ?? 1;
        var errors = past.Select(x => new BacktestError(x.Key, x.Value.Average(p => p.Error) / scale)).OrderBy(x => x.Error).ToList();
        double[] better = [.. past[Together].Zip(past[errors[0].Method], (a, b) => a.Error - b.Error)];
        var mean = better.Average();
        var deviation = better.Length > 1 ? Math.Sqrt(better.Sum(x => (x - mean) * (x - mean)) / (better.Length - 1)) : double.PositiveInfinity;
        // A few overlapping cut-offs easily favour something by chance: half of the origins count as independent, and two standard errors are asked for.
        var reliable = mean > 2 * deviation / Math.Sqrt(better.Length / 2.0);
        return (reliable ? errors[0].Method : Together, errors);
    }

    /// <summary>Deviation of the first step's error from all errors at the cut-offs, each brought back to the first step by the model's growth.</summary>
    private static (double Deviation, double Freedom) Spread(List<Past> past, bool relative, (double Deviation, double Freedom) prior)
    {
        var (sum, count) = (0.0, 0);
        foreach (var origin in past)
        {
            for (var h = 0; h < origin.Actual.Length; h++)
            {
                var error = relative ? Math.Log(origin.Actual[h] / Math.Max(origin.Forecast[h], 1e-3 * origin.Actual[h])) : origin.Actual[h] - origin.Forecast[h];
                sum += error * error / origin.Growth[h];
                count++;
            }
        }

        // Errors of one cut-off go together; each cut-off is worth about two independent ones. The changes within the history stand in for a few more.
        const double Prior = 2;
        var worth = Math.Min(count, 2 * past.Count);
        return (Math.Sqrt(((worth * sum / count) + (Prior * prior.Deviation * prior.Deviation)) / (worth + Prior)), worth + Prior);
    }

    private static (double Deviation, double Freedom) Changes(double[] y, int period, bool relative)
    {
        var lag = y.Length >= period + Fewest ? period : 1;
        double[] changes = [.. Enumerable.Range(lag, y.Length - lag).Select(t => relative ? Math.Log(y[t] / y[t - lag]) : y[t] - y[t - lag])];
        return (Math.Sqrt(changes.Average(x => x * x)), Math.Max(1, changes.Length - 1));
    }

    /// <param name="Joins">Whether it is part of the combination.</param>
    private sealed record Candidate(string Name, bool Joins, Func<double[], SeasonalPattern?, ISeriesModel> Fit);

    private sealed record Past(double[] Actual, double[] Forecast, double[] Growth)
    {
        public double Error => Actual.Zip(Forecast, (a, f) => Math.Abs(a - f)).Average();
    }
}
