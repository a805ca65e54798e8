using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MarketingConsole.Core.Learning.Classification;

/// <summary>Scores blocks of 256 rows at once. Every question that the trees ask is answered once for the block as 256 bits; a node's rows are then the bits of its parent's rows and the answer,
/// so that a tree costs two operations a node for all 256 rows. The leaf numbers, as bit planes, are turned into bytes and looked up.
/// In the spirit of Lucchese et al., QuickScorer, 2015, and Ye et al., RapidScorer, 2018, with rows instead of leaves along the bits.</summary>
internal sealed class BatchScorer
{
    private const int Block = 256;
    private const byte Missing = 255;
    private readonly double _base;
    private readonly int[] _features;
    private readonly float[][] _edges;
    private readonly float[]?[] _categories;
    private readonly Question[] _questions;
    private readonly Compiled[] _trees;

    /// <summary>What it was compiled from.</summary>
    public IReadOnlyList<BoostedTree> Source { get; }

    public BatchScorer(double start, IReadOnlyList<BoostedTree> trees, float[]?[] categories)
    {
        (_base, _categories, Source) = (start, categories, trees);
        _features = [.. trees.SelectMany(x => x.Feature).Where(x => x >= 0).Distinct().Order()];
        _edges = new float[categories.Length][];
        var thresholds = new float[categories.Length][];
        foreach (var f in _features.Where(f => categories[f] is null))
        {
            thresholds[f] = [.. trees.SelectMany(x => x.Threshold.Where((_, node) => x.Feature[node] == f)).Distinct().Order()];
            _edges[f] = BinSearch.Pad(thresholds[f]);
        }

        var numbers = new Dictionary<string, int>();
        var questions = new List<Question>();
        _trees = [.. trees.Select(tree => Compile(tree, node =>
        {
            var f = tree.Feature[node];
            var question = tree.Categories[node] is { } left
                ? new Question(f, 0, false, [.. Enumerable.Range(0, 256).Select(b => b == Missing ? tree.MissingLeft[node] : b < categories[f]!.Length && Array.BinarySearch(left, categories[f]![b]) >= 0)])
                : new Question(f, (byte)Array.BinarySearch(thresholds[f], tree.Threshold[node]), tree.MissingLeft[node], null);
            var key = $"{f} {question.Bin} {question.MissingLeft} {(question.Left is null ? "" : string.Concat(question.Left.Select(x => x ? '1' : '0')))}";
            if (!numbers.TryGetValue(key, out var number))
            {
                numbers[key] = number = questions.Count;
                questions.Add(question);
            }

            return number;
        }))];
        _questions = [.. questions.OrderBy(x => x.Feature)];
        var places = questions.Select((x, i) => (x, i)).OrderBy(x => x.x.Feature).Select((x, place) => (x.i, place)).ToDictionary(x => x.i, x => x.place);
        foreach (var tree in _trees)
        {
            for (var i = 0; i < tree.Question.Length; i++)
            {
                tree.Question[i] = places[tree.Question[i]];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Score(IReadOnlyList<float[]> columns, Span<double> scores)
    {
        var bins = new byte[_categories.Length][];
        foreach (var f in _features)
        {
            bins[f] = new byte[Block];
        }

        var answers = new Vector256<byte>[_questions.Length];
        var rows = new Vector256<byte>[_trees.Length == 0 ? 1 : _trees.Max(x => x.Question.Length) * 2 + 1];
        var leaves = new byte[4 * Block];
        for (var from = 0; from < scores.Length; from += Block)
        {
            var count = Math.Min(Block, scores.Length - from);
            foreach (var f in _features)
            {
                Bin(columns[f].AsSpan(from, count), bins[f], f);
            }

            Answer(bins, answers);
            var sums = scores.Slice(from, count);
            sums.Fill(_base);
            var tree = 0;
            for (; tree + 4 <= _trees.Length; tree += 4)
            {
                for (var k = 0; k < 4; k++)
                {
                    Leaves(_trees[tree + k], answers, rows, ref leaves[k * Block]);
                }

                Add(sums, leaves, _trees[tree].Value, _trees[tree + 1].Value, _trees[tree + 2].Value, _trees[tree + 3].Value);
            }

            for (; tree < _trees.Length; tree++)
            {
                Leaves(_trees[tree], answers, rows, ref leaves[0]);
                for (var i = 0; i < count; i++)
                {
                    sums[i] += _trees[tree].Value[leaves[i]];
                }
            }
        }
    }

    private void Bin(ReadOnlySpan<float> values, byte[] bins, int feature)
    {
        if (_categories[feature] is not { } known)
        {
            BinSearch.Map(values, bins, _edges[feature], Missing);
            return;
        }

        for (var i = 0; i < values.Length; i++)
        {
            var at = Array.BinarySearch(known, values[i]);
            bins[i] = at < 0 ? Missing : (byte)at;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Answer(byte[][] bins, Vector256<byte>[] answers)
    {
        Span<uint> bits = stackalloc uint[8];
        for (var q = 0; q < _questions.Length; q++)
        {
            ref readonly var question = ref _questions[q];
            ref var cell = ref MemoryMarshal.GetArrayDataReference(bins[question.Feature]);
            if (question.Left is { } left)
            {
                for (var i = 0; i < 8; i++)
                {
                    var word = 0u;
                    for (var j = 0; j < 32; j++)
                    {
                        word |= (left[Unsafe.Add(ref cell, (i * 32) + j)] ? 1u : 0) << j;
                    }

                    bits[i] = word;
                }
            }
            else
            {
                // Missing is 255, which is above every bin; one more makes it 0, below every bin
                var shift = Vector256.Create(question.MissingLeft ? (byte)1 : (byte)0);
                var limit = Vector256.Create((byte)(question.Bin + (question.MissingLeft ? 1 : 0)));
                for (var i = 0; i < 8; i++)
                {
                    var value = Vector256.LoadUnsafe(ref cell, (nuint)(i * 32)) + shift;
                    bits[i] = Vector256.Equals(Vector256.Min(value, limit), value).ExtractMostSignificantBits();
                }
            }

            answers[q] = Vector256.Create<uint>(bits).AsByte();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Leaves(Compiled tree, Vector256<byte>[] answers, Vector256<byte>[] rows, ref byte leaves)
    {
        ref var answer = ref MemoryMarshal.GetArrayDataReference(answers);
        ref var at = ref MemoryMarshal.GetArrayDataReference(rows);
        at = Vector256<byte>.AllBitsSet;
        ref var question = ref MemoryMarshal.GetArrayDataReference(tree.Question);
        ref var child = ref MemoryMarshal.GetArrayDataReference(tree.Place);
        // place 0 … n−1: the inner nodes in order; n …: the leaves
        for (nint i = 0; i < tree.Question.Length; i++)
        {
            var here = Unsafe.Add(ref at, i);
            var yes = here & Unsafe.Add(ref answer, Unsafe.Add(ref question, i));
            Unsafe.Add(ref at, Unsafe.Add(ref child, 2 * i)) = yes;
            Unsafe.Add(ref at, Unsafe.Add(ref child, (2 * i) + 1)) = here ^ yes;
        }

        ref var leaf = ref Unsafe.Add(ref at, tree.Question.Length);
        var pick = Vector256.Create(0x8040201008040201UL).AsByte();
        var spread = Vector256.Create(0UL, 0x0101010101010101UL, 0x0202020202020202UL, 0x0303030303030303UL).AsByte();
        Span<Vector256<uint>> planes = stackalloc Vector256<uint>[8];
        var count = tree.Planes;
        for (var plane = 0; plane < count; plane++)
        {
            var sum = Vector256<byte>.Zero;
            foreach (var number in tree.Members[plane])
            {
                sum |= Unsafe.Add(ref leaf, number);
            }

            planes[plane] = sum.AsUInt32();
        }

        for (var word = 0; word < 8; word++)
        {
            var number = Vector256<byte>.Zero;
            for (var plane = 0; plane < count; plane++)
            {
                var copies = Vector256.Shuffle(Vector256.Create(planes[plane].GetElement(word)).AsByte(), spread);
                number |= Vector256.Equals(copies & pick, pick) & Vector256.Create((byte)(1 << plane));
            }

            number.StoreUnsafe(ref leaves, (nuint)(word * 32));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add(Span<double> sums, byte[] leaves, double[] a, double[] b, double[] c, double[] d)
    {
        ref var leaf = ref MemoryMarshal.GetArrayDataReference(leaves);
        ref var va = ref MemoryMarshal.GetArrayDataReference(a);
        ref var vb = ref MemoryMarshal.GetArrayDataReference(b);
        ref var vc = ref MemoryMarshal.GetArrayDataReference(c);
        ref var vd = ref MemoryMarshal.GetArrayDataReference(d);
        for (var i = 0; i < sums.Length; i++)
        {
            var one = Unsafe.Add(ref va, (nint)Unsafe.Add(ref leaf, i)) + Unsafe.Add(ref vb, (nint)Unsafe.Add(ref leaf, i + Block));
            var two = Unsafe.Add(ref vc, (nint)Unsafe.Add(ref leaf, i + (2 * Block))) + Unsafe.Add(ref vd, (nint)Unsafe.Add(ref leaf, i + (3 * Block)));
            sums[i] += one + two;
        }
    }

    private static Compiled Compile(BoostedTree tree, Func<int, int> question)
    {
        int[] inner = [.. Enumerable.Range(0, tree.Feature.Length).Where(i => tree.Feature[i] >= 0)], leaves = [.. Enumerable.Range(0, tree.Feature.Length).Where(i => tree.Feature[i] < 0)];
        var place = new int[tree.Feature.Length];
        for (var i = 0; i < inner.Length; i++)
        {
            place[inner[i]] = i;
        }

        for (var i = 0; i < leaves.Length; i++)
        {
            place[leaves[i]] = inner.Length + i;
        }

        var planes = 32 - System.Numerics.BitOperations.LeadingZeroCount((uint)(leaves.Length - 1));
        return new(
            [.. inner.Select(question)],
            [.. inner.SelectMany(i => new[] { place[tree.Left[i]], place[tree.Right[i]] })],
            [.. leaves.Select(i => tree.Value[i])],
            [.. Enumerable.Range(0, planes).Select(plane => Enumerable.Range(0, leaves.Length).Where(i => ((i >> plane) & 1) == 1).ToArray())],
            planes);
    }

    private readonly record struct Question(int Feature, byte Bin, bool MissingLeft, bool[]? Left);

    private sealed record Compiled(int[] Question, int[] Place, double[] Value, int[][] Members, int Planes);
}
