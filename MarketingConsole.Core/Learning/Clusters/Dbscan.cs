using System.Numerics;
using MarketingConsole.Core.Learning.Numerics;

namespace MarketingConsole.Core.Learning.Clusters;

/// <summary>DBSCAN: a row with enough rows within a distance is a core; cores within that distance of each other form a cluster with the rows around them; the rest is noise.
/// Source: Ester, Kriegel, Sander, Xu, A density-based algorithm for discovering clusters in large spatial databases with noise, 1996.</summary>
/// <remarks>Exact. Rows are turned to their principal axes, where most of a distance shows in the first columns, and laid out as the leaves of a k-d tree, so that whole leaves and most pairs are settled early;
/// distances too near the radius for single precision are taken again in double. Clusters are numbered by their first core, and a row that borders on several belongs to the first.</remarks>
public static class Dbscan
{
    public const int Noise = -1;

    /// <param name="radius">Euclidean distance, above 0; rows at exactly this distance count.</param>
    /// <param name="minimum">Rows within the radius, itself included, that make a core; at least 1.</param>
    /// <returns>Each row's cluster from 0, or <see cref="Noise"/>.</returns>
    public static int[] Fit(IReadOnlyList<double[]> rows, double radius, int minimum, IProgress<double>? progress = null, CancellationToken cancel = default)
    {
        Standardisation.Check(rows);
        if (!(radius > 0 && double.IsFinite(radius)) || minimum < 1)
        {
            throw new LearningException("The radius must be above 0 and the smallest group at least 1.");
        }

        var space = new LeafSpace(rows, radius);
        var n = rows.Count;
        var core = new bool[n];
        var around = new List<int>?[n]; // of rows that are no core; all places are those of the space
        var found = new List<int>();
        for (var own = 0; own < space.Leaves; own++)
        {
            cancel.ThrowIfCancellationRequested();
            progress?.Report(0.6 * own / space.Leaves);
            var near = space.Near(own);
            for (var i = space.Start(own); i < space.Start(own + 1); i++)
            {
                found.Clear();
                for (var k = 0; k < near.Count && found.Count < minimum; k++)
                {
                    for (var mask = space.Reaches(i, near[k]); mask != 0; mask &= mask - 1)
                    {
                        space.Within(i, (near[k] * 8) + BitOperations.TrailingZeroCount(mask), found);
                    }
                }

                core[i] = found.Count >= minimum;
                around[i] = core[i] ? null : [.. found];
            }
        }

        var parent = Enumerable.Range(0, n).ToArray();
        Connect(space, core, parent, progress, cancel);

        var labels = new int[n];
        Array.Fill(labels, Noise);
        var number = new Dictionary<int, int>();
        for (var row = 0; row < n; row++)
        {
            var place = space.PlaceOf(row);
            if (core[place])
            {
                var root = Find(parent, place);
                labels[row] = number.TryGetValue(root, out var c) ? c : number[root] = number.Count;
            }
        }

        for (var row = 0; row < n; row++)
        {
            if (around[space.PlaceOf(row)] is { } near)
            {
                labels[row] = near.Where(x => core[x]).Select(x => number[Find(parent, x)]).DefaultIfEmpty(Noise).Min();
            }
        }

        progress?.Report(1);
        return labels;
    }

    private static void Connect(LeafSpace space, bool[] core, int[] parent, IProgress<double>? progress, CancellationToken cancel)
    {
        var one = new bool[space.Leaves]; // all cores of the leaf are known to be in one cluster, and stay so
        var first = Enumerable.Range(0, space.Leaves).Select(leaf => Enumerable.Range(space.Start(leaf), space.Start(leaf + 1) - space.Start(leaf)).Where(j => core[j]).DefaultIfEmpty(-1).First()).ToArray();
        var found = new List<int>();
        for (var own = 0; own < space.Leaves; own++)
        {
            cancel.ThrowIfCancellationRequested();
            progress?.Report(0.6 + (0.4 * own / space.Leaves));
            foreach (var group in first[own] < 0 ? [] : space.Near(own))
            {
                var open = 0u;
                for (var leaf = group * 8; leaf <= Math.Min(own, (group * 8) + 7); leaf++)
                {
                    open |= first[leaf] < 0 || (one[own] && one[leaf] && Find(parent, first[own]) == Find(parent, first[leaf])) ? 0 : 1u << (leaf % 8);
                }

                for (var i = first[own]; open != 0 && i < space.Start(own + 1); i++)
                {
                    for (var mask = core[i] ? space.Reaches(i, group) & open : 0; mask != 0; mask &= mask - 1)
                    {
                        var leaf = (group * 8) + BitOperations.TrailingZeroCount(mask);
                        if (one[leaf] && Find(parent, i) == Find(parent, first[leaf]))
                        {
                            continue;
                        }

                        found.Clear();
                        space.Within(i, leaf, found);
                        foreach (var j in found)
                        {
                            if (core[j])
                            {
                                parent[Find(parent, j)] = Find(parent, i);
                            }
                        }

                        one[leaf] = one[leaf] || One(leaf);
                    }
                }

                one[own] = one[own] || One(own);
            }
        }

        bool One(int leaf)
        {
            for (var j = first[leaf]; j < space.Start(leaf + 1); j++)
            {
                if (core[j] && Find(parent, j) != Find(parent, first[leaf]))
                {
                    return false;
                }
            }

            return true;
        }
    }

    private static int Find(int[] parent, int i)
    {
        while (parent[i] != i)
        {
            parent[i] = parent[parent[i]];
            i = parent[i];
        }

        return i;
    }
}
