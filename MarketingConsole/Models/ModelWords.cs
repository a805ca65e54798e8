using MarketingConsole.Core.Twins.Models;

namespace MarketingConsole.Models;

/// <summary>Names and values of models as people read them.</summary>
internal static class ModelWords
{
    /// <summary>Kinds in the order they are shown: name, and the question that the model answers.</summary>
    public static IReadOnlyList<(string Kind, string Name, string Question)> Kinds { get; } =
    [
        (ModelKind.ChanceToBuy, "Chance to buy", "Will this customer buy within 30 days?"),
        (ModelKind.Churn, "Drifting away", "Will a customer who still comes stay away?"),
        (ModelKind.Purchases, "Purchases and spend", "How often will they buy, what will they spend, are they still there?"),
        (ModelKind.OfferUplift, "Offer uplift", "Whom does an offer change: what does it add to the chance to buy?"),
        (ModelKind.Crowd, "What drives customers", "What do customers do on the whole: what is believed of one of whom little is known?"),
        (ModelKind.Recommendations, "Recommendations", "Which articles is this customer likely to want next?"),
        (ModelKind.Clusters, "Groups", "Which customers are alike?"),
    ];

    public static string Name(string kind) => Kinds.FirstOrDefault(x => x.Kind == kind).Name ?? (kind.StartsWith(ModelKind.LookalikePrefix, StringComparison.Ordinal) ? $"Lookalikes of segment {ModelKind.SegmentOf(kind)}" : kind);

    public static string Value(ModelFigure figure, double? value, string currency) => value is not { } number || !double.IsFinite(number) ? "not known" : figure.Unit switch
    {
        "%" => Ui.Format.Percent(number, 1),
        "points" => Ui.Format.Points(number),
        "€" => Ui.Format.Money((long)number, currency),
        "#" => Ui.Format.Number(number, 0),
        _ => Ui.Format.Number(number, Math.Abs(number) < 10 ? 3 : 1),
    };

    /// <returns>Null where none was computed.</returns>
    public static string? Interval(ModelFigure figure, string currency) => figure is { Low: { } low, High: { } high } ? $"{Value(figure, low, currency).Replace(" points", "", StringComparison.Ordinal)} to {Value(figure, high, currency)} (95 %)" : null;

    /// <summary>A gain too small to be read in the figures is none.</summary>
    public static string Verdict(ModelFigure main, double gain, string currency) => Value(main, main.Value, currency) == Value(main, main.Champion, currency) ? "no different" : gain > 0 ? "better" : "worse";

    public static (string? Badge, string Text) State(ModelState state) => state switch
    {
        ModelState.Champion => ("ok", "in use"),
        ModelState.Challenger => ("accent", "challenger"),
        ModelState.Failed => ("warning", "no model"),
        _ => (null, "past"),
    };
}
