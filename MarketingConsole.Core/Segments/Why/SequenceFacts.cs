using MarketingConsole.Core.Events;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Segments;

/// <summary>How far a customer came along a sequence: the pair of events that makes it, or what keeps the nearest one from it.</summary>
internal sealed class SequenceFacts(RuleScope scope, RuleNames names)
{
    private const int MostEvents = 2000; // of a kind, the newest

    public async Task<ConditionFact> OfAsync(SequenceRule rule, CancellationToken cancellationToken)
    {
        var firsts = EventSource.Of(rule.First, scope);
        if (rule.Days is { } days)
        {
            var since = scope.AsOf.AddDays(-days);
            firsts = firsts.Where(x => x.At > since);
        }

        var (first, then) = (await NewestAsync(firsts, cancellationToken), await NewestAsync(EventSource.Of(rule.Then, scope), cancellationToken));
        var without = rule.Without is { } third ? await NewestAsync(EventSource.Of(third, scope), cancellationToken) : [];
        var most = rule.WithinMinutes is { } minutes ? TimeSpan.FromMinutes(minutes) : TimeSpan.FromDays(rule.WithinDays ?? 0);
        var facts = new EventFacts(scope, names);
        if (first.Count == 0)
        {
            return new($"did not begin{(rule.Days is null ? "" : " in this time")}");
        }

        // Newest first: the latest pair that will do, or else that was stopped, or else that came too late.
        var pairs = first.Select(f => (First: f, Then: then.LastOrDefault(t => t.At > f.At))).Where(x => x.Then is not null).Select(x => (x.First, Then: x.Then!, Between: without.Find(w => w.At > x.First.At && w.At < x.Then!.At))).ToList();
        var inTime = pairs.Where(x => x.Then.At - x.First.At <= most).ToList();
        if (inTime.Find(x => x.Between is null) is { First: not null } found)
        {
            return new($"{Span(found.Then.At - found.First.At)} later", null, await facts.TellAsync([found.First, found.Then], cancellationToken));
        }

        if (inTime.Count > 0)
        {
            var (began, ended, between) = inTime[0];
            return new("something else came in between", null, await facts.TellAsync([began, between!, ended], cancellationToken));
        }

        return pairs.Count > 0
            ? new($"followed only {Span(pairs.Min(x => x.Then.At - x.First.At))} later", null, await facts.TellAsync([pairs[0].First, pairs[0].Then], cancellationToken))
            : new("began, but did not follow", null, await facts.TellAsync([first[0]], cancellationToken));
    }

    private static Task<List<Event>> NewestAsync(IQueryable<Event> events, CancellationToken cancellationToken) => events.OrderByDescending(x => x.At).ThenBy(x => x.Id).Take(MostEvents).AsNoTracking().ToListAsync(cancellationToken);

    private static string Span(TimeSpan span) => span.TotalDays >= 1 ? RuleSentence.Days(Math.Floor(span.TotalDays))
        : span.TotalHours >= 1 ? $"{RuleSentence.Count(Math.Floor(span.TotalHours))} {RuleSentence.Plural("hour", Math.Floor(span.TotalHours))}"
        : $"{RuleSentence.Count(Math.Ceiling(span.TotalMinutes))} {RuleSentence.Plural("minute", Math.Ceiling(span.TotalMinutes))}";
}
