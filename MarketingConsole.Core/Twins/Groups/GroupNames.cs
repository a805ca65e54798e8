namespace MarketingConsole.Core.Twins.Groups;

/// <summary>Names groups by what sets them apart most: the same groups always get the same names, no two the same one.</summary>
public static class GroupNames
{
    public const int MaxLength = 40;

    /// <summary>Share of the way to the next group that a centre may have moved for the group to count as the one before.</summary>
    private const double MayMove = 0.5;

    /// <param name="kept">Names that groups keep from the model before, by group; null where one is to be made.</param>
    public static IReadOnlyList<string> Of(IReadOnlyList<IReadOnlyList<GroupTrait>> traits, IReadOnlyList<string?> kept)
    {
        var taken = kept.OfType<string>().ToHashSet(StringComparer.Ordinal);
        var names = new string[traits.Count];
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = kept[i] ?? Candidates([.. traits[i].Select(Word)]).First(x => x.Length <= MaxLength && !taken.Contains(x));
            taken.Add(names[i]);
        }

        return names;
    }

    /// <summary>Groups of a new model that are nearly those of the model before keep their names.</summary>
    /// <param name="before">Centres before, in the units of <paramref name="now"/>.</param>
    /// <returns>By new group; null for a new one.</returns>
    public static IReadOnlyList<string?> Keep(double[][] before, IReadOnlyList<string> names, double[][] now)
    {
        var kept = new string?[now.Length];
        var room = before.Select(x => before.Where(y => y != x).Select(y => Distance(x, y)).DefaultIfEmpty(0).Min()).ToArray();
        var pairs = from b in Enumerable.Range(0, before.Length)
                    from n in Enumerable.Range(0, now.Length)
                    let distance = Distance(before[b], now[n])
                    where distance <= MayMove * room[b]
                    orderby distance, b, n
                    select (b, n);
        var used = new HashSet<int>();
        foreach (var (b, n) in pairs)
        {
            if (kept[n] is null && used.Add(b))
            {
                kept[n] = names[b];
            }
        }

        return kept;
    }

    private static IEnumerable<string> Candidates(string[] words)
    {
        for (var second = 1; second < words.Length; second++)
        {
            for (var first = 0; first < second; first++)
            {
                yield return Capital($"{words[first]}, {words[second]}");
            }
        }

        var plain = words.Length > 0 ? Capital(words[0]) : "Like most";
        yield return plain;
        for (var number = 2; ; number++)
        {
            yield return FormattableString.Invariant($"{plain} {number}");
        }
    }

    private static string Word(GroupTrait trait) => trait.Effect > 0 ? Feature(trait).High : Feature(trait).Low;

    private static GroupFeature Feature(GroupTrait trait) => GroupFeature.All.First(x => x.Name == trait.Feature);

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    private static double Distance(double[] a, double[] b) => System.Numerics.Tensors.TensorPrimitives.Distance<double>(a, b);
}
