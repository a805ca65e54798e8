namespace MarketingConsole.Core.Segments;

/// <summary>Checks one comparison of a field: the operator fits the field, the value the operator.</summary>
internal sealed class FieldCheck(string path, FieldRule rule, RuleProblems problems)
{
    private const int YearOfDays = 366;

    public void Run()
    {
        if (RuleFields.Find(rule) is not { } field)
        {
            Fault("field", rule.Field.Length == 0 ? "Choose a field." : rule is TraitRule
                ? $"There is no trait \"{rule.Field}\". The shop's own traits start with \"{RuleFields.Custom}\"." : $"There is no twin feature \"{rule.Field}\".");
            return;
        }

        if (!field.Operators.Contains(rule.Op))
        {
            Fault("op", $"\"{RuleWords.Operator(rule.Op)}\" does not fit {field.Label.ToLowerInvariant()}.");
            return;
        }

        switch (rule.Op)
        {
            case RuleOperator.Exists or RuleOperator.Missing:
                break;
            case RuleOperator.In or RuleOperator.NotIn or RuleOperator.HasAll:
                List(field);
                break;
            case RuleOperator.InLast or RuleOperator.NotInLast or RuleOperator.InNext or RuleOperator.AnniversaryIn:
                var most = rule.Op == RuleOperator.AnniversaryIn ? YearOfDays : RuleValidator.MaxDays;
                Require(rule.Days is not null, "days", "Enter a number of days.");
                Require(rule.Days is null || (rule.Days >= 1 && rule.Days <= most), "days", $"Must be 1 to {most} days.");
                break;
            case RuleOperator.During:
                Require(rule.Window is not null, "window", "Choose a week, month, quarter or year.");
                break;
            default:
                var kind = field.KindFor(rule);
                var sound = Value("value", rule.Value, field, kind) & (rule.Op != RuleOperator.Between || Value("to", rule.To, field, kind));
                Require(!sound || rule.Op != RuleOperator.Between || Ordered(), "to", "Must not be less than the lower end.");
                break;
        }
    }

    private void List(RuleField field)
    {
        Require(rule.Values is { Count: > 0 }, "values", "Choose at least one value.");
        Require(rule.Values is null || rule.Values.Count <= RuleValidator.MaxValues, "values", $"May have {RuleValidator.MaxValues} values at most.");
        foreach (var (value, i) in (rule.Values ?? []).Select((x, i) => (x, i)))
        {
            Require(value is not null && (field.Values is null || field.Values.Contains(value)), $"values[{i}]", $"\"{value}\" is not one of {string.Join(", ", field.Values ?? [])}.");
        }
    }

    private bool Value(string name, RuleValue? given, RuleField field, FieldKind kind)
    {
        var before = problems.Count;
        if (given is not { } value || value is { Text: null or "", Number: null })
        {
            Fault(name, kind is FieldKind.Date or FieldKind.Instant ? "Choose a date." : kind == FieldKind.Text ? "Enter a value." : "Enter a number.");
        }
        else if (kind == FieldKind.Text)
        {
            Require(value.Text is not null, name, "Must be a text.");
            Require(value.Text is null || field.Values is null || field.Values.Contains(value.Text), name, $"\"{value.Text}\" is not one of {string.Join(", ", field.Values ?? [])}.");
        }
        else if (kind is FieldKind.Date or FieldKind.Instant)
        {
            Require(value.Date is not null, name, "Must be a date like 2026-01-31.");
        }
        else
        {
            Require(value.Number is not null, name, "Must be a number.");
            Require(value.Number is null || Math.Abs(value.Number.Value) <= RuleValidator.MaxNumber, name, "Is too large.");
            Require(kind != FieldKind.Percent || value.Number is null or (>= 0 and <= 100), name, "Must be 0 to 100 per cent.");
            Require(kind != FieldKind.Points || value.Number is null or (>= -100 and <= 100), name, "Must be −100 to 100 percentage points.");
            Require(kind != FieldKind.Years || value.Number is null || (value.Number is >= 0 and <= 130 && value.Number == Math.Floor(value.Number.Value)), name, "Must be a whole number of years from 0 to 130.");
        }

        return problems.Count == before;
    }

    private bool Ordered() => rule.Value?.Number is { } from && rule.To?.Number is { } to ? from <= to : string.CompareOrdinal(rule.Value?.Text, rule.To?.Text) <= 0;

    private void Require(bool holds, string name, string message) => problems.Require(holds, RuleTree.Join(path, name), message);

    private void Fault(string name, string message) => Require(false, name, message);
}
