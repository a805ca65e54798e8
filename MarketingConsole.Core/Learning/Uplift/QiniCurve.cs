namespace MarketingConsole.Core.Learning.Uplift;

/// <param name="Share">Share of customers reached, those with the highest forecast effect first.</param>
/// <param name="Gain">Additional outcomes among the exposed of that share: Yt − Yc·Nt / Nc.</param>
public sealed record QiniPoint(double Share, double Gain);

/// <param name="Share">Top share by forecast effect.</param>
/// <param name="Effect">Mean outcome of its exposed less that of its others.</param>
/// <param name="Low">Lower end of the 95 % bootstrap interval.</param>
public sealed record UpliftAt(double Share, double Effect, double Low, double High);

/// <summary>How well forecast effects rank customers by the true effect of a randomised exposure. The Qini coefficient is the area between the curve and the straight line of reaching customers by lot, divided by the same area of the best curve that the outcomes allow
/// (exposed with the highest outcomes first, unexposed with the highest last): 0 is chance, 1 cannot be reached, .05 to .1 is a useful campaign.
/// Sources: Radcliffe, Using control groups to target on predicted lift, 2007 (curve); Devriendt et al., Learning to rank for uplift modeling, 2020 (division by the best curve).</summary>
/// <param name="Points">About a hundred points of the curve.</param>
/// <param name="Coefficient">Qini coefficient.</param>
/// <param name="Low">Lower end of its 95 % bootstrap interval.</param>
/// <param name="SurelyAbove">The coefficient less three bootstrap standard errors; above 0 the ranking is better than chance, with room for having tried several models and outcomes (two would be passed by chance once in 40 tries, three once in 700).</param>
public sealed record QiniCurve(IReadOnlyList<QiniPoint> Points, double Coefficient, double Low, double High, double SurelyAbove, IReadOnlyList<UpliftAt> Top)
{
    private const int Samples = 500;
    private static readonly double[] Shares = [0.1, 0.2, 0.3, 0.5];

    /// <param name="effects">Forecast effects from models that did not see the row; rows with the same effect count as one step.</param>
    /// <param name="units">Whose row each is, where somebody has several: the bootstrap draws all rows of one together. Null = each its own.</param>
    public static QiniCurve Of(IReadOnlyList<double> effects, IReadOnlyList<bool> exposed, IReadOnlyList<double> outcomes, IReadOnlyList<int>? units = null, int seed = 1, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(effects);
        var n = effects.Count;
        int[] exposedRows = [.. Enumerable.Range(0, n).Where(i => exposed[i])], others = [.. Enumerable.Range(0, n).Where(i => !exposed[i])];
        if (exposedRows.Length < 2 || others.Length < 2)
        {
            throw new LearningException("Both customers who got the offer and customers who did not are needed.");
        }

        var ranked = new Order([.. effects], exposed, outcomes);
        var best = new Order([.. Enumerable.Range(0, n).Select(i => exposed[i] ? outcomes[i] : -outcomes[i])], exposed, outcomes);
        var weights = new int[n];
        Array.Fill(weights, 1);
        double Coefficient() => best.Area(weights) is > 0 and var area ? ranked.Area(weights) / area : 0;
        var coefficient = Coefficient();
        var top = Shares.Select(s => ranked.Effect(weights, s)).ToArray();
        var points = ranked.Points();

        int[][][] strata = units is null ? [[.. exposedRows.Select(i => new[] { i })], [.. others.Select(i => new[] { i })]] : [[.. Enumerable.Range(0, n).GroupBy(i => units[i], (_, own) => own.ToArray())]];
        var random = new Random(seed);
        var draws = new double[Samples];
        var topDraws = Shares.Select(_ => new double[Samples]).ToArray();
        for (var b = 0; b < Samples; b++)
        {
            cancel.ThrowIfCancellationRequested();
            Array.Clear(weights);
            foreach (var stratum in strata)
            {
                for (var i = 0; i < stratum.Length; i++)
                {
                    foreach (var row in stratum[random.Next(stratum.Length)])
                    {
                        weights[row]++;
                    }
                }
            }

            draws[b] = Coefficient();
            for (var s = 0; s < Shares.Length; s++)
            {
                topDraws[s][b] = ranked.Effect(weights, Shares[s]);
            }
        }

        var mean = draws.Average();
        var error = Math.Sqrt(draws.Sum(x => (x - mean) * (x - mean)) / (Samples - 1));
        Array.Sort(draws);
        foreach (var draw in topDraws)
        {
            Array.Sort(draw);
        }

        return new(points, coefficient, At(draws, 0.025), At(draws, 0.975), coefficient - (3 * error), [.. Shares.Select((s, k) => new UpliftAt(s, top[k], At(topDraws[k], 0.025), At(topDraws[k], 0.975)))]);
    }

    private static double At(double[] sorted, double share) => sorted[(int)Math.Round(share * (sorted.Length - 1))];

    /// <summary>Rows by falling score.</summary>
    private sealed class Order
    {
        private readonly int[] _rows;
        private readonly bool[] _ends; // last of its score
        private readonly bool[] _exposed;
        private readonly double[] _outcomes;

        public Order(double[] scores, IReadOnlyList<bool> exposed, IReadOnlyList<double> outcomes)
        {
            _rows = [.. Enumerable.Range(0, scores.Length).OrderByDescending(i => scores[i])];
            _ends = [.. _rows.Select((row, k) => k == _rows.Length - 1 || scores[_rows[k + 1]] != scores[row])];
            _exposed = [.. _rows.Select(i => exposed[i])];
            _outcomes = [.. _rows.Select(i => outcomes[i])];
        }

        /// <summary>Area above the straight line, over shares of 0 to 1.</summary>
        public double Area(int[] weights)
        {
            var (area, reached, last, gain) = (0.0, 0, 0, 0.0);
            var sums = default(Sums);
            for (var k = 0; k < _rows.Length; k++)
            {
                var w = weights[_rows[k]];
                sums.Add(_exposed[k], _outcomes[k], w);
                reached += w;
                if (_ends[k] && reached > last)
                {
                    area += (gain + sums.Gain) / 2 * (reached - last);
                    (gain, last) = (sums.Gain, reached);
                }
            }

            return (area / last) - (gain / 2);
        }

        /// <summary>Difference of the means in the top share; rows with the same score come in by their order.</summary>
        public double Effect(int[] weights, double share)
        {
            var (wanted, reached, sums) = (share * weights.Sum(), 0, default(Sums));
            for (var k = 0; k < _rows.Length && reached < wanted; k++)
            {
                sums.Add(_exposed[k], _outcomes[k], weights[_rows[k]]);
                reached += weights[_rows[k]];
            }

            return sums.Difference;
        }

        public List<QiniPoint> Points()
        {
            const int Steps = 100;
            var points = new List<QiniPoint> { new(0, 0) };
            var sums = default(Sums);
            for (var k = 0; k < _rows.Length; k++)
            {
                sums.Add(_exposed[k], _outcomes[k], 1);
                var share = (k + 1.0) / _rows.Length;
                if (_ends[k] && (share >= points[^1].Share + (1.0 / Steps) || k == _rows.Length - 1))
                {
                    points.Add(new(share, sums.Gain));
                }
            }

            return points;
        }
    }

    private struct Sums
    {
        private double _exposedOutcome, _otherOutcome;
        private long _exposed, _others;

        public readonly double Gain => _exposedOutcome - (_others > 0 ? _otherOutcome * _exposed / _others : 0);

        public readonly double Difference => (_exposed > 0 ? _exposedOutcome / _exposed : 0) - (_others > 0 ? _otherOutcome / _others : 0);

        public void Add(bool exposed, double outcome, int weight)
        {
            if (exposed)
            {
                (_exposedOutcome, _exposed) = (_exposedOutcome + (weight * outcome), _exposed + weight);
            }
            else
            {
                (_otherOutcome, _others) = (_otherOutcome + (weight * outcome), _others + weight);
            }
        }
    }
}
