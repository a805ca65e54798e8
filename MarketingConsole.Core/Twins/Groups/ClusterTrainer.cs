using System.Globalization;
using MarketingConsole.Core.Learning;
using MarketingConsole.Core.Learning.Clusters;
using MarketingConsole.Core.Learning.Numerics;
using MarketingConsole.Core.Twins.Models;

namespace MarketingConsole.Core.Twins.Groups;

/// <summary>Finds groups of customers alike: as many as are best apart.</summary>
internal sealed class ClusterTrainer(TrainingData data) : ModelTrainer(ModelKind.Clusters)
{
    public const int MinCustomers = 50;
    private const int Fewest = 3, Most = 8, TraitsAGroup = 5, JudgedRows = 2_000;
    private const string Method = "k-means on standardised facts, amounts and counts by their ratios; as many groups as are best apart by the silhouette";
    private readonly List<GroupFacts> _facts = [];

    public override void Add(CustomerHistory history)
    {
        if (GroupFacts.Of(history, data.Now) is { } facts)
        {
            _facts.Add(facts);
        }
    }

    public override TrainingResult Fit(Champion? champion, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        var before = champion?.Model as ClusterModel is { Fits: true } fits ? fits : null;
        TrainingResult None(string reason) => new(null, new(reason, Method, data.Purchases, data.Customers), null, before is null);
        if (_facts.Count < MinCustomers)
        {
            return None($"Too few customers to find groups among: {_facts.Count} with an order who allow profiling, {MinCustomers} needed.");
        }

        var raw = _facts.ConvertAll(GroupFeature.Row);
        var standard = Standardisation.Fit(raw);
        var rows = raw.ConvertAll(x => ClusterModel.Standardise(standard, x));
        try
        {
            var counts = Silhouette.Choose(rows, Fewest, Most, 1, progress, cancellationToken);
            var best = counts.MaxBy(x => x.Silhouette)!;
            var (means, labels) = KMeans.Fit(rows, best.K, 10, 1, null, cancellationToken);
            var traits = Traits(labels);
            var kept = before is null ? new string?[best.K] : GroupNames.Keep([.. before.Centres.Select(x => Between(before.Standard, standard, x))], [.. before.Groups.Select(x => x.Name)], means.Centres);
            var names = GroupNames.Of(traits, kept);
            List<CustomerGroup> groups = [.. names.Select((x, i) => new CustomerGroup(x, means.Sizes[i], traits[i]))];
            var model = new ClusterModel(GroupFeature.Names, standard, means.Centres, groups, Apart(rows, labels));
            return new(model, Report(model, before, raw, counts), null, before is null);
        }
        catch (LearningException exception)
        {
            return None(exception.Message);
        }
    }

    private List<IReadOnlyList<GroupTrait>> Traits(int[] labels)
    {
        DescribedColumn[] columns = [.. GroupFeature.All.Select(x => new DescribedColumn(x.Name, _facts.ConvertAll(f => x.Value(f))))];
        return [.. ClusterDescription.Of(labels, columns, TraitsAGroup).Select(x => x.Select(t => new GroupTrait(t.Column, t.Inside, t.Outside, t.Effect)).ToList())];
    }

    private ModelReport Report(ClusterModel model, ClusterModel? before, List<double[]> raw, IReadOnlyList<ClusterCount> counts)
    {
        var old = before is null ? null : Judge(before, raw);
        return new(null, Method, data.Purchases, data.Customers, raw.Count,
            Figures:
            [
                new("Silhouette", model.Silhouette, "How well the groups are apart, −1 to 1: above 0.25 they are real, above 0.5 clear", "", null, null, old, false),
                new("Groups", model.Groups.Count, $"As many as are best apart, {Fewest} to {Most}", "#"),
            ],
            Parameters:
            [
                .. model.Groups.Select(x => string.Create(CultureInfo.InvariantCulture, $"{x.Name}: {x.Size:#,0} customers")),
                .. counts.Select(x => string.Create(CultureInfo.InvariantCulture, $"{x.K} groups: silhouette {x.Silhouette:0.000}")),
            ]);
    }

    private static double? Judge(ClusterModel model, List<double[]> raw)
    {
        var rows = raw.ConvertAll(x => ClusterModel.Standardise(model.Standard, x));
        int[] labels = [.. rows.Select(x => model.Of(x))];
        return labels.Distinct().Count() < 2 ? null : Apart(rows, labels);
    }

    private static double Apart(List<double[]> rows, int[] labels)
    {
        var step = Math.Max(1, (rows.Count + JudgedRows - 1) / JudgedRows);
        int[] some = [.. Enumerable.Range(0, rows.Count).Where(i => i % step == 0)];
        return Silhouette.Of([.. some.Select(i => rows[i])], [.. some.Select(i => labels[i])]);
    }

    /// <summary>A centre in the units of another standardisation.</summary>
    private static double[] Between(Standardisation from, Standardisation to, double[] centre) => [.. centre.Select((x, j) => ((x * from.Scales[j]) + from.Means[j] - to.Means[j]) / to.Scales[j])];
}
