using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MarketingConsole.Core.Learning.Classification;

/// <summary>The best way to cut a leaf in two.</summary>
/// <param name="Gain">Fall of the loss, above 0.</param>
/// <param name="Bin">Last bin that goes left (numeric columns).</param>
/// <param name="LeftBins">Bins that go left (category columns), the missing one included where it does.</param>
internal sealed record Split(double Gain, int Feature, int Bin, bool MissingLeft, bool[]? LeftBins, double LeftValue, double RightValue);

/// <summary>Finds splits in histograms whose cells pack the sum of gradients (upper 32 bits) and of hessians (lower 32 bits) as fixed-point numbers.
/// Sources: Chen and Guestrin, XGBoost, 2016, equation 7; Ke et al., LightGBM, 2017 (category columns ordered by gradient over hessian, after Fisher, 1958).</summary>
/// <param name="l2">In units of the packed hessians.</param>
/// <param name="smoothing">In units of the packed hessians.</param>
/// <param name="monotone">−1, 0 or +1 a column.</param>
internal sealed class SplitFinder(BinnedFeatures data, double l2, double smoothing, int minRows, int[] monotone)
{
    private readonly bool _anyMonotone = monotone.Any(x => x != 0);

    public static double G(long cell) => (int)(cell >> 32);

    public static double H(long cell) => (uint)cell;

    /// <param name="counts">By column, rows a bin; null where they are to be estimated from the hessians.</param>
    /// <param name="low">Least value a child may have, in packed units.</param>
    /// <param name="high">Greatest value.</param>
    /// <returns>Null when no split helps.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public Split? Find(long[] histogram, long total, int rows, int[]?[]? counts, double low, double high)
    {
        var best = new Candidate { Feature = -1 };
        var parent = Score(G(total), H(total) + l2, low, high);
        for (var j = 0; j < data.Bins.Length; j++)
        {
            if (data.Categories[j] is not null)
            {
                Categories(j, histogram, total, rows, counts?[j], low, high, parent, ref best);
                continue;
            }

            var (bins, offset) = (data.Bins[j], data.Offsets[j]);
            var missing = data.HasMissing[j] ? histogram[offset + bins] : 0;
            var missingRows = counts?[j]?[bins] ?? 0;
            Numeric(j, histogram.AsSpan(offset, bins - (missing == 0 ? 1 : 0)), counts?[j] ?? [], 0, 0, total, rows, low, high, parent, false, ref best);
            if (missing != 0)
            {
                Numeric(j, histogram.AsSpan(offset, bins - 1), counts?[j] ?? [], missing, missingRows, total, rows, low, high, parent, true, ref best);
            }
        }

        if (best.Feature < 0)
        {
            return null;
        }

        var (left, right) = (best.Left, total - best.Left);
        var extra = best.LeftBins is null ? 0 : smoothing;
        var missingLeft = data.HasMissing[best.Feature] && histogram[data.Offsets[best.Feature] + data.Bins[best.Feature]] != 0 ? best.MissingLeft : H(left) > H(right);
        return new(best.Gain, best.Feature, best.Bin, missingLeft, best.LeftBins, Math.Clamp(-G(left) / (H(left) + l2 + extra), low, high), Math.Clamp(-G(right) / (H(right) + l2 + extra), low, high));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Numeric(int feature, ReadOnlySpan<long> cells, ReadOnlySpan<int> counts, long left, int leftRows, long total, int rows, double low, double high, double parent, bool missingLeft, ref Candidate best)
    {
        var (sumG, sumH, perH) = (G(total), H(total), rows / Math.Max(1, H(total)));
        var direction = monotone[feature];
        var free = !_anyMonotone;
        var bar = parent + best.Gain;
        for (var b = 0; b < cells.Length; b++)
        {
            if (cells[b] == 0 && (counts.IsEmpty || counts[b] == 0))
            {
                continue;
            }

            left += cells[b];
            var (g, h) = (G(left), H(left));
            var (restG, restH) = (sumG - g, sumH - h);
            if (counts.IsEmpty)
            {
                if (h * perH < minRows)
                {
                    continue;
                }

                if (restH * perH < minRows)
                {
                    break;
                }
            }
            else
            {
                leftRows += counts[b];
                if (leftRows < minRows)
                {
                    continue;
                }

                if (rows - leftRows < minRows)
                {
                    break;
                }
            }

            var (a, c) = (h + l2, restH + l2);
            if (free)
            {
                var (numerator, denominator) = ((g * g * c) + (restG * restG * a), a * c);
                if (numerator > bar * denominator * (1 + 1e-12) && h > 0 && restH > 0)
                {
                    bar = numerator / denominator;
                    best = new() { Feature = feature, Bin = b, MissingLeft = missingLeft, Left = left, Gain = bar - parent };
                }
            }
            else if (h > 0 && restH > 0 && !(direction != 0 && direction * (Math.Clamp(-restG / c, low, high) - Math.Clamp(-g / a, low, high)) < 0))
            {
                var score = Score(g, a, low, high) + Score(restG, c, low, high);
                if (score > bar * (1 + 1e-12))
                {
                    bar = score;
                    best = new() { Feature = feature, Bin = b, MissingLeft = missingLeft, Left = left, Gain = bar - parent };
                }
            }
        }
    }

    private void Categories(int feature, long[] histogram, long total, int rows, int[]? counts, double low, double high, double parent, ref Candidate best)
    {
        var (bins, offset, perH) = (data.Bins[feature], data.Offsets[feature], rows / Math.Max(1, H(total)));
        int[] order = [.. Enumerable.Range(0, bins + 1).Where(b => histogram[offset + b] != 0).OrderBy(b => G(histogram[offset + b]) / (H(histogram[offset + b]) + smoothing))];
        var (left, leftRows) = (0L, 0.0);
        for (var i = 0; i + 1 < order.Length; i++)
        {
            left += histogram[offset + order[i]];
            leftRows += counts?[order[i]] ?? (H(histogram[offset + order[i]]) * perH);
            var (g, h) = (G(left), H(left));
            if (leftRows < minRows || rows - leftRows < minRows || h <= 0 || H(total) - h <= 0)
            {
                continue;
            }

            var score = Score(g, h + l2 + smoothing, low, high) + Score(G(total) - g, H(total) - h + l2 + smoothing, low, high);
            if (score - parent > best.Gain * (1 + 1e-12) && score > parent * (1 + 1e-12))
            {
                var bin = new bool[bins + 1];
                foreach (var b in order.AsSpan(0, i + 1))
                {
                    bin[b] = true;
                }

                best = new() { Feature = feature, LeftBins = bin, MissingLeft = bin[bins], Left = left, Gain = score - parent };
            }
        }
    }

    /// <summary>Twice the fall of the loss when a leaf takes its best value within bounds.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Score(double g, double h, double low, double high)
    {
        var value = Math.Clamp(-g / Math.Max(h, 1e-300), low, high);
        return -((2 * g * value) + (h * value * value));
    }

    private struct Candidate
    {
        public int Feature, Bin;
        public bool MissingLeft;
        public long Left;
        public double Gain;
        public bool[]? LeftBins;
    }
}
