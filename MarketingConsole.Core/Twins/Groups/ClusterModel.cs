using MarketingConsole.Core.Learning.Clusters;
using MarketingConsole.Core.Learning.Numerics;

namespace MarketingConsole.Core.Twins.Groups;

/// <summary>Something that sets a group apart.</summary>
/// <param name="Feature">Name of a <see cref="GroupFeature"/>.</param>
/// <param name="Inside">Mean in the group.</param>
/// <param name="Outside">Mean of all other customers.</param>
/// <param name="Effect">Difference in standard deviations, above 0 where the group is higher.</param>
public sealed record GroupTrait(string Feature, double Inside, double Outside, double Effect)
{
    /// <summary>"orders in 365 days higher: 9.1 instead of 3.2".</summary>
    public string Say(string currency) => GroupFeature.All.FirstOrDefault(x => x.Name == Feature) is { } feature
        ? $"{Feature} {(Effect > 0 ? "higher" : "lower")}: {GroupFeature.Say(feature.Unit, Inside, currency)} instead of {GroupFeature.Say(feature.Unit, Outside, currency)}" : Feature;
}

/// <param name="Name">Distinct within a model; a segment made from the group asks for it.</param>
/// <param name="Size">Customers it was learnt from.</param>
/// <param name="Traits">Strongest first; none where the group is like everybody.</param>
public sealed record CustomerGroup(string Name, int Size, IReadOnlyList<GroupTrait> Traits);

/// <summary>Groups of customers alike, found by k-means.</summary>
/// <param name="Features">Names of the features it was made by; a model of other features is not used.</param>
/// <param name="Centres">Of the groups, in standardised units.</param>
/// <param name="Silhouette">−1 to 1: how well the groups are apart.</param>
public sealed record ClusterModel(IReadOnlyList<string> Features, Standardisation Standard, double[][] Centres, IReadOnlyList<CustomerGroup> Groups, double Silhouette)
{
    /// <summary>Standard deviations beyond which a customer counts no further: else a few odd ones would make a group of their own.</summary>
    private const double Farthest = 3;

    public bool Fits => Features.SequenceEqual(GroupFeature.Names);

    /// <summary>The group of a customer, as its number in <see cref="Groups"/>.</summary>
    public int Of(GroupFacts facts) => Of(Standardise(Standard, GroupFeature.Row(facts)));

    internal int Of(double[] standardised) => new KMeans(Centres, [], 0).Nearest(standardised);

    internal static double[] Standardise(Standardisation standard, double[] row) => Array.ConvertAll(standard.Apply(row), x => Math.Clamp(x, -Farthest, Farthest));
}
