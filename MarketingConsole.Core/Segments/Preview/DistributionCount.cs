using System.Numerics;
using System.Runtime.InteropServices;
using MarketingConsole.Core.Twins.Store;

namespace MarketingConsole.Core.Segments;

/// <summary>Counts customers by bin or value.</summary>
/// <param name="decided">Customers to count.</param>
/// <param name="kept">Those of them whom the rule admits.</param>
internal sealed class DistributionCount(SlotSet decided, SlotSet kept, RuleNames names)
{
    private const int SampleSize = 4096, MostTexts = 8, Words = 16;
    private const double Tail = 0.01; // of the sample, on each side; who lies beyond is in the first or last bin

    public RuleDistribution Numbers(ConditionValues values, SlotReader read)
    {
        var (title, unit, among) = (values.Title, values.Unit, values.Known?.And(decided) ?? decided);
        var slots = among.Sample(SampleSize);
        var sample = new double[slots.Length];
        read(slots, sample);
        var others = decided.Count - among.Count;
        var scale = Scale(unit, values.Whole, [.. sample.Where(x => !double.IsNaN(x)).Order()], others > 0 ? values.Otherwise : double.NaN) ?? new DistributionScale(unit, 0, 0, true, names); // nobody in the sample has a value; somebody may
        var unknown = scale.Count; // a place behind the bins
        var (all, own) = (new int[unknown + 1], new int[unknown + 1]);
        int Bin(double x) => double.IsNaN(x) ? unknown : scale.Bin(x);
        all[Bin(values.Otherwise)] = others;
        own[Bin(values.Otherwise)] = kept.Count - among.Copy().And(kept).Count;
        var words = among.Words;
        var keptWords = kept.Words;
        Span<int> block = stackalloc int[64 * Words];
        Span<double> numbers = stackalloc double[64 * Words];
        for (var from = 0; from < words.Length; from += Words)
        {
            var n = 0;
            for (var i = from; i < Math.Min(from + Words, words.Length); i++)
            {
                for (var word = words[i]; word != 0; word &= word - 1)
                {
                    block[n++] = (i << 6) + BitOperations.TrailingZeroCount(word);
                }
            }

            read(block[..n], numbers);
            for (var i = 0; i < n; i++)
            {
                var (slot, bin) = (block[i], Bin(numbers[i]));
                all[bin]++;
                own[bin] += (int)(keptWords[slot >> 6] >> slot & 1);
            }
        }

        return all[unknown] == decided.Count ? Done(title, unit, false, [], decided.Count, kept.Count) : Done(title, unit, false, Bins(scale, all, own), all[unknown], own[unknown]);
    }

    /// <summary>The values most frequent in a sample, each counted exactly.</summary>
    public RuleDistribution Texts(string title, TextColumn column)
    {
        var candidates = decided.Sample(SampleSize).Select(x => column[x]).Where(x => !string.IsNullOrEmpty(x)).GroupBy(x => x!, StringComparer.Ordinal).OrderByDescending(x => x.Count()).ThenBy(x => x.Key, StringComparer.Ordinal).Take(MostTexts * 2);
        var known = column.Where(x => x.Length > 0, decided.Size).And(decided);
        var (unknown, unknownKept) = (decided.Count - known.Count, kept.Count - known.Copy().And(kept).Count);
        var bins = candidates.Select(x => Count(x.Key, column.Where(t => t.SequenceEqual(x.Key), decided.Size).And(decided))).OrderByDescending(x => x.Customers).ThenBy(x => x.Label, StringComparer.Ordinal).ToList();
        bins = bins.Count > MostTexts ? bins[..(MostTexts - 1)] : bins;
        var others = known.Count - bins.Sum(x => x.Customers);
        if (others > 0)
        {
            bins.Add(new DistributionBin("others", "", null, null, others, known.And(kept).Count - bins.Sum(x => x.Kept)));
        }

        return Done(title, DistributionUnit.Text, false, bins, unknown, unknownKept);
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
        if (Scale(DistributionUnit.Number, null, [.. values.Select(x => x.Number).Order()], double.NaN) is not { } scale)
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

    private DistributionBin Count(string text, SlotSet slots) => new(text, "", null, null, slots.Count, slots.And(kept).Count);

    /// <param name="also">A number that must have its bin, NaN = none.</param>
    private DistributionScale? Scale(DistributionUnit unit, bool? whole, List<double> sorted, double also)
    {
        if (sorted.Count == 0)
        {
            return null;
        }

        var (low, high) = (sorted[(int)(sorted.Count * Tail)], sorted[sorted.Count - 1 - (int)(sorted.Count * Tail)]);
        (low, high) = double.IsNaN(also) ? (low, high) : (Math.Min(low, also), Math.Max(high, also));
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
