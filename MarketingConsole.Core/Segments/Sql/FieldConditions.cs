using System.Linq.Expressions;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Twins;

namespace MarketingConsole.Core.Segments;

/// <summary>Comparisons of traits and twin features as SQL filters. Each says "known and …" itself, because a negated SQL comparison with NULL would not be the opposite.</summary>
internal static class FieldConditions
{
    public static Expression<Func<T, bool>> Compile<T>(FieldRule rule, RuleField field, DateTime asOf) => (field.Kind, field.Read) switch
    {
        (FieldKind.Text, Expression<Func<T, string?>> read) => Text(read, rule),
        (FieldKind.Number, Expression<Func<T, double?>> read) => Number(read, rule, 1),
        (FieldKind.Percent, Expression<Func<T, double?>> read) => Number(read, rule, 100),
        (FieldKind.Money, Expression<Func<T, long?>> read) => Money(read, rule),
        (FieldKind.Years, Expression<Func<T, DateOnly?>> read) => Years(read, rule, DateOnly.FromDateTime(asOf)),
        (FieldKind.Date, Expression<Func<T, DateOnly?>> read) => Date(read, rule, DateOnly.FromDateTime(asOf)),
        (FieldKind.Instant, Expression<Func<T, DateTime?>> read) => Instant(read, rule, asOf),
        (_, null) when field.Name == "stage" => Choice((Expression<Func<T, LifecycleStage>>)(LambdaExpression)((Expression<Func<Twin, LifecycleStage>>)(t => t.Stage)), rule),
        (_, null) when field.Name == "topChannel" => MaybeChoice((Expression<Func<T, Channel?>>)(LambdaExpression)((Expression<Func<Twin, Channel?>>)(t => t.TopChannel)), rule),
        _ => throw new InvalidOperationException($"Field {field.Name} is not one of {typeof(T).Name}."),
    };

    public static Expression<Func<CustomerTrait, bool>> Custom(FieldRule rule)
    {
        var numeric = rule.Op is RuleOperator.Below or RuleOperator.AtMost or RuleOperator.AtLeast or RuleOperator.Above or RuleOperator.Between || rule.Value?.Number is not null;
        return numeric ? Number<CustomerTrait>(t => t.Number, rule, 1) : Text<CustomerTrait>(t => t.Value, rule);
    }

    private static Expression<Func<T, bool>> Text<T>(Expression<Func<T, string?>> read, FieldRule rule)
    {
        var (value, values) = (rule.Value?.ToString() ?? "", rule.Values?.ToList() ?? []);
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

    private static Expression<Func<T, bool>> Date<T>(Expression<Func<T, DateOnly?>> read, FieldRule rule, DateOnly today)
    {
        var (value, to, since) = (rule.Value?.Date ?? today, rule.To?.Date ?? today, today.AddDays(-(rule.Days ?? 0)));
        return rule.Op switch
        {
            RuleOperator.InLast => read.Then(x => x != null && x > since && x <= today),
            RuleOperator.NotInLast => read.Then(x => x != null && x <= since),
            RuleOperator.Below => read.Then(x => x != null && x < value),
            RuleOperator.AtLeast => read.Then(x => x != null && x >= value),
            RuleOperator.Between => read.Then(x => x != null && x >= value && x <= to),
            RuleOperator.Exists => read.Then(x => x != null),
            RuleOperator.Missing => read.Then(x => x == null),
            _ => throw Unfit(rule),
        };
    }

    private static Expression<Func<T, bool>> Instant<T>(Expression<Func<T, DateTime?>> read, FieldRule rule, DateTime asOf)
    {
        var (start, end, since, until) = (Midnight(rule.Value), Midnight(rule.To), asOf.AddDays(-(rule.Days ?? 0)), asOf.AddDays(rule.Days ?? 0));
        var after = end.AddDays(rule.To is null ? 0 : 1);
        return rule.Op switch
        {
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
