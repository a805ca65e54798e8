using System.Globalization;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Segments;

/// <param name="Actual">What is the case.</param>
/// <param name="Wanted">What the condition asks for, where it is one comparison.</param>
internal sealed record ConditionFact(string Actual, string? Wanted = null, IReadOnlyList<DecidingEvent>? Events = null);

/// <summary>What is the case with one customer where a condition looks.</summary>
/// <param name="scope">Cut down to the customer.</param>
internal sealed class ConditionFacts(RuleScope scope, Customer customer, RuleNames names)
{
    private static readonly CultureInfo English = CultureInfo.GetCultureInfo("en-GB");

    public async Task<ConditionFact> OfAsync(SegmentRule rule, CancellationToken cancellationToken) => rule switch
    {
        FieldRule field => await new FieldFacts(scope, customer, names).OfAsync(field, cancellationToken),
        EventRule happened => await new EventFacts(scope, names).OfAsync(happened, cancellationToken),
        SequenceRule sequence => await new SequenceFacts(scope, names).OfAsync(sequence, cancellationToken),
        RankRule rank => await RankAsync(rank, cancellationToken),
        PermissionRule { Purpose: { } purpose } => new(await ConsentAsync(purpose, cancellationToken)),
        MemberRule { Segment: { } segment } => new(await EnteredAsync(segment, cancellationToken) is { } since ? $"in it since {When(scope, since)}" : "not in it"),
        HeldRule { Watch: { } watch } held => new(await EnteredAsync(watch, cancellationToken) is { } since ? $"has held since {When(scope, since)}" : "does not hold now", Wanted(held)),
        HeldRule held => new("not watched yet: the console begins to when a segment with this rule is saved", Wanted(held)),
        LookalikeRule { Segment: { } segment } => new(await scope.Db.TwinSimilarities.Where(x => x.SegmentId == segment && x.CustomerId == customer.Id).Select(x => (double?)x.Similarity).SingleOrDefaultAsync(cancellationToken) is { } similar
            ? $"{RuleSentence.Count(similar * 100)} %" : "likeness not known"),
        BucketRule bucket => new($"drawn at {RuleSentence.Count(BucketRule.Draw(customer.Id, BucketRule.Seed(bucket.Salt)) / 100.0)} %"),
        NearRule near => new(await DistanceAsync(near, cancellationToken) is { } kilometres ? $"{RuleSentence.Count(Math.Round(kilometres, 1))} km" : customer.Latitude is null || customer.Longitude is null ? "it is not known where they live" : "it is not known where the store is"),
        _ => throw new InvalidOperationException($"A rule of type {rule.GetType().Name} is not complete."),
    };

    /// <summary>A day of the shop and how long ago it is: "12 March 2026, 5 days ago".</summary>
    internal static string When(RuleScope scope, DateTime at)
    {
        var days = (int)Math.Floor((scope.AsOf - at).TotalDays);
        var ago = at > scope.AsOf ? $", in {RuleSentence.Days(Math.Ceiling((at - scope.AsOf).TotalDays))}" : days == 0 ? ", less than a day ago" : $", {RuleSentence.Days(days)} ago";
        return Day(DateOnly.FromDateTime(scope.Calendar.ToLocal(at))) + ago;
    }

    internal static string Day(DateOnly day) => day.ToString("d MMMM yyyy", English);

    private static string Wanted(HeldRule rule) => $"for at least {RuleSentence.Length(rule)}";

    private Task<DateTime?> EnteredAsync(int segment, CancellationToken cancellationToken) =>
        scope.Db.SegmentMembers.Where(x => x.SegmentId == segment && x.CustomerId == customer.Id).Select(x => (DateTime?)x.EnteredAt).SingleOrDefaultAsync(cancellationToken);

    private async Task<ConditionFact> RankAsync(RankRule rule, CancellationToken cancellationToken)
    {
        var (ranked, eligible, descending) = RankConditions.Ranked(rule, scope);
        if (await ranked.Where(x => x.CustomerId == customer.Id).Select(x => (double?)x.Value).SingleOrDefaultAsync(cancellationToken) is not { } own)
        {
            return new("nothing to rank");
        }

        var id = customer.Id;
        var before = await (descending ? ranked.CountAsync(x => x.Value > own || (x.Value == own && x.CustomerId < id), cancellationToken) : ranked.CountAsync(x => x.Value < own || (x.Value == own && x.CustomerId < id), cancellationToken));
        var places = rule.Places(rule.Percent is null ? 0 : await eligible.CountAsync(cancellationToken));
        var value = rule.Event is { } happened ? EventFacts.Value(happened, own, scope, names) : RuleFields.FindRanked(rule.Field!) is { Many: false } ? (await new FieldFacts(scope, customer, names).OfAsync(RuleFields.RuleFor(rule.Field!), cancellationToken)).Actual : RuleSentence.Count(own);
        return new($"{value}: place {RuleSentence.Count(before + 1)}", $"among the first {RuleSentence.Count(places)}", rule.Event is null ? null : await new EventFacts(scope, names).EventsAsync(rule.Event, cancellationToken));
    }

    private async Task<string> ConsentAsync(Purpose purpose, CancellationToken cancellationToken)
    {
        var (basis, retention) = (scope.Past?.Rules ?? scope.Consent).For(purpose, customer.Jurisdiction);
        var said = scope.Past is null
            ? await scope.Db.ConsentChoices.Where(x => x.CustomerId == customer.Id && x.Purpose == purpose).Select(x => new { x.Granted, x.At }).SingleOrDefaultAsync(cancellationToken)
            : await scope.Db.ConsentEntries.Where(x => x.CustomerId == customer.Id && x.Purpose == purpose && x.At <= scope.AsOf).OrderByDescending(x => x.At).ThenBy(x => x.Granted).Select(x => new { x.Granted, x.At }).FirstOrDefaultAsync(cancellationToken);
        var choice = said is null ? "has not said anything" : $"said {(said.Granted ? "yes" : "no")} on {When(scope, said.At)}";
        return basis switch
        {
            ConsentBasis.Never => $"never allowed under the law of {customer.Jurisdiction}",
            ConsentBasis.OptOut => $"{choice}; allowed until they object",
            _ when said is { Granted: true } && retention is { } days && said.At < scope.AsOf.AddDays(-days) => $"{choice}, which has run out after {RuleSentence.Days(days)}",
            _ => $"{choice}; a yes is needed",
        };
    }

    private async Task<double?> DistanceAsync(NearRule rule, CancellationToken cancellationToken)
    {
        var place = rule.Store is { } store ? await scope.Db.Stores.Where(x => x.Id == store).Select(x => new { x.Latitude, x.Longitude }).SingleOrDefaultAsync(cancellationToken) : new { rule.Latitude, rule.Longitude };
        if (place is not { Latitude: { } latitude, Longitude: { } longitude } || customer is not { Latitude: { } north, Longitude: { } east })
        {
            return null;
        }

        return NearRule.Distance(north, east, latitude, longitude);
    }
}
