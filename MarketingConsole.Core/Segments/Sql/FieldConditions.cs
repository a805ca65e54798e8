using System.Linq.Expressions;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Twins;

namespace MarketingConsole.Core.Segments;

/// <summary>Comparisons of traits and twin features as SQL filters. Each says "known and …" itself, because a negated SQL comparison with NULL would not be the opposite.</summary>
internal sealed class FieldConditions(RuleScope scope)
{
    private const string End = "\u0003"; // end of text, which no text holds inside

    public Expression<Func<T, bool>> Compile<T>(FieldRule rule, RuleField field) => (field.Kind, field.Read) switch
    {
        (FieldKind.Text, Expression<Func<T, string?>> read) => Text(read, rule),
        (FieldKind.Number, Expression<Func<T, double?>> read) => Number(read, rule, 1),
        (FieldKind.Percent or FieldKind.Points, Expression<Func<T, double?>> read) => Number(read, rule, 100),
        (FieldKind.Money, Expression<Func<T, long?>> read) => Money(read, rule),
        (FieldKind.Years, Expression<Func<T, DateOnly?>> read) => Years(read, rule, DateOnly.FromDateTime(scope.AsOf)),
        (FieldKind.Date, Expression<Func<T, DateOnly?>> read) => Date(read, rule, DateOnly.FromDateTime(scope.AsOf)),
        (FieldKind.Instant, Expression<Func<T, DateTime?>> read) => Instant(read, rule, scope.AsOf),
        (_, null) when field.Name == "stage" => Choice((Expression<Func<T, LifecycleStage>>)(LambdaExpression)((Expression<Func<Twin, LifecycleStage>>)(t => t.Stage)), rule),
        (_, null) when field.Name == "topChannel" => MaybeChoice((Expression<Func<T, Channel?>>)(LambdaExpression)((Expression<Func<Twin, Channel?>>)(t => t.TopChannel)), rule),
        _ => throw new InvalidOperationException($"Field {field.Name} is not one of {typeof(T).Name}."),
    };

    /// <summary>One value of a trait that may have several.</summary>
    public static Expression<Func<CustomerTrait, bool>> Custom(FieldRule rule, FieldKind kind) => kind == FieldKind.Number ? Number<CustomerTrait>(t => t.Number, rule, 1) : Text<CustomerTrait>(t => t.Value, rule);

    public static Expression<Func<Event, bool>> Property(PropertyFilter filter)
    {
        var rule = new TraitRule { Op = filter.Op, Value = filter.Value, To = filter.To, Values = filter.Values };
        var number = filter.Op is RuleOperator.Below or RuleOperator.AtMost or RuleOperator.AtLeast or RuleOperator.Above or RuleOperator.Between || filter is { Op: RuleOperator.Is or RuleOperator.IsNot, Value.Number: not null };
        return number ? Number(NumberOf(filter.Name), rule, 1) : Text(TextOf(filter.Name), rule);
    }

    // The name of a property stands in the SQL itself: the three databases write paths differently.

    public static Expression<Func<Event, double?>> NumberOf(string property) => ((Expression<Func<Event, string, double?>>)((e, path) => ConsoleFunctions.JsonNumber(e.PropertiesJson, path))).Bind(property);

    public static Expression<Func<Event, string?>> TextOf(string property) => ((Expression<Func<Event, string, string?>>)((e, path) => ConsoleFunctions.JsonText(e.PropertiesJson, path))).Bind(property);

    private static Expression<Func<T, bool>> Text<T>(Expression<Func<T, string?>> read, FieldRule rule)
    {
        var (value, values) = (rule.Value?.ToString() ?? "", rule.Values?.ToList() ?? []);
        var ending = value + End;
        return rule.Op switch
        {
            RuleOperator.Is => read.Then(x => x != null && x == value),
            RuleOperator.IsNot => read.Then(x => x != null && x != value),
            RuleOperator.In => read.Then(x => x != null && values.Contains(x)),
            RuleOperator.NotIn => read.Then(x => x != null && !values.Contains(x)),
            RuleOperator.Contains => read.Then(x => x != null && x.Contains(value)),
#pragma warning disable CA1858 // StartsWith becomes LIKE, which on SQLite ignores case
            RuleOperator.StartsWith => read.Then(x => x != null && x.IndexOf(value) == 0),
#pragma warning restore CA1858
            RuleOperator.EndsWith => read.Then(x => x != null && (x + End).Contains(ending)), // as above, and the databases count the length of a text differently
            RuleOperator.Exists => read.Then(x => x != null && x != ""),
            RuleOperator.Missing => read.Then(x => x == null || x == ""),
            _ => throw Unfit(rule),
        };
    }

    private static Expression<Func<T, bool>> Choice<T, TEnum>(Expression<Func<T, TEnum>> read, FieldRule rule) where TEnum : struct, Enum
    {
        var values = Values<TEnum>(rule);
        return rule.Op switch
        {
            RuleOperator.Is or RuleOperator.In => read.Then(x => values.Contains(x)),
            RuleOperator.IsNot or RuleOperator.NotIn => read.Then(x => !values.Contains(x)),
            RuleOperator.Exists => read.Then(x => true),
            RuleOperator.Missing => read.Then(x => false),
            _ => throw Unfit(rule),
        };
    }

    private static Expression<Func<T, bool>> MaybeChoice<T>(Expression<Func<T, Channel?>> read, FieldRule rule)
    {
        var values = Values<Channel>(rule);
        return rule.Op switch
        {
            RuleOperator.Is or RuleOperator.In => read.Then(x => x != null && values.Contains(x.Value)),
            RuleOperator.IsNot or RuleOperator.NotIn => read.Then(x => x != null && !values.Contains(x.Value)),
            RuleOperator.Exists => read.Then(x => x != null),
            RuleOperator.Missing => read.Then(x => x == null),
            _ => throw Unfit(rule),
        };
    }

    private static List<TEnum> Values<TEnum>(FieldRule rule) where TEnum : struct, Enum =>
        [.. (rule.Op switch
        {
            RuleOperator.In or RuleOperator.NotIn => rule.Values ?? [],
            RuleOperator.Is or RuleOperator.IsNot => [rule.Value?.Text ?? ""],
            _ => [],
        }).Select(x => Enum.Parse<TEnum>(x, ignoreCase: true))];

    /// <param name="parts">How many of the value's unit make one of the field's: 100 for per cent.</param>
    private static Expression<Func<T, bool>> Number<T>(Expression<Func<T, double?>> read, FieldRule rule, double parts)
    {
        var (value, to) = ((rule.Value?.Number ?? 0) / parts, (rule.To?.Number ?? 0) / parts);
        return rule.Op switch
        {
            RuleOperator.Is => read.Then(x => x != null && x == value),
            RuleOperator.IsNot => read.Then(x => x != null && x != value),
            RuleOperator.Below => read.Then(x => x != null && x < value),
            RuleOperator.AtMost => read.Then(x => x != null && x <= value),
            RuleOperator.AtLeast => read.Then(x => x != null && x >= value),
            RuleOperator.Above => read.Then(x => x != null && x > value),
            RuleOperator.Between => read.Then(x => x != null && x >= value && x <= to),
            RuleOperator.Exists => read.Then(x => x != null),
            RuleOperator.Missing => read.Then(x => x == null),
            _ => throw Unfit(rule),
        };
    }

    private static Expression<Func<T, bool>> Money<T>(Expression<Func<T, long?>> read, FieldRule rule)
    {
        var (value, to) = (Cents(rule.Value?.Number), Cents(rule.To?.Number));
        return rule.Op switch
        {
            RuleOperator.Is => read.Then(x => x != null && x == value),
            RuleOperator.IsNot => read.Then(x => x != null && x != value),
            RuleOperator.Below => read.Then(x => x != null && x < value),
            RuleOperator.AtMost => read.Then(x => x != null && x <= value),
            RuleOperator.AtLeast => read.Then(x => x != null && x >= value),
            RuleOperator.Above => read.Then(x => x != null && x > value),
            RuleOperator.Between => read.Then(x => x != null && x >= value && x <= to),
            RuleOperator.Exists => read.Then(x => x != null),
            RuleOperator.Missing => read.Then(x => x == null),
            _ => throw Unfit(rule),
        };
    }

    /// <summary>Full years of age are bounds on the birth date: n or older means born on or before the day n years ago.</summary>
    private static Expression<Func<T, bool>> Years<T>(Expression<Func<T, DateOnly?>> read, FieldRule rule, DateOnly today)
    {
        var (value, to) = ((int)(rule.Value?.Number ?? 0), (int)(rule.To?.Number ?? 0));
        var (old, older, oldest) = (today.AddYears(-value), today.AddYears(-value - 1), today.AddYears(-to - 1));
        return rule.Op switch
        {
            RuleOperator.Is => read.Then(x => x != null && x <= old && x > older),
            RuleOperator.IsNot => read.Then(x => x != null && (x > old || x <= older)),
            RuleOperator.Below => read.Then(x => x != null && x > old),
            RuleOperator.AtMost => read.Then(x => x != null && x > older),
            RuleOperator.AtLeast => read.Then(x => x != null && x <= old),
            RuleOperator.Above => read.Then(x => x != null && x <= older),
            RuleOperator.Between => read.Then(x => x != null && x <= old && x > oldest),
            RuleOperator.Exists => read.Then(x => x != null),
            RuleOperator.Missing => read.Then(x => x == null),
            _ => throw Unfit(rule),
        };
    }

    private Expression<Func<T, bool>> Date<T>(Expression<Func<T, DateOnly?>> read, FieldRule rule, DateOnly today)
    {
        var (value, to, since) = (rule.Value?.Date ?? today, rule.To?.Date ?? today, today.AddDays(-(rule.Days ?? 0)));
        var window = CalendarDays.Of(rule.Window ?? default, scope.AsOf, scope.Calendar);
        var (first, after) = (window.From, window.Until);
        return rule.Op switch
        {
            RuleOperator.InLast => read.Then(x => x != null && x > since && x <= today),
            RuleOperator.NotInLast => read.Then(x => x != null && x <= since),
            RuleOperator.During => read.Then(x => x != null && x >= first && x < after),
            RuleOperator.AnniversaryIn => Anniversary(read, DateOnly.FromDateTime(scope.Calendar.ToLocal(scope.AsOf)), rule.Days ?? 0),
            RuleOperator.Below => read.Then(x => x != null && x < value),
            RuleOperator.AtLeast => read.Then(x => x != null && x >= value),
            RuleOperator.Between => read.Then(x => x != null && x >= value && x <= to),
            RuleOperator.Exists => read.Then(x => x != null),
            RuleOperator.Missing => read.Then(x => x == null),
            _ => throw Unfit(rule),
        };
    }

    /// <summary>Years that begin on 1 March, so that the leap day is their last: a day is then its number in such a year, 0 to 365.
    /// The arithmetic is Howard Hinnant's civil_from_days (chrono-Compatible Low-Level Date Algorithms, 2013).</summary>
    private static Expression<Func<T, bool>> Anniversary<T>(Expression<Func<T, DateOnly?>> read, DateOnly today, int days)
    {
        const int Before = 306, Era = 146_097, Year = 366; // days before 0001-01-01 since 1 March of the year 0, days of 400 years, places on the circle
        if (days >= Year)
        {
            return read.Then(x => x != null);
        }

        Expression<Func<int, int>> ofEra = x => (x + Before) % Era;
        Expression<Func<int, int>> ofYear = x => x - (365 * ((x - (x / 1460) + (x / 36_524) - (x / 146_096)) / 365)) - ((x - (x / 1460) + (x / 36_524) - (x / 146_096)) / 365 / 4) + ((x - (x / 1460) + (x / 36_524) - (x / 146_096)) / 365 / 100);
        var place = ofEra.Then(ofYear).Compile();
        var start = today is { Month: 3, Day: 1 } && !DateTime.IsLeapYear(today.Year) ? Year - 1 : place(today.DayNumber); // the leap day's anniversary too
        var length = (place(today.AddDays(days - 1).DayNumber) - start + Year) % Year;
        var within = ofEra.Then(ofYear).Then(x => (x - start + Year) % Year <= length);
        return Predicates.All([read.Then(x => x != null), read.Then(x => ConsoleFunctions.DayNumber(x!.Value)).Then(within)]);
    }

    private Expression<Func<T, bool>> Instant<T>(Expression<Func<T, DateTime?>> read, FieldRule rule, DateTime asOf)
    {
        var (start, end, since, until) = (Midnight(rule.Value), Midnight(rule.To), asOf.AddDays(-(rule.Days ?? 0)), asOf.AddDays(rule.Days ?? 0));
        var after = end.AddDays(rule.To is null ? 0 : 1);
        var (first, last) = CalendarDays.Of(rule.Window ?? default, asOf, scope.Calendar).Instants(scope.Calendar);
        return rule.Op switch
        {
            RuleOperator.During => read.Then(x => x != null && x >= first && x < last),
            RuleOperator.InLast => read.Then(x => x != null && x > since && x <= asOf),
            RuleOperator.InNext => read.Then(x => x != null && x > asOf && x <= until),
            RuleOperator.NotInLast => read.Then(x => x != null && x <= since),
            RuleOperator.Below => read.Then(x => x != null && x < start),
            RuleOperator.AtLeast => read.Then(x => x != null && x >= start),
            RuleOperator.Between => read.Then(x => x != null && x >= start && x < after),
            RuleOperator.Exists => read.Then(x => x != null),
            RuleOperator.Missing => read.Then(x => x == null),
            _ => throw Unfit(rule),
        };
    }

    internal static long Cents(double? money) => (long)Math.Round((money ?? 0) * 100, MidpointRounding.AwayFromZero);

    private static DateTime Midnight(RuleValue? day) => (day?.Date ?? DateOnly.FromDateTime(DateTime.UnixEpoch)).ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc);

    private static InvalidOperationException Unfit(FieldRule rule) => new($"Operator {rule.Op} does not fit {rule.Field}.");
}
