using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Copy;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Offers;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace MarketingConsole.Core.Campaigns;

/// <summary>What a campaign would do if it ran now, and what stands in its way.</summary>
/// <param name="HeldOut">Expected number of reachable members kept back to measure against.</param>
/// <param name="CostCents">Unit cost of the dearest offer times those written to: the most it can cost.</param>
/// <param name="Copy">Findings by variant, in the plan's order.</param>
public sealed record CampaignReview(AudienceCount Audience, int HeldOut, long CostCents, IReadOnlyList<FieldError> Errors, IReadOnlyList<FieldError> Warnings, IReadOnlyList<IReadOnlyList<CopyFinding>> Copy)
{
    public int WrittenTo => Audience.Reachable - HeldOut;
}

/// <summary>Reviews a plan: audience, cost, completeness, checks of the copy.</summary>
public sealed class CampaignReviewer(IDbContextFactory<ConsoleDb> dbs, CampaignAudience audience, ConsentGate gate, OfferService offers, ShopCalendar calendar, IOptions<ShopOptions> shop, ConnectedChannels channels, TimeProvider time)
{
    public async Task<CampaignReview> ReviewAsync(CampaignPlan plan, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var now = time.GetUtcNow().UtcDateTime;
        var count = await audience.CountAsync(plan, cancellationToken);
        var chosen = await offers.GetAsync(plan.OfferIds, cancellationToken);
        var facts = await FactsAsync(plan, chosen, cancellationToken);
        IReadOnlyList<CopyFinding>[] copy = [.. plan.Variants.Select(x => CopyChecker.Check(x, plan.Channel, facts))];
        List<FieldError> errors = [.. await SegmentErrorsAsync(plan, cancellationToken), .. PlanChecks.Errors(plan, chosen, now), .. Of(plan, copy, CheckLevel.Error)];
        if (channels.Lacks.TryGetValue(plan.Channel, out var lacks))
        {
            errors.Add(new("channel", lacks));
        }

        if (plan.Include.Count > 0 && count.Reachable == 0 && plan.Schedule.Kind != ScheduleKind.OnEntry)
        {
            errors.Add(new("include", "Nobody in the audience can be written to on this channel."));
        }

        var heldOut = (int)Math.Round(count.Reachable * plan.HoldoutPercent / 100);
        var cost = (count.Reachable - heldOut) * chosen.Select(x => x.Draft.UnitCostCents).DefaultIfEmpty().Max();
        return new(count, heldOut, cost, errors, [.. PlanChecks.Warnings(plan, now), .. Imprint(plan), .. Limits(chosen, count.Reachable - heldOut, cost), .. Of(plan, copy, CheckLevel.Warning)], copy);
    }

    /// <summary>What the copy is checked against: the offers, and how many reachable members lack each placeholder's value.</summary>
    public async Task<CopyFacts> FactsAsync(CampaignPlan plan, IReadOnlyList<OfferDetails> chosen, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var rules = await gate.RulesAsync(cancellationToken);
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var now = time.GetUtcNow().UtcDateTime;
        var reachable = CampaignAudience.Reachable(db, plan, rules, now);
        var missing = plan.Include.Count == 0 ? [] : new Dictionary<string, int>
        {
            ["first_name"] = await reachable.CountAsync(x => x.FirstName == null || x.FirstName.Trim() == "", cancellationToken),
            ["last_name"] = await reachable.CountAsync(x => x.LastName == null || x.LastName.Trim() == "", cancellationToken),
            ["city"] = await reachable.CountAsync(x => x.City == null || x.City.Trim() == "", cancellationToken),
        };
        var size = plan.Include.Count == 0 ? 0 : await reachable.CountAsync(cancellationToken);
        return new([.. chosen.Select(x => x.Draft)], size, missing, shop.Value.Currency, calendar.Zone, now);
    }

    private async Task<IReadOnlyList<FieldError>> SegmentErrorsAsync(CampaignPlan plan, CancellationToken cancellationToken)
    {
        if (plan.Include.Count == 0)
        {
            return [new("include", "Choose at least one segment to write to.")];
        }

        var ids = plan.Include.Concat(plan.Exclude).ToArray();
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var known = await db.Segments.Where(x => ids.Contains(x.Id) && x.DeletedAt == null).Select(x => x.Id).ToListAsync(cancellationToken);
        return [.. ids.Except(known).Select(x => new FieldError(plan.Include.Contains(x) ? "include" : "exclude", $"Segment {x} no longer exists: take it out."))];
    }

    private IEnumerable<FieldError> Imprint(CampaignPlan plan) => plan.Channel == Channel.Email && string.IsNullOrWhiteSpace(shop.Value.PostalAddress)
        ? [new("channel", "The footer has no postal address, which the law asks for in advertising: set Shop:PostalAddress.")]
        : [];

    private static IEnumerable<FieldError> Of(CampaignPlan plan, IReadOnlyList<CopyFinding>[] copy, CheckLevel level) =>
        copy.SelectMany((findings, index) => findings.Where(x => x.Level == level).Select(x =>
            new FieldError($"variants[{index}].{x.Field}", $"Version {plan.Variants[index].Name}: {x.Message}{(x.Phrase is null ? "" : $" (“{x.Phrase}”)")}")));

    private static IEnumerable<FieldError> Limits(IReadOnlyList<OfferDetails> chosen, int writtenTo, long cost)
    {
        foreach (var offer in chosen)
        {
            if (offer.Draft.StockLimit < writtenTo)
            {
                yield return new("offerIds", $"“{offer.Name}” may be given {offer.Draft.StockLimit} times, but up to {writtenTo} customers could get it.");
            }

            if (offer.Draft.BudgetCents < cost)
            {
                yield return new("offerIds", $"If everybody took it, “{offer.Name}” would cost more than its budget.");
            }
        }
    }
}
