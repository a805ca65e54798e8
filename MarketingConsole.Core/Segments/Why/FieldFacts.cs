using System.Linq.Expressions;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Twins;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Segments;

/// <summary>A customer's trait or twin feature in words.</summary>
internal sealed class FieldFacts(RuleScope scope, Customer customer, RuleNames names)
{
    private const string Unknown = "not known";

    public async Task<ConditionFact> OfAsync(FieldRule rule, CancellationToken cancellationToken)
    {
        var field = RuleFields.Find(rule)!;
        var wanted = Wanted(rule, field.KindFor(rule));
        if (field.Many)
        {
            var (id, name) = (customer.Id, rule.Field[RuleFields.Custom.Length..]);
            var values = await scope.Db.CustomerTraits.Where(x => x.CustomerId == id && x.Name == name).OrderBy(x => x.Value).Select(x => x.Value).ToListAsync(cancellationToken);
            return new(values.Count == 0 ? Unknown : string.Join(", ", values), wanted);
        }

        if (rule is TraitRule)
        {
            return new(Told(field, field.Read!.Compile().DynamicInvoke(customer)), wanted);
        }

        var twin = await scope.Db.Twins.AsNoTracking().SingleOrDefaultAsync(x => x.CustomerId == customer.Id, cancellationToken);
        return new(twin is null ? "no twin yet" : Told(field, field.Name switch
        {
            "stage" => RuleFields.Camel(twin.Stage.ToString()),
            "topChannel" => twin.TopChannel is { } channel ? RuleFields.Camel(channel.ToString()) : null,
            _ => field.Read!.Compile().DynamicInvoke(twin),
        }), wanted);
    }

    /// <param name="value">As it is stored: money in cents, rates as shares of 1.</param>
    public static string Value(FieldKind kind, double value, RuleNames names) => kind switch
    {
        FieldKind.Money => RuleSentence.Money(value / 100, names),
        FieldKind.Percent => $"{RuleSentence.Count(value * 100)} %",
        FieldKind.Points => RuleSentence.Points(value * 100),
        _ => RuleSentence.Count(value),
    };

    private string Told(RuleField field, object? value) => (field.Kind, value) switch
    {
        (_, null or "") => Unknown,
        (FieldKind.Years, DateOnly born) => $"{RuleSentence.Count(Age(born))} {RuleSentence.Plural("year", Age(born))}",
        (_, DateOnly day) => ConditionFacts.Day(day),
        (_, DateTime at) => ConditionFacts.When(scope, at),
        (_, long cents) => Value(field.Kind, cents, names),
        (_, double number) => Value(field.Kind, number, names),
        _ => value.ToString()!,
    };

    private int Age(DateOnly born)
    {
        var today = DateOnly.FromDateTime(scope.AsOf);
        var years = today.Year - born.Year;
        return today.AddYears(-years) < born ? years - 1 : years;
    }

    private string? Wanted(FieldRule rule, FieldKind kind) => rule.Op switch
    {
        RuleOperator.Exists or RuleOperator.Missing => null,
        RuleOperator.In or RuleOperator.NotIn or RuleOperator.HasAll => $"{Word(rule, kind)} {RuleSentence.List(rule.Values ?? [], rule.Op == RuleOperator.HasAll ? "and" : "or")}",
        RuleOperator.InLast or RuleOperator.NotInLast or RuleOperator.InNext or RuleOperator.AnniversaryIn => $"{Word(rule, kind)} {RuleSentence.Days(rule.Days)}",
        RuleOperator.During => $"{Word(rule, kind)} {RuleWords.Window(rule.Window ?? default)}",
        RuleOperator.Between => $"{Word(rule, kind)} {RuleSentence.Value(rule.Value, kind, names)} and {RuleSentence.Value(rule.To, kind, names)}",
        _ => $"{Word(rule, kind)} {RuleSentence.Value(rule.Value, kind, names)}".TrimStart(),
    };

    /// <summary>The operator without its verb: "at least", "one of"; of "is" nothing is left.</summary>
    private static string Word(FieldRule rule, FieldKind kind)
    {
        var word = RuleWords.Operator(rule.Op, kind);
        return word == "is" ? "" : word.StartsWith("is ", StringComparison.Ordinal) ? word[3..] : word.StartsWith("was ", StringComparison.Ordinal) ? word[4..] : word;
    }
}
