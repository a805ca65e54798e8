using MarketingConsole.Core.Events;
using MarketingConsole.Core.Learning.Clusters;

namespace MarketingConsole.Core.Twins.Groups;

/// <summary>Tells who resembles the members of a segment, by what a twin knows.</summary>
/// <param name="Features">Names of the numbers it looks at; a model of others is not used.</param>
/// <param name="Fill">Stands for a number that is not known: its mean.</param>
/// <param name="Categories">Favourite categories it tells apart; the rest count as one.</param>
/// <param name="Traits">What members have in common against the others, strongest first.</param>
/// <param name="Members">Members it was learnt from.</param>
public sealed record LookalikeModel(IReadOnlyList<string> Features, double[] Fill, IReadOnlyList<string> Categories, Lookalikes Likeness, IReadOnlyList<ClusterTrait> Traits, int Members, int Others)
{
    private const string Category = "favourite category", Place = "favourite channel";
    private const int MostCategories = 12, KeptOdds = 1_000;
    private static readonly Channel[] Channels = [Channel.Web, Channel.App, Channel.Store];

    private static readonly (string Name, GroupUnit Unit, Func<Twin, DateTime, double?> Value)[] Numbers =
    [
        ("orders", GroupUnit.Number, (x, _) => x.Orders),
        ("days since the last order", GroupUnit.Number, (x, now) => (now - x.LastOrderAt)?.TotalDays),
        ("days since the first order", GroupUnit.Number, (x, now) => (now - x.FirstOrderAt)?.TotalDays),
        ("days since last seen", GroupUnit.Number, (x, now) => (now - x.LastSeenAt)?.TotalDays),
        ("spend in the last 365 days", GroupUnit.Money, (x, _) => x.Revenue365Cents / 100.0),
        ("average basket", GroupUnit.Money, (x, _) => x.Orders == 0 ? null : x.AverageBasketCents / 100.0),
        ("usual gap in days", GroupUnit.Number, (x, _) => x.MedianGapDays),
        ("orders sent back", GroupUnit.Percent, (x, _) => x.Orders == 0 ? null : Math.Min(1, (double)x.Returns / x.Orders)),
        ("e-mails opened", GroupUnit.Percent, (x, _) => x.EmailsSent == 0 ? null : (double)x.EmailsOpened / x.EmailsSent),
        ("e-mails clicked", GroupUnit.Percent, (x, _) => x.EmailsSent == 0 ? null : (double)x.EmailsClicked / x.EmailsSent),
        ("chance to buy in 30 days", GroupUnit.Percent, (x, _) => x.ChanceToBuy),
        ("chance to buy ever again", GroupUnit.Percent, (x, _) => x.Alive),
        ("expected orders in 365 days", GroupUnit.Number, (x, _) => x.Orders365),
        ("expected spend in 365 days", GroupUnit.Money, (x, _) => x.Spend365Cents / 100.0),
    ];

    private static readonly string[] Names = [.. Numbers.Select(x => x.Name)];

    public bool Fits => Features.SequenceEqual(Names);

    /// <exception cref="Learning.LearningException">Too few members or others.</exception>
    public static LookalikeModel Fit(IReadOnlyList<Twin> members, IReadOnlyList<Twin> others, DateTime now, int traits, CancellationToken cancellationToken)
    {
        Twin[] all = [.. members, .. others];
        bool[] seeds = [.. all.Select((_, i) => i < members.Count)];
        string[] categories = [.. all.Where(x => x.TopCategory is not null).GroupBy(x => x.TopCategory!).OrderByDescending(x => x.Count()).ThenBy(x => x.Key, StringComparer.Ordinal).Take(MostCategories).Select(x => x.Key)];
        double[] fill = [.. Numbers.Select(x => all.Select(t => Scaled(x.Unit, x.Value(t, now))).OfType<double>().DefaultIfEmpty(0).Average())];
        var likeness = Lookalikes.Fit([.. all.Select(x => Row(x, now, fill, categories))], seeds, 1, cancellationToken);
        var step = Math.Max(1, likeness.SeedLogOdds.Length / KeptOdds);
        DescribedColumn[] columns =
        [
            .. Numbers.Select(x => new DescribedColumn(x.Name, [.. all.Select(t => x.Value(t, now) ?? double.NaN)])),
            new(Category, null, [.. all.Select(x => x.TopCategory)]),
            new(Place, null, [.. all.Select(x => x.TopChannel?.ToString().ToLowerInvariant())]),
        ];
        var apart = ClusterDescription.Of([.. seeds.Select(x => x ? 0 : 1)], columns, traits)[0];
        return new(Names, fill, categories, likeness with { SeedLogOdds = [.. likeness.SeedLogOdds.Where((_, i) => i % step == step / 2)] }, apart, members.Count, others.Count);
    }

    /// <summary>0 to 1: the share of the members who look less like a member than this twin.</summary>
    public double Similarity(Twin twin, DateTime now) => Likeness.Similarity(Row(twin, now, Fill, Categories));

    /// <summary>"orders higher: 9.1 instead of 3.2".</summary>
    public static string Say(ClusterTrait trait, string currency) => trait.Category is null && Numbers.FirstOrDefault(x => x.Name == trait.Column) is { Name: not null } number
        ? $"{trait.Column} {(trait.Higher ? "higher" : "lower")}: {GroupFeature.Say(number.Unit, trait.Inside, currency)} instead of {GroupFeature.Say(number.Unit, trait.Outside, currency)}" : trait.ToString();

    private static double[] Row(Twin twin, DateTime now, double[] fill, IReadOnlyList<string> categories) =>
    [
        .. Numbers.Select((x, j) => Scaled(x.Unit, x.Value(twin, now)) ?? fill[j]),
        twin.Orders > 0 ? 1 : 0,
        .. categories.Select(x => twin.TopCategory == x ? 1.0 : 0),
        .. Channels.Select(x => twin.TopChannel == x ? 1.0 : 0),
    ];

    /// <summary>Amounts and counts by their ratios.</summary>
    private static double? Scaled(GroupUnit unit, double? value) => unit == GroupUnit.Percent ? value : value is { } number ? Math.Log(1 + Math.Max(number, 0)) : null;
}
