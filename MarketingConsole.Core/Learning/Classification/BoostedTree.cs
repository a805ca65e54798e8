namespace MarketingConsole.Core.Learning.Classification;

/// <summary>One tree as flat arrays, one entry a node; a parent comes before its children and node 0 is the root.</summary>
/// <param name="Feature">Column asked; −1 in a leaf.</param>
/// <param name="Threshold">Values up to this go left (numeric columns).</param>
/// <param name="Categories">Codes that go left where the column holds categories; null elsewhere.</param>
/// <param name="MissingLeft">Whether missing values, and categories never seen, go left.</param>
/// <param name="Left">Left child.</param>
/// <param name="Right">Right child.</param>
/// <param name="Value">What a leaf adds to the raw score; 0 elsewhere.</param>
/// <param name="Cover">Training weight that came through.</param>
public sealed record BoostedTree(int[] Feature, float[] Threshold, float[]?[] Categories, bool[] MissingLeft, int[] Left, int[] Right, double[] Value, double[] Cover)
{
    /// <param name="known">Per column the category codes seen in training; null for numeric columns.</param>
    /// <returns>The leaf a row falls into.</returns>
    internal int Leaf(ReadOnlySpan<float> row, float[]?[] known)
    {
        var node = 0;
        while (Feature[node] >= 0)
        {
            node = GoesLeft(node, row[Feature[node]], known[Feature[node]]) ? Left[node] : Right[node];
        }

        return node;
    }

    internal bool GoesLeft(int node, float value, float[]? known) =>
        !float.IsFinite(value) ? MissingLeft[node]
        : Categories[node] is { } left ? (Array.BinarySearch(left, value) >= 0 || (MissingLeft[node] && Array.BinarySearch(known!, value) < 0))
        : value <= Threshold[node];
}
