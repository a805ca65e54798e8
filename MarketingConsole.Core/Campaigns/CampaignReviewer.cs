using MarketingConsole.Core.Data;
using MarketingConsole.Core.Offers;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Campaigns;

/// <summary>What a campaign would do if it ran now, and what stands in its way.</summary>
/// <param name="HeldOut">Expected number of reachable members kept back to measure against.</param>
/// <param name="CostCents">Unit cost of the dearest offer times those written to: the most it can cost.</param>
public sealed record CampaignReview(AudienceCount Audience, int HeldOut, long CostCents, IReadOnlyList<FieldError> Errors, IReadOnlyList<FieldError> Warnings)
{
    public int WrittenTo => Audience.Reachable - HeldOut;
}

/// <summary>Reviews a plan: audience, cost, completeness, checks of the copy.</summary>
public sealed class CampaignReviewer(IDbContextFactory<ConsoleDb> dbs, CampaignAudience audience, OfferService offers, TimeProvider time)
{
    public async Task<CampaignReview> ReviewAsync(CampaignPlan plan, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var count = await audience.CountAsync(plan, cancellationToken);
        var chosen = await offers.GetAsync(plan.OfferIds, cancellationToken);
        var heldOut = (int)Math.Round(count.Reachable * plan.HoldoutPercent / 100);
        List<FieldError> errors = [.. await SegmentErrorsAsync(plan, cancellationToken), .. PlanErrors(plan, chosen, time.GetUtcNow().UtcDateTime)];
        List<FieldError> warnings = [];
        if (plan.Include.Count > 0 && count.Reachable == 0)
        {
            errors.Add(new("include", "Nobody in the audience can be written to on this channel."));
        }

        return new(count, heldOut, (count.Reachable - heldOut) * chosen.Select(x => x.Draft.UnitCostCents).DefaultIfEmpty().Max(), errors, warnings);
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

    private static IEnumerable<FieldError> PlanErrors(CampaignPlan plan, IReadOnlyList<OfferDetails> chosen, DateTime now)
    {
        foreach (var id in plan.OfferIds.Except(chosen.Select(x => x.Id)))
        {
            yield return new("offerIds", $"Offer {id} no longer exists: take it out.");
        }

        foreach (var offer in chosen.Where(x => x.StateAt(now) is OfferState.Ended or OfferState.Archived))
        {
            yield return new("offerIds", $"The offer “{offer.Name}” is {(offer.ArchivedAt is null ? "over" : "archived")}: choose another.");
        }

        if (plan.Variants.Count == 0)
        {
            yield return new("variants", "Choose at least one version of the copy.");
        }

        if (plan.HoldoutPercent is < 0 or > 50)
        {
            yield return new("holdoutPercent", "Hold out between 0 and 50 per cent.");
        }

        if (plan.AttributionDays is < 1 or > 90)
        {
            yield return new("attributionDays", "Count purchases for 1 to 90 days.");
        }
    }
}
