using System.Globalization;

namespace MarketingConsole.Core.Segments;

/// <summary>Bins with round ends for a range of numbers, a first one for what lies below and a last one for what lies above.</summary>
internal sealed class DistributionScale
{
    private const int MostBins = 40;
    private const double Slack = 1e-9; // 0.29 × 100 belongs to 29
    private static readonly int[] Round = [1, 2, 5, 10];
    private static readonly double[] DaySteps = [1, 2, 5, 7, 10, 14, 30, 60, 90, 180, 365, 730, 1825, 3650];
    private static readonly (int Days, int Months)[] DateSteps = [(1, 0), (7, 0), (0, 1), (0, 3), (0, 6), (0, 12), (0, 24), (0, 60), (0, 120), (0, 240)];
    private static readonly int Oldest = new DateOnly(1800, 1, 1).DayNumber;
    private static readonly int Latest = new DateOnly(2300, 1, 1).DayNumber;
    private static readonly int Epoch = DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;
    private static readonly CultureInfo English = CultureInfo.GetCultureInfo("en-GB");

    private readonly DistributionUnit _unit;
    private readonly RuleNames _names;
    private readonly bool _whole;
    private readonly double[] _edges;
    private readonly double _low, _step, _perStep;
    private readonly int[]? _binOfDay; // where bins differ in length

    /// <param name="low">What the bins must cover; rounded outwards.</param>
    /// <param name="whole">All values are whole numbers.</param>
    public DistributionScale(DistributionUnit unit, double low, double high, bool whole, RuleNames names)
    {
        (_unit, _names, _whole) = (unit, names, whole || unit is DistributionUnit.DaysAgo or DistributionUnit.DaysAhead or DistributionUnit.Years);
        if (unit == DistributionUnit.Date)
        {
            _edges = Dates((int)low, (int)high);
            (_low, _step, _perStep) = (_edges[0], 1, 1);
            _binOfDay = new int[(int)(_edges[^1] - _edges[0])];
            for (var (day, bin) = (0, 0); day < _binOfDay.Length; day++)
            {
                bin += day + _edges[0] >= _edges[bin + 1] ? 1 : 0;
                _binOfDay[day] = bin;
            }

            return;
        }

        _step = Step(high - low);
        _perStep = 1 / _step;
        _low = Math.Floor((low / _step) + Slack) * _step;
        var bins = Math.Max(1, (int)Math.Floor(((high - _low) / _step) + Slack) + (unit == DistributionUnit.Percent && high >= 100 ? 0 : 1)); // 100 per cent has no bin of its own
        _edges = [.. Enumerable.Range(0, bins + 1).Select(x => Math.Round(_low + (x * _step), 9))];
    }

    /// <summary>Bins there are, with the first and the last.</summary>
    public int Count => _edges.Length + 1;

    /// <summary>0 = below all, <see cref="Count"/> − 1 = above all.</summary>
    public int Bin(double x)
    {
        if (_binOfDay is { } bins)
        {
            var day = x - _low;
            return day < 0 ? 0 : day >= bins.Length ? Count - 1 : bins[(int)day] + 1;
        }

        var bin = Math.Floor(((x - _low) * _perStep) + Slack) + 1;
        return bin < 1 ? 0 : bin < Count - 1 ? (int)bin : _unit == DistributionUnit.Percent && x <= _edges[^1] + Slack ? Count - 2 : Count - 1;
    }

    public DistributionBin Describe(int bin, int customers, int kept)
    {
        var (from, to) = (bin == 0 ? (double?)null : _edges[bin - 1], bin == Count - 1 ? (double?)null : _edges[bin]);
        return new DistributionBin(Label(from, to), from is { } start ? Value(start) : "", from, to, customers, kept);
    }

    private string Label(double? from, double? to) => (from, to) switch
    {
        (null, { } end) when _unit is DistributionUnit.DaysAgo or DistributionUnit.DaysAhead && end == 0 => _unit == DistributionUnit.DaysAgo ? "still to come" : "already past",
        (null, { } end) => _unit == DistributionUnit.Date ? $"before {Value(end)}" : $"less than {Value(end)}",
        ({ } start, null) => _unit == DistributionUnit.Date ? $"{Value(start)} or later" : $"{Value(start)} or more",
        ({ } start, { } end) when _unit == DistributionUnit.Date => end - start == 1 ? Value(start) : $"{Value(start)} to {Value(end - 1)}",
        ({ } start, { } end) when _whole => end - start <= 1 ? Value(start) : $"{Number(start)} to {Value(end - 1)}",
        ({ } start, { } end) => $"{Number(start)} to {Value(end)}",
        _ => "",
    };

    private string Value(double x) => _unit switch
    {
        DistributionUnit.Money => RuleSentence.Money(x, _names),
        DistributionUnit.Percent => $"{Number(x)} %",
        DistributionUnit.Points => RuleSentence.Points(x),
        DistributionUnit.Date => DateOnly.FromDayNumber((int)x + Epoch).ToString("d MMM yyyy", English),
        DistributionUnit.DaysAgo or DistributionUnit.DaysAhead => RuleSentence.Days(x),
        DistributionUnit.Years => $"{Number(x)} {RuleSentence.Plural("year", x)}",
        DistributionUnit.Kilometres => $"{Number(x)} km",
        _ => Number(x),
    };

    private string Number(double x) => _unit == DistributionUnit.Points ? RuleSentence.Signed(x) : RuleSentence.Count(x);

    private double Step(double range)
    {
        if (_unit is DistributionUnit.DaysAgo or DistributionUnit.DaysAhead)
        {
            return DaySteps.FirstOrDefault(x => range / x < MostBins, DaySteps[^1]);
        }

        var least = range / MostBins;
        var power = Math.Pow(10, Math.Floor(Math.Log10(Math.Max(least, 1e-6))));
        var step = Round.Select(x => x * power).First(x => x > least * (1 - Slack));
        return _whole ? Math.Max(1, step) : Math.Max(_unit == DistributionUnit.Percent ? 5 : 0.01, step);
    }

    /// <summary>Days, weeks from Monday, months, quarters, years.</summary>
    private static double[] Dates(int low, int high)
    {
        var (first, last) = (DateOnly.FromDayNumber(Math.Clamp(low + Epoch, Oldest, Latest)), DateOnly.FromDayNumber(Math.Clamp(high + Epoch, Oldest, Latest)));
        var (days, months) = DateSteps.FirstOrDefault(x => (last.DayNumber - first.DayNumber) / (x.Days + (x.Months * 30.4)) < MostBins, DateSteps[^1]);
        var edge = days == 1 ? first : days == 7 ? first.AddDays(-(((int)first.DayOfWeek + 6) % 7)) : new DateOnly(first.Year, 1, 1).AddMonths((first.Month - 1) / Math.Min(months, 12) * Math.Min(months, 12)).AddYears(-(months > 12 ? first.Year % (months / 12) : 0));
        var edges = new List<double> { edge.DayNumber - Epoch };
        while (edge <= last)
        {
            edge = edge.AddDays(days).AddMonths(months);
            edges.Add(edge.DayNumber - Epoch);
        }

        return [.. edges];
    }
}
