using System.Diagnostics;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Segments.InMemory;
using MarketingConsole.Core.Twins.Store;

namespace MarketingConsole.Core.Segments;

/// <summary>Shows where a condition of a rule cuts: how those whom it decides are spread along what it compares.</summary>
public sealed class DistributionReader(StoreKeeper keeper, StoreAnswers answers, ConsentGate consent, SegmentService segments, RuleWatches watches, MissingScores scores, ShopCalendar calendar, TimeProvider time)
{
    /// <param name="rule">A rule without problems.</param>
    /// <param name="path">Of one of its conditions, as in <see cref="RuleProblem.Path"/>.</param>
    /// <param name="asOf">UTC; null = now.</param>
    public async Task<RuleDistribution> ReadAsync(SegmentRule rule, string path, DateTime? asOf, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().UtcDateTime;
        (rule, path) = (await watches.ResolveAsync(rule, cancellationToken), RuleTree.CountedPath(path));
        if (ConditionContext.Find(rule, path) is not { } condition)
        {
            return RuleDistribution.None(path, "Choose a condition to see how customers are spread along it.");
        }

        if (await scores.OfAsync(condition, cancellationToken) is [{ Message: var message }, ..])
        {
            return RuleDistribution.None(path, message);
        }

        if (StoreAnswers.Obstacle(rule, asOf < now) is { } obstacle)
        {
            return RuleDistribution.None(path, obstacle);
        }

        if (await keeper.CaughtUpAsync(cancellationToken) is not { } store)
        {
            return RuleDistribution.None(path, answers.Absence());
        }

        var (gate, names, at) = (await consent.RulesAsync(cancellationToken), await segments.NamesAsync(cancellationToken), asOf ?? now);
        return await Task.Run(() => store.Read(() => Read(store, new StoreQuery(store, gate, calendar, at), rule, condition, path, calendar, at, names)), cancellationToken);
    }

    /// <summary>Call within <see cref="TwinStore.Read"/>.</summary>
    internal static RuleDistribution Read(TwinStore store, StoreQuery query, SegmentRule rule, SegmentRule condition, string path, ShopCalendar calendar, DateTime asOf, RuleNames names)
    {
        if (condition is FieldRule { Op: not (RuleOperator.Exists or RuleOperator.Missing) } text && RuleFields.Find(text) is { Kind: FieldKind.Text, Suggest: false, Values: null } field)
        {
            return RuleDistribution.None(path, $"{field.Label} is different for nearly everybody: there is nothing to draw.");
        }

        var start = Stopwatch.GetTimestamp();
        var rented = new List<SlotValues>();
        var (_, decided, admits) = ConditionContext.Of(query, rule, path);
        var values = ConditionValues.Of(condition, store, calendar, asOf, names, rented.Add);
        var holds = values?.Holds is { } known ? known() : query.Holds(condition);
        var kept = (admits ? holds : holds.Not()).And(decided);
        var count = new DistributionCount(decided, kept, names);
        var distribution = values switch
        {
            { Numbers: { } numbers } => count.Numbers(values, numbers),
            { Text: { } column } => count.Texts(values.Title, column),
            _ when Trait(condition) is { } name => count.Values(name, store.Traits.GetValueOrDefault(name), condition is not FieldRule own || RuleFields.Find(own)!.KindFor(own) == FieldKind.Number),
            _ => count.YesNo($"Customers {RuleSentence.Who(condition, names)}", admits),
        };
        rented.ForEach(store.Return);
        return distribution with { Path = path, Milliseconds = Stopwatch.GetElapsedTime(start).TotalMilliseconds };
    }

    /// <summary>The trait of the shop's own a condition looks at.</summary>
    private static string? Trait(SegmentRule condition) => condition switch
    {
        TraitRule { Field: { } field } when field.StartsWith(RuleFields.Custom, StringComparison.Ordinal) => field[RuleFields.Custom.Length..],
        RankRule { Field: { } field } when field.StartsWith(RuleFields.Custom, StringComparison.Ordinal) => field[RuleFields.Custom.Length..],
        _ => null,
    };
}
