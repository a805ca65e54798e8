using MarketingConsole.Core.Learning.Classification;

namespace MarketingConsole.Core.Learning.Explanation;

/// <summary>Exact Shapley values of boosted trees, in raw score (log-odds or amount): columns that are not known follow the training rows down the tree.
/// Source: Lundberg, Erion and Lee, Consistent individualized feature attribution for tree ensembles, 2018, algorithm 2.</summary>
public static class TreeShap
{
    /// <param name="row">As many values as the model has columns.</param>
    public static ShapleyValues Explain(GradientBoosting model, ReadOnlySpan<float> row)
    {
        if (row.Length != model.Columns)
        {
            throw new ArgumentException($"The row has {row.Length} values; the model was fitted on {model.Columns}.");
        }

        var (sum, contributions) = (model.Base, new double[row.Length]);
        foreach (var tree in model.Trees)
        {
            sum += Mean(tree);
            var depth = Depth(tree, 0);
            new Walk(tree, model.Categories, contributions, new Step[(depth + 2) * (depth + 3) / 2]).Visit(row, 0, 0, 0, 1, 1, -1);
        }

        return new(sum, contributions);
    }

    /// <summary>What a tree says on average over the training rows.</summary>
    internal static double Mean(BoostedTree tree)
    {
        var sum = 0.0;
        for (var node = 0; node < tree.Feature.Length; node++)
        {
            sum += tree.Feature[node] < 0 ? tree.Value[node] * tree.Cover[node] : 0;
        }

        return sum / tree.Cover[0];
    }

    private static int Depth(BoostedTree tree, int node) => tree.Feature[node] < 0 ? 0 : 1 + Math.Max(Depth(tree, tree.Left[node]), Depth(tree, tree.Right[node]));

    /// <param name="Feature">d: the column asked.</param>
    /// <param name="Zero">z: share of paths that pass when the column is not known.</param>
    /// <param name="One">o: 1 when the row itself passes.</param>
    /// <param name="Weight">w: summed permutation weights of the subsets of that size.</param>
    private record struct Step(int Feature, double Zero, double One, double Weight);

    /// <summary>The path of unique columns from the root; each level copies its parent's path further along one buffer.</summary>
    private readonly ref struct Walk(BoostedTree tree, float[]?[] categories, double[] contributions, Step[] buffer)
    {
        /// <param name="start">Where this level's path begins in the buffer.</param>
        /// <param name="length">Steps of the parent's path.</param>
        public void Visit(ReadOnlySpan<float> row, int node, int start, int length, double zero, double one, int feature)
        {
            var path = buffer.AsSpan(start, length + 1);
            Extend(path, length, zero, one, feature);
            if (tree.Feature[node] < 0)
            {
                for (var i = 1; i <= length; i++)
                {
                    contributions[path[i].Feature] += UnwoundSum(path, length, i) * (path[i].One - path[i].Zero) * tree.Value[node];
                }

                return;
            }

            var asked = tree.Feature[node];
            var left = tree.GoesLeft(node, row[asked], categories[asked]);
            var (hot, cold) = left ? (tree.Left[node], tree.Right[node]) : (tree.Right[node], tree.Left[node]);
            var (hotZero, coldZero) = (tree.Cover[hot] / tree.Cover[node], tree.Cover[cold] / tree.Cover[node]);
            var (inZero, inOne, last) = (1.0, 1.0, length);
            for (var i = 1; i <= length; i++)
            {
                if (path[i].Feature == asked)
                {
                    (inZero, inOne) = (path[i].Zero, path[i].One);
                    Unwind(path, length, i);
                    last = length - 1;
                    break;
                }
            }

            var next = start + length + 1;
            foreach (var (child, z, o) in stackalloc[] { (hot, inZero * hotZero, inOne), (cold, inZero * coldZero, 0.0) })
            {
                path[..(last + 1)].CopyTo(buffer.AsSpan(next));
                Visit(row, child, next, last + 1, z, o, asked);
            }
        }

        private static void Extend(Span<Step> path, int length, double zero, double one, int feature)
        {
            path[length] = new(feature, zero, one, length == 0 ? 1 : 0);
            for (var i = length - 1; i >= 0; i--)
            {
                path[i + 1].Weight += one * path[i].Weight * (i + 1) / (length + 1);
                path[i].Weight = zero * path[i].Weight * (length - i) / (length + 1);
            }
        }

        private static void Unwind(Span<Step> path, int length, int index)
        {
            var (one, zero, next) = (path[index].One, path[index].Zero, path[length].Weight);
            for (var i = length - 1; i >= 0; i--)
            {
                if (one != 0)
                {
                    var weight = path[i].Weight;
                    path[i].Weight = next * (length + 1) / ((i + 1) * one);
                    next = weight - (path[i].Weight * zero * (length - i) / (length + 1));
                }
                else
                {
                    path[i].Weight = path[i].Weight * (length + 1) / (zero * (length - i));
                }
            }

            for (var i = index; i < length; i++)
            {
                path[i] = path[i] with { Feature = path[i + 1].Feature, Zero = path[i + 1].Zero, One = path[i + 1].One };
            }
        }

        private static double UnwoundSum(ReadOnlySpan<Step> path, int length, int index)
        {
            var (one, zero, next, total) = (path[index].One, path[index].Zero, path[length].Weight, 0.0);
            for (var i = length - 1; i >= 0; i--)
            {
                if (one != 0)
                {
                    var part = next * (length + 1) / ((i + 1) * one);
                    total += part;
                    next = path[i].Weight - (part * zero * (length - i) / (length + 1));
                }
                else
                {
                    total += path[i].Weight * (length + 1) / (zero * (length - i));
                }
            }

            return total;
        }
    }
}
