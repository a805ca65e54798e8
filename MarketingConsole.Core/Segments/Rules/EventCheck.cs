using MarketingConsole.Core.Events;

namespace MarketingConsole.Core.Segments;

/// <summary>Checks conditions on events.</summary>
internal sealed class EventCheck(RuleProblems problems)
{
    private const int MaxProperties = 20, MaxProperty = 100, MaxNesting = 5;

    private static readonly HashSet<EventType> NoMoney = [EventType.View, EventType.EmailSent, EventType.EmailOpen, EventType.EmailClick, EventType.EmailBounce, EventType.Unsubscribe, EventType.MessageSent];
    private static readonly string[] Told = ["product", "category", "brand", "store", "channel", "day", "campaign"];

    public void Run(string path, EventRule rule)
    {
        Happened(path, rule);
        switch (rule.Op)
        {
            case EventOperator.Performed or EventOperator.NotPerformed:
                Require(rule.Measure == EventMeasure.Count, At(path, "measure"), "To compare this, say how much: at least, at most, between …");
                break;
            case EventOperator.Regularly or EventOperator.Stopped or EventOperator.Restarted:
                Periods(path, rule);
                break;
            default:
                Number(path, "value", rule, rule.Value);
                if (rule.Op == EventOperator.Between)
                {
                    Number(path, "to", rule, rule.To);
                    Require(rule.Value is null || rule.To is null || rule.Value <= rule.To, At(path, "to"), "Must not be less than the lower end.");
                }

                break;
        }
    }

    /// <summary>Everything but the operator and its values.</summary>
    public void Ranked(string path, EventRule rule) => Happened(path, rule);

    public void Run(string path, SequenceRule rule)
    {
        Pattern(At(path, "first"), rule.First);
        Pattern(At(path, "then"), rule.Then);
        if (rule.Without is { } without)
        {
            Pattern(At(path, "without"), without);
        }

        Require(rule.WithinDays is not null || rule.WithinMinutes is not null, At(path, "withinDays"), "Say within how many days or minutes.");
        Require(rule.WithinDays is null || rule.WithinMinutes is null, At(path, "withinMinutes"), "Give either days or minutes.");
        Days(At(path, "withinDays"), rule.WithinDays);
        Minutes(At(path, "withinMinutes"), rule.WithinMinutes);
        Days(At(path, "days"), rule.Days);
    }

    private void Happened(string path, EventRule rule)
    {
        Kind(path, rule.Event, rule.Name);
        Measured(path, rule);
        Days(At(path, "days"), rule.Days);
        Minutes(At(path, "minutes"), rule.Minutes);
        var windows = new[] { rule.Days is not null, rule.Minutes is not null, rule.From is not null || rule.Until is not null, rule.Window is not null };
        Require(windows.Count(x => x) <= 1, At(path, rule.Days is not null ? "days" : rule.Minutes is not null ? "minutes" : "window"), "Give one window: either days, minutes, two instants or a part of the calendar.");
        Require(rule.From is null || rule.Until is null || rule.From < rule.Until, At(path, "until"), "The end must be after the start.");
        if (rule.Since is { } since)
        {
            Pattern(At(path, "since"), since);
        }

        if (rule.Where is { } where)
        {
            Filter(At(path, "where"), where);
        }
    }

    private void Measured(string path, EventRule rule)
    {
        if (rule.Property is { } property)
        {
            Require(rule.IsOfNumbers || rule.Measure == EventMeasure.Distinct, At(path, "of"), "Only sums, averages, smallest, largest and different values are of a property.");
            Property(At(path, "of"), property);
            return;
        }

        if (rule.IsOfNumbers)
        {
            Require(rule.Of is null or "amount" or "quantity", At(path, "of"), $"Must be amount, quantity or {EventRule.Properties}NAME.");
            Require(rule.Event is not { } type || !NoMoney.Contains(type), At(path, "measure"), "These events have no amount or quantity; count them, or measure a property.");
        }
        else if (rule.Measure == EventMeasure.Distinct)
        {
            Require(Told.Contains(rule.Of), At(path, "of"), $"Say what is told apart: {string.Join(", ", Told)} or {EventRule.Properties}NAME.");
        }
        else
        {
            Require(rule.Of is null, At(path, "of"), "Nothing of the events is measured here.");
        }
    }

    private void Number(string path, string name, EventRule rule, double? value)
    {
        var at = At(path, name);
        if (value is not { } number)
        {
            Require(false, at, rule.IsMoney ? "Enter an amount." : "Enter a number.");
            return;
        }

        Require(Math.Abs(number) <= RuleValidator.MaxNumber, at, "Is too large.");
        if (rule.IsOfNumbers && rule.Property is not null)
        {
            return;
        }

        var (least, below) = (rule.Op == EventOperator.AtLeast, rule.Op == EventOperator.Below);
        var counted = rule.Measure is EventMeasure.Count or EventMeasure.Distinct;
        Require(!(least && counted) || number >= 1, at, rule.Measure == EventMeasure.Count ? "Must be 1 or more; for none choose \"not performed\"." : "Must be 1 or more.");
        Require((least && counted) || number >= 0, at, "Must be 0 or more.");
        Require(!(least && rule.Measure == EventMeasure.Sum) || number != 0, at, "Must be more than 0.");
        Require(!below || number != 0, at, "Nothing is below 0.");
        Require(rule.IsMoney || rule.Measure == EventMeasure.Average || number == Math.Floor(number), at, "Must be a whole number.");
    }

    private void Periods(string path, EventRule rule)
    {
        var least = rule.Op == EventOperator.Regularly ? 2 : 1;
        Require(rule.Days is not null, At(path, "days"), "Enter how many days a period has.");
        Require(rule.Periods is not null, At(path, "periods"), "Enter a number of periods.");
        Require(rule.Periods is null || (rule.Periods >= least && rule.Periods <= RuleValidator.MaxPeriods), At(path, "periods"), $"Must be {least} to {RuleValidator.MaxPeriods}.");
        Require(rule.Measure == EventMeasure.Count, At(path, "measure"), "Only how often can be regular, or stop.");
        Require(rule.Minutes is null && rule.From is null && rule.Until is null && rule.Window is null, At(path, "window"), "The periods are the window; take the other one out.");
        Require(rule.Since is null, At(path, "since"), "The periods are the window; take \"since\" out.");
        if (rule.Op == EventOperator.Restarted)
        {
            return;
        }

        var value = At(path, "value");
        Require(rule.Value is not null, value, "Enter a number.");
        Require(rule.Value is null || (rule.Value >= 1 && rule.Value <= RuleValidator.MaxNumber && rule.Value == Math.Floor(rule.Value.Value)), value, "Must be a whole number from 1.");
        Require(rule.Op != EventOperator.Regularly || rule.Value is null || rule.Periods is null || rule.Value <= rule.Periods, value, $"There are only {rule.Periods} periods.");
    }

    private void Pattern(string path, EventPattern pattern)
    {
        Kind(path, pattern.Event, pattern.Name);
        if (pattern.Where is { } where)
        {
            Filter(At(path, "where"), where);
        }
    }

    private void Kind(string path, EventType? type, string? name)
    {
        Require(type is not null, At(path, "event"), "Choose what happened.");
        Require(type != EventType.Custom || name is { Length: > 0 }, At(path, "name"), "Name the event.");
        Require(type == EventType.Custom || name is null, At(path, "name"), "Only custom events have a name.");
    }

    private void Filter(string path, EventFilter where)
    {
        foreach (var (name, count) in new (string, int?)[] { ("categories", where.Categories?.Count), ("brands", where.Brands?.Count), ("skus", where.Skus?.Count), ("channels", where.Channels?.Count), ("stores", where.Stores?.Count), ("campaigns", where.Campaigns?.Count), ("properties", where.Properties?.Count) })
        {
            Require(count is null or > 0, At(path, name), "Choose at least one, or remove the filter.");
            Require(count is null || count <= (name == "properties" ? MaxProperties : RuleValidator.MaxValues), At(path, name), $"May have {(name == "properties" ? MaxProperties : RuleValidator.MaxValues)} values at most.");
        }

        Ends(path, "amountAtLeast", where.AmountAtLeast, "amountAtMost", where.AmountAtMost);
        Ends(path, "priceAtLeast", where.PriceAtLeast, "priceAtMost", where.PriceAtMost);
        foreach (var (property, i) in (where.Properties ?? []).Select((x, i) => (x, i)))
        {
            Property(At(path, $"properties[{i}]"), property);
        }
    }

    private void Ends(string path, string lowName, double? low, string highName, double? high)
    {
        Require(low is null or >= 0, At(path, lowName), "Must be 0 or more.");
        Require(high is null || high >= (low ?? 0), At(path, highName), "Must not be less than the lower end.");
    }

    private void Property(string path, PropertyFilter? filter)
    {
        if (filter is null)
        {
            Require(false, path, "A condition is missing here.");
            return;
        }

        Property(At(path, "name"), filter.Name);
        var value = At(path, "value");
        switch (filter.Op)
        {
            case RuleOperator.Exists or RuleOperator.Missing:
                break;
            case RuleOperator.In or RuleOperator.NotIn:
                Require(filter.Values is { Count: > 0 } values && values.All(x => x is not null), At(path, "values"), "Choose at least one value.");
                Require(filter.Values is null || filter.Values.Count <= RuleValidator.MaxValues, At(path, "values"), $"May have {RuleValidator.MaxValues} values at most.");
                break;
            case RuleOperator.Is or RuleOperator.IsNot:
                Require(filter.Value is { Number: not null } or { Text.Length: > 0 }, value, "Enter a value.");
                break;
            case RuleOperator.Contains:
                Require(filter.Value is { Text.Length: > 0 }, value, "Enter a text.");
                break;
            case RuleOperator.Below or RuleOperator.AtMost or RuleOperator.AtLeast or RuleOperator.Above or RuleOperator.Between:
                Require(filter.Value?.Number is not null, value, "Enter a number.");
                Require(filter.Op != RuleOperator.Between || filter.To?.Number is not null, At(path, "to"), "Enter a number.");
                Require(filter.Op != RuleOperator.Between || !(filter.To?.Number < filter.Value?.Number), At(path, "to"), "Must not be less than the lower end.");
                break;
            default:
                Require(false, At(path, "op"), $"\"{RuleWords.Operator(filter.Op)}\" does not fit a property.");
                break;
        }
    }

    // Names go into JSON paths of three databases: what would need escaping there is refused.
    internal static bool IsProperty(string name) => name.Length > 0 && !name.Any(x => char.IsControl(x) || x is '"' or '\\' or '[' or ']');

    private void Property(string path, string name)
    {
        var parts = name.Split('.');
        Require(name.Length > 0, path, "Name the property.");
        Require(name.Length <= MaxProperty && parts.Length <= MaxNesting, path, $"May have {MaxProperty} characters and be nested {MaxNesting} deep at most.");
        Require(name.Length == 0 || parts.All(IsProperty), path, "Names are separated by single dots, and hold no quotes, backslashes or brackets.");
    }

    private void Days(string path, int? days) => Require(days is null or (>= 1 and <= RuleValidator.MaxDays), path, $"Must be 1 to {RuleValidator.MaxDays} days.");

    private void Minutes(string path, int? minutes) => Require(minutes is null or (>= 1 and <= RuleValidator.MaxMinutes), path, $"Must be 1 to {RuleValidator.MaxMinutes} minutes.");

    private void Require(bool holds, string path, string message) => problems.Require(holds, path, message);

    private static string At(string path, string name) => RuleTree.Join(path, name);
}
