using MarketingConsole.Core.Twins.Store;

namespace MarketingConsole.Tests.Twins.Store;

public sealed class ColumnTests
{
    private const int Slots = 10_007; // not a multiple of sixty-four

    [Theory]
    [InlineData(1)]
    [InlineData(200)]
    [InlineData(60_000)]
    public void SlotValues_AnyInterval_FindsThoseWithin(int known)
    {
        var random = new Random(known);
        var (numbers, wholes, expected) = (new SlotValues(Slots + 100), new SlotValues(Slots + 100), new Dictionary<int, double>());
        for (var i = 0; i < known; i++)
        {
            var (slot, x) = (random.Next(Slots), random.Next(-50, 50));
            numbers.Add(slot, x);
            wholes.AddWhole(slot, x);
            expected[slot] = expected.GetValueOrDefault(slot) + x;
        }

        foreach (var (low, high) in new[] { (-10.5, 10.5), (0, 0), (double.NegativeInfinity, -1), (3, double.PositiveInfinity), (1e12, 2e12), (-2e12, -1e12), (5, 4), (.2, .8) })
        {
            var within = expected.Where(x => x.Value >= low && x.Value <= high).Select(x => x.Key).Order();
            Assert.Equal(within, numbers.Between(low, high, Slots).Slots());
            Assert.Equal(within, wholes.Between(low, high, Slots).Slots());
        }

        Assert.Equal(expected.Keys.Order(), wholes.Known(Slots).Slots());
        Assert.All(Enumerable.Range(0, Slots), x => Assert.Equal(expected.TryGetValue(x, out var value) ? value : double.NaN, wholes[x]));
    }

    [Fact]
    public void SlotValues_ClearedAndUsedOtherwise_KnowsNothingOfBefore()
    {
        var values = new SlotValues(Slots);
        values.AddWholes([1, 2, 2], [10, 20, 30]);
        values.Clear();
        values.Add(2, .5);
        Assert.Equal([2], values.Known(Slots).Slots());
        Assert.Equal(.5, values[2]);
        values.Clear();
        values.AddWholes([2, 3], [7, 8], [1]);
        Assert.Equal([3], values.Between(8, 8, Slots).Slots());
    }

    [Theory]
    [InlineData(int.MaxValue, 1, true)]
    [InlineData(int.MinValue, -1, true)]
    [InlineData(int.MaxValue, int.MinValue, false)]
    [InlineData(int.MaxValue - 1, 1, false)]
    public void SlotValues_SumBeyond32Bits_IsTold(int a, int b, bool overflown)
    {
        var (listed, ranged) = (new SlotValues(Slots), new SlotValues(Slots));
        listed.AddWholes([5, 6, 5], [a, 1, b], [0, 1, 2]);
        ranged.AddWholes([5, 6, 5], [a, 1, b]);
        Assert.Equal(overflown, listed.Overflown);
        Assert.Equal(overflown, ranged.Overflown);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(200)]
    [InlineData(300)]
    [InlineData(70_000)]
    public void Traits_ManyValues_FindThoseThatPass(int values)
    {
        var (random, column, expected) = (new Random(values), new TraitColumn(), Enumerable.Range(0, Slots).Select(_ => new List<int>()).ToArray());
        for (var i = 0; i < values * 2; i++)
        {
            var (slot, value) = (random.Next(Slots), i < values ? i : random.Next(values));
            expected[slot].Add(value);
            column.Add(slot, $"v{value}", value);
        }

        for (var slot = 0; slot < Slots; slot += 3)
        {
            expected[slot].Clear();
            column.Remove(slot);
        }

        expected[4].Add(values / 2);
        column.Add(4, $"v{values / 2}", values / 2);
        foreach (var test in new Func<int, bool>[] { _ => true, _ => false, x => x == values - 1, x => x != 0, x => x % 2 == 0 })
        {
            Assert.Equal(Enumerable.Range(0, Slots).Where(x => expected[x].Exists(v => test(v))), column.Where((_, n) => test((int)n!), Slots).Slots());
        }

        var read = new List<(int, int)>();
        column.Each((slot, _, n) => read.Add((slot, (int)n!)));
        Assert.Equal(expected.SelectMany((x, slot) => x.Select(v => (slot, v))).Order(), read.Order());
    }

    [Theory]
    [InlineData(3)]
    [InlineData(250)]
    [InlineData(1_000)]
    [InlineData(66_000)]
    public void Texts_ManyDifferent_FindThoseThatPass(int different)
    {
        var (column, slots) = (new TextColumn(), Math.Max(Slots, different + 7));
        for (var slot = 0; slot < slots; slot++)
        {
            column[slot] = slot % 11 == 0 ? null : $"t{slot % different}";
        }

        bool Passes(int slot, Func<int, bool> test) => slot % 11 != 0 && test(slot % different);
        foreach (var test in new Func<int, bool>[] { x => x == 1, x => x != 1, x => x % 2 == 0, _ => true, _ => false })
        {
            Assert.Equal(Enumerable.Range(0, slots).Where(x => Passes(x, test)), column.Where(x => test(int.Parse(x[1..], System.Globalization.CultureInfo.InvariantCulture)), slots).Slots());
        }
    }
}
