using System.Numerics;
using System.Runtime.InteropServices;
using MarketingConsole.Core.Twins.Store;

namespace MarketingConsole.Core.Segments;

/// <summary>Counts customers by bin or value.</summary>
/// <param name="decided">Customers to count.</param>
/// <param name="kept">Those of them whom the rule admits.</param>
internal sealed class DistributionCount(SlotSet decided, SlotSet kept, RuleNames names)
{
    private const int SampleSize = 4096, MostTexts = 8, MostSeen = 100_000;
    private const double Tail = 0.01; // of the sample, on each side; who lies beyond is in the first or last bin

    public RuleDistribution Numbers(string title, DistributionUnit unit, bool? whole, Func<int, double> value)
    {
        var sample = new List<double>(SampleSize);
        var (every, n) = (Math.Max(1, decided.Count / SampleSize), 0);
        foreach (var slot in decided.Slots())
        {
            if (n++ % every == 0 && value(slot) is var x && !double.IsNaN(x))
            {
                sample.Add(x);
            }
        }

        sample.Sort();
        var scale = Scale(unit, whole, sample);
        if (scale is null)
        {
            return Done(title, unit, false, [], decided.Count, kept.Count);
        }

        var (all, own, unknown, unknownKept) = (new int[scale.Count], new int[scale.Count], 0, 0);
        var words = decided.Words;
        for (var i = 0; i < words.Length; i++)
        {
            for (var word = words[i]; word != 0; word &= word - 1)
            {
                var slot = (i << 6) + BitOperations.TrailingZeroCount(word);
                var (x, isKept) = (value(slot), kept[slot] ? 1 : 0);
                if (double.IsNaN(x))
                {
                    unknown++;
                    unknownKept += isKept;
                    continue;
                }

                var bin = scale.Bin(x);
                all[bin]++;
                own[bin] += isKept;
            }
        }

        return Done(title, unit, false, Bins(scale, all, own), unknown, unknownKept);
    }

    public RuleDistribution Texts(string title, Func<int, string?> read)
    {
        var (counts, seen, unknown, unknownKept) = (new Dictionary<string, (int All, int Kept)>(StringComparer.Ordinal), new Dictionary<string, (int All, int Kept)>(ReferenceEqualityComparer.Instance), 0, 0);
        foreach (var slot in decided.Slots())
        {
            var one = kept[slot] ? 1 : 0;
            if (read(slot) is not { } text)
            {
                unknown++;
                unknownKept += one;
                continue;
            }

            // A column with few different texts gives the same object each time: counting objects spares a million comparisons of letters.
            ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(seen, text, out _);
            count = (count.All + 1, count.Kept + one);
            if (seen.Count > MostSeen)
            {
                Gather();
            }
        }

        Gather();
        return Done(title, DistributionUnit.Text, false, Top(counts), unknown, unknownKept);

        void Gather()
        {
            foreach (var (text, (all, own)) in seen)
            {
                ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(counts, text, out _);
                count = (count.All + all, count.Kept + own);
            }

            seen.Clear();
        }
    }

    /// <summary>A trait of which a customer may have several values.</summary>
    /// <param name="trait">Null when nobody has it.</param>
    public RuleDistribution Values(string title, TraitColumn? trait, bool numbers)
    {
        var (values, known, texts) = (new List<(int Slot, double Number)>(), new SlotSet(decided.Size), new Dictionary<string, (int All, int Kept)>(StringComparer.Ordinal));
        trait?.Each((slot, text, number) =>
        {
            if (!decided[slot] || (numbers && number is null))
            {
                return;
            }

            known.Add(slot);
            if (numbers)
            {
                values.Add((slot, number!.Value));
                return;
            }

            ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(texts, text, out _);
            count = (count.All + 1, count.Kept + (kept[slot] ? 1 : 0));
        });
        var nobody = known.Not().And(decided);
        var (unknown, unknownKept) = (nobody.Count, nobody.And(kept).Count);
        if (Scale(DistributionUnit.Number, null, [.. values.Select(x => x.Number).Order()]) is not { } scale)
        {
            return Done(title, DistributionUnit.Text, true, Top(texts), unknown, unknownKept);
        }

        var (all, own) = (new int[scale.Count], new int[scale.Count]);
        foreach (var (slot, number) in values)
        {
            all[scale.Bin(number)]++;
            own[scale.Bin(number)] += kept[slot] ? 1 : 0;
        }

        return Done(title, DistributionUnit.Number, true, Bins(scale, all, own), unknown, unknownKept);
    }

    public RuleDistribution YesNo(string title, bool admits)
    {
        var (all, own) = (decided.Count, kept.Count);
        DistributionBin yes = new("holds", "", null, null, admits ? own : all - own, admits ? own : 0), no = new("does not hold", "", null, null, admits ? all - own : own, admits ? 0 : own);
        return Done(title, DistributionUnit.Text, false, [yes, no], 0, 0);
    }

    private DistributionScale? Scale(DistributionUnit unit, bool? whole, List<double> sorted)
    {
        if (sorted.Count == 0)
        {
            return null;
        }

        var (low, high) = (sorted[(int)(sorted.Count * Tail)], sorted[sorted.Count - 1 - (int)(sorted.Count * Tail)]);
        (low, high) = unit switch
        {
            DistributionUnit.Percent => (0, 100),
            DistributionUnit.DaysAgo or DistributionUnit.DaysAhead => (0, Math.Max(0, high)),
            DistributionUnit.Kilometres => (0, high),
            _ => (low, high),
        };
        return new DistributionScale(unit, low, high, whole ?? sorted.TrueForAll(x => x == Math.Floor(x)), names);
    }

    private static List<DistributionBin> Bins(DistributionScale scale, int[] all, int[] own) =>
        [.. Enumerable.Range(0, scale.Count).Where(x => (x > 0 && x < scale.Count - 1) || all[x] > 0).Select(x => scale.Describe(x, all[x], own[x]))];

    private static List<DistributionBin> Top(Dictionary<string, (int All, int Kept)> counts)
    {
        var sorted = counts.OrderByDescending(x => x.Value.All).ThenBy(x => x.Key, StringComparer.Ordinal).ToList();
        var shown = sorted.Count > MostTexts ? MostTexts - 1 : sorted.Count;
        List<DistributionBin> bins = [.. sorted.Take(shown).Select(x => new DistributionBin(x.Key, "", null, null, x.Value.All, x.Value.Kept))];
        return shown == sorted.Count ? bins
            : [.. bins, new DistributionBin($"{sorted.Count - shown} other values", "", null, null, sorted.Skip(shown).Sum(x => x.Value.All), sorted.Skip(shown).Sum(x => x.Value.Kept))];
    }

    private RuleDistribution Done(string title, DistributionUnit unit, bool many, IReadOnlyList<DistributionBin> bins, int unknown, int unknownKept) =>
        new("", title, unit, many, bins, unknown, unknownKept, decided.Count, kept.Count, null, 0);
}
