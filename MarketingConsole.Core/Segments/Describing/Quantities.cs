using System.Globalization;

namespace MarketingConsole.Core.Segments.Describing;

/// <summary>How much: a comparison in the operators of events, which fields share.</summary>
/// <param name="Assumed">True when nothing but the number was said.</param>
internal readonly record struct Compared(EventOperator Op, double Value, double? To, bool Assumed = false)
{
    public RuleOperator OfField => Op switch
    {
        EventOperator.AtLeast => RuleOperator.AtLeast,
        EventOperator.AtMost => RuleOperator.AtMost,
        EventOperator.Above => RuleOperator.Above,
        EventOperator.Below => RuleOperator.Below,
        EventOperator.Between => RuleOperator.Between,
        _ => RuleOperator.Is,
    };
}

/// <summary>Numbers, money, stretches of time and comparisons.</summary>
internal sealed class Quantities(Cursor cursor, string currency)
{
    private static readonly Dictionary<string, double> Words = Build();
    private static readonly (string Phrase, string Code)[] Currencies = [("€|eur|euro/euros", "EUR"), ("$|usd|dollar/dollars", "USD"), ("£|gbp|pound/pounds", "GBP"), ("chf|franc/francs", "CHF"), ("¥|jpy|yen", "JPY"), ("sek", "SEK"), ("pln|zloty", "PLN"), ("czk", "CZK")];

    public double? Number()
    {
        var (start, value, any) = (cursor.At, 0d, false);
        if (cursor.Is(TokenKind.Number))
        {
            (value, any) = (cursor.Now.Number, true);
            cursor.At++;
        }
        else if (cursor.Take("a? dozen"))
        {
            return 12;
        }
        else if (cursor.Take("a couple of?"))
        {
            return 2;
        }
        else
        {
            while (!cursor.End && cursor.Is(TokenKind.Word) && Spelt(cursor.Now.Word) is { } part)
            {
                (value, any) = (value + part, true);
                cursor.At++;
            }
        }

        any |= cursor.Sees("a hundred/thousand");
        value = cursor.Take("a? hundred") ? Math.Max(1, value) * 100 : cursor.Take("a? thousand|k") ? Math.Max(1, value) * 1000 : cursor.Take("million") ? value * 1e6 : value;
        if (!any)
        {
            cursor.At = start;
        }

        return any ? value : null;
    }

    /// <summary>Percentage points, below 0 too: "+2.5 points", "-1 percentage point", "3 %".</summary>
    public double? Points()
    {
        var start = cursor.At;
        var minus = cursor.Take("-|−|minus");
        if (!minus)
        {
            cursor.Take("+|plus");
        }

        if (Number() is not { } number)
        {
            cursor.At = start;
            return null;
        }

        cursor.Take("percentage? point/points|pp|%|per cent");
        return minus ? -number : number;
    }

    /// <summary>A number, with or without the shop's currency; another one is named as not understood.</summary>
    public double? Money()
    {
        var start = cursor.At;
        var code = Currency();
        if (Number() is not { } number)
        {
            cursor.At = start;
            return null;
        }

        code ??= Currency();
        if (code is not null && code != currency)
        {
            cursor.Miss(start, cursor.At, $"Amounts are in {currency} here.");
        }

        return number;
    }

    public double? Percent() => Number() is { } number ? cursor.Take("%|per cent") ? number : number : null;

    /// <summary>"at least 3", "3 or more", "between 2 and 5", "2 to 5", "over 100": each value read by <paramref name="value"/>.</summary>
    /// <param name="bare">What a value without any comparison means; null = then there is none.</param>
    public Compared? Compare(Func<double?> value, EventOperator? bare)
    {
        var start = cursor.At;
        if (cursor.Take("between") && value() is { } low && cursor.Take("and") && value() is { } high)
        {
            return new(EventOperator.Between, low, high);
        }

        cursor.At = start;
        EventOperator? op = cursor.Take("at least|no/not less/fewer than|a? minimum of?|> =|≥") ? EventOperator.AtLeast
            : cursor.Take("at most|up to|no/not more than|not over/above|a? maximum of?|< =|≤") ? EventOperator.AtMost
            : cursor.Take("more/greater/larger/higher/bigger/older/longer than|over|above|exceeding|beyond|>") ? EventOperator.Above
            : cursor.Take("less/fewer/smaller/lower/younger/shorter than|under|below|<") ? EventOperator.Below
            : cursor.Take("exactly|precisely|just|only|equal/equals to?|=") ? EventOperator.Exactly : null;
        var from = op is null && cursor.Take("from");
        if (value() is { } number)
        {
            if (op is null)
            {
                var after = cursor.At;
                if (cursor.Take("to|-|–|until|and") && (cursor.Ahead(-1)!.Value.Word != "and" || from) && value() is { } end)
                {
                    return new(EventOperator.Between, number, end);
                }

                cursor.At = after;
                op = cursor.Take("or/and more/over/above/higher/older/up/greater|+|plus") ? EventOperator.AtLeast : cursor.Take("or/and less/fewer/under/below/lower/younger") ? EventOperator.AtMost : null;
            }

            if ((op ?? (from ? null : bare)) is { } found)
            {
                return new(found, number, null, op is null && found != EventOperator.Exactly);
            }
        }

        cursor.At = start;
        return null;
    }

    /// <summary>"90 days", "a month", "half a year", "two hours". A month is 30 days, twelve are a year of 365.</summary>
    /// <param name="one">Whether the unit alone is enough: "the last month".</param>
    public (int? Days, int? Minutes)? Time(bool one = false)
    {
        var start = cursor.At;
        if (cursor.Take("half a/the? year|a half year|half-year"))
        {
            return (180, null);
        }

        var number = Number() ?? (cursor.Take("a|an") || one ? 1 : null);
        cursor.Take("full|whole|calendar");
        if (number is { } count && count > 0 && count * 366 < int.MaxValue)
        {
            if (Unit() is { } unit)
            {
                var days = unit.Days is 30 && count % 12 == 0 ? count / 12 * 365 : count * unit.Days;
                return unit.Days > 0 ? days == Math.Floor(days) ? ((int)days, null) : (null, (int)Math.Round(days * 1440)) : (null, (int)Math.Round(count * unit.Minutes));
            }
        }

        cursor.At = start;
        return null;
    }

    public int? Days(bool one = false) => cursor.Try(() => Time(one) is { Days: { } days } ? (object)days : null) as int?;

    public static string Text(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    private (int Days, int Minutes)? Unit() => cursor.Take("day/days") ? (1, 0) : cursor.Take("week/weeks") ? (7, 0) : cursor.Take("fortnight/fortnights") ? (14, 0) : cursor.Take("month/months") ? (30, 0) : cursor.Take("quarter/quarters") ? (90, 0)
        : cursor.Take("year/years") ? (365, 0) : cursor.Take("hour/hours") ? (0, 60) : cursor.Take("minute/minutes") ? (0, 1) : null;

    private string? Currency()
    {
        foreach (var (phrase, code) in Currencies)
        {
            if (cursor.Take(phrase))
            {
                return code;
            }
        }

        return cursor.Take(currency.ToLowerInvariant()) ? currency : null;
    }

    private static double? Spelt(string word)
    {
        var parts = word.Split('-').Select(x => Words.TryGetValue(x, out var value) ? value : (double?)null).ToList();
        return parts.TrueForAll(x => x is not null) ? parts.Sum() : null;
    }

    private static Dictionary<string, double> Build()
    {
        string[] small = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"],
            tens = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
        return small.Select((x, i) => (x, (double)i)).Concat(tens.Select((x, i) => (x, (i + 2) * 10d))).ToDictionary(x => x.x, x => x.Item2, StringComparer.Ordinal);
    }
}
