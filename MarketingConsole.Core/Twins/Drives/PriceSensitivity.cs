using System.Globalization;
using MarketingConsole.Core.Learning.Shrinkage;

namespace MarketingConsole.Core.Twins.Drives;

/// <summary>How much discounts and campaigns move a customer, measured in two ways; the score is the mean of where the customer stands in those that are known.</summary>
/// <param name="Score">0 to 1, 0.5 like the crowd; null with <paramref name="Missing"/> saying why.</param>
/// <param name="Deal">First part: orders with a discount.</param>
/// <param name="Response">Second part: orders that follow campaigns.</param>
public sealed record PriceSensitivity(double? Score, Motivation Deal, PromotionResponse Response, string? Missing)
{
    /// <summary>Above or below 0.5 by this much is called more or less than most.</summary>
    public const double Clear = 0.2;

    public string? Word => Score switch
    {
        null => null,
        >= 0.5 + Clear => "more than most customers",
        <= 0.5 - Clear => "less than most customers",
        _ => "about as much as others",
    };

    internal static PriceSensitivity Of(Motivation deal, PromotionResponse response) => (deal.Missing, response.Missing) switch
    {
        (null, null) => new((deal.Strength + response.Standing) / 2, deal, response, null),
        (null, _) => new(deal.Strength, deal, response, null),
        (_, null) => new(response.Standing, deal, response, null),
        var (missing, _) => new(null, deal, response, missing),
    };
}

/// <summary>Whether a customer orders more in the week after a campaign's message than otherwise. An association: messages may be sent when orders are due anyway; what a campaign causes is measured by its holdout.</summary>
/// <param name="Expected">Order days to be expected in these weeks at the customer's own rate otherwise.</param>
/// <param name="Ratio">How many times that rate they order in these weeks, shrunk towards <paramref name="CrowdRatio"/>.</param>
/// <param name="Standing">Chance that it is above that of a customer drawn at random.</param>
public sealed record PromotionResponse(PromotionCounts Counts, double? Expected, double? Ratio, double? CrowdRatio, Interval? Interval, double Standing, string? Missing)
{
    /// <summary>"buys 2.1 × as often in the week after a campaign as otherwise (1.4 – 2.9)"; null when not known.</summary>
    public string? Words => Missing is not null || Ratio is null ? null
        : string.Create(CultureInfo.InvariantCulture, $"buys {Ratio:0.0} × as often in the week after a campaign as otherwise ({Interval!.Value.Low:0.0} – {Interval.Value.High:0.0})");
}
