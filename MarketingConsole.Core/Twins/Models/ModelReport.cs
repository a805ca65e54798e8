using MarketingConsole.Core.Learning;
using MarketingConsole.Core.Learning.Drift;
using MarketingConsole.Core.Learning.Fairness;

namespace MarketingConsole.Core.Twins.Models;

/// <summary>A figure of a model, beside the rival it has to beat.</summary>
/// <param name="Unit">How to print it: "%" for shares, "points" for differences of shares, "€" for money in cents, "#" for counts, "" for plain numbers.</param>
/// <param name="Rival">The same figure of a plain rule anybody could use; null where there is none.</param>
/// <param name="Champion">The same figure, on the same period, of the model that was in use; null where there was none.</param>
/// <param name="LowerIsBetter">Null where neither is.</param>
/// <param name="Low">Lower end of its 95 % interval; null where none is computed.</param>
public sealed record ModelFigure(string Name, double? Value, string Meaning, string Unit = "", double? Rival = null, string? RivalName = null, double? Champion = null, bool? LowerIsBetter = null, double? Low = null, double? High = null);

/// <summary>How right a model was for a group of customers.</summary>
/// <param name="Attribute">E.g. "Country".</param>
/// <param name="Forecast">Mean forecast.</param>
/// <param name="Actual">Mean of what came.</param>
/// <param name="Error">Log loss of a chance, mean absolute error of a number.</param>
/// <param name="Auc">For chances, where both outcomes occurred.</param>
public sealed record GroupAccuracy(string Attribute, string Group, int Customers, double Forecast, double Actual, double Error, double? Auc);

/// <param name="Report">Null when the groups are too small to compare.</param>
public sealed record AttributeFairness(string Attribute, FairnessReport? Report);

/// <summary>What a model looks at, and how much it matters: the standard deviation of its contribution over the tested customers.</summary>
public sealed record ModelInput(string Name, double Weight);

/// <summary>What is known of a trained model, or why there is none.</summary>
/// <param name="Reason">Why no model came of it; null when one did.</param>
/// <param name="Method">What was fitted, in a sentence.</param>
/// <param name="Purchases">Purchases in the database when it was trained.</param>
/// <param name="Customers">Customers who allow profiling that it learnt from or would have.</param>
/// <param name="Rows">Rows fitted on.</param>
/// <param name="TestFrom">Forecasts were made as of this instant and judged by what came until <paramref name="TestTo"/>.</param>
/// <param name="Figures">The main one first.</param>
/// <param name="Chances">Figures of a yes/no forecast on the test period.</param>
/// <param name="ChampionChances">The same of the champion then in use.</param>
/// <param name="Parameters">Parameters in words, one a line.</param>
/// <param name="TimeTest">Judged in time order against shuffled.</param>
public sealed record ModelReport(
    string? Reason, string Method, int Purchases, int Customers, int Rows = 0, DateTime? TestFrom = null, DateTime? TestTo = null,
    IReadOnlyList<ModelFigure>? Figures = null, ForecastMetrics? Chances = null, ForecastMetrics? ChampionChances = null,
    IReadOnlyList<GroupAccuracy>? Groups = null, IReadOnlyList<AttributeFairness>? Fairness = null, IReadOnlyList<ModelInput>? Inputs = null,
    Backtest? TimeTest = null, IReadOnlyList<string>? Parameters = null, IReadOnlyList<string>? Warnings = null)
{
    /// <summary>The figure models of this kind are compared by; null without a test.</summary>
    public ModelFigure? Main => Figures is [var main, ..] ? main : null;

    /// <summary>How much better than the champion it forecast the test period, in units of the main figure; below 0 is worse, null when there is nothing to compare.</summary>
    public double? Gain => Main is { Value: { } value, Champion: { } champion, LowerIsBetter: { } lower } ? lower ? champion - value : value - champion : null;
}

/// <param name="Feature">What is looked at.</param>
/// <param name="Stability">How far its values have moved since the model was judged.</param>
public sealed record FeatureDrift(string Feature, PopulationStability Stability);

/// <summary>Whether the model in use still fits the customers of today.</summary>
/// <param name="Features">Most moved first.</param>
/// <param name="Performance">Its forecasts for periods after it was made; null when none has passed yet.</param>
public sealed record ModelDrift(DateTime At, IReadOnlyList<FeatureDrift> Features, PerformanceDrift? Performance)
{
    public IEnumerable<string> Warnings => (Performance?.Warning is { } warning ? new[] { warning } : []).Concat(
        Features.Where(x => x.Stability.Verdict == Stability.Shifted).Select(x => FormattableString.Invariant($"“{x.Feature}” is no longer what it was for the customers the model was judged on (population stability index {x.Stability.Index:0.00}, above 0.25).")));
}
