using MarketingConsole.Core.Data;
using MarketingConsole.Core.Offers;

namespace MarketingConsole.Core.Campaigns;

/// <summary>What a plan needs before it can be approved, apart from its copy.</summary>
internal static class PlanChecks
{
    public static IEnumerable<FieldError> Errors(CampaignPlan plan, IReadOnlyList<OfferDetails> chosen, DateTime now) =>
        [.. Offers(plan, chosen, now), .. Numbers(plan), .. Schedule(plan.Schedule, chosen, now)];

    public static IEnumerable<FieldError> Warnings(CampaignPlan plan, DateTime now)
    {
        if (plan.Schedule.Kind == ScheduleKind.Cron && CronText.Read(plan.Schedule.Cron, plan.Schedule.TimeZone, now).Next is [var first, var second, ..] && second - first < TimeSpan.FromHours(20))
        {
            yield return new("schedule", $"It runs every {(second - first).TotalHours:0.#} hours: the same customers may be written to several times a day.");
        }

        if (plan.HoldoutPercent == 0)
        {
            yield return new("holdoutPercent", "Nobody is held out, so the campaign's effect cannot be measured.");
        }
    }

    private static IEnumerable<FieldError> Offers(CampaignPlan plan, IReadOnlyList<OfferDetails> chosen, DateTime now)
    {
        foreach (var id in plan.OfferIds.Except(chosen.Select(x => x.Id)))
        {
            yield return new("offerIds", $"Offer {id} no longer exists: take it out.");
        }

        foreach (var offer in chosen.Where(x => x.StateAt(now) is OfferState.Ended or OfferState.Archived))
        {
            yield return new("offerIds", $"The offer “{offer.Name}” is {(offer.ArchivedAt is null ? "over" : "archived")}: choose another.");
        }
    }

    private static IEnumerable<FieldError> Numbers(CampaignPlan plan)
    {
        if (plan.Variants.Count == 0)
        {
            yield return new("variants", "Choose at least one version of the copy.");
        }

        if (plan.HoldoutPercent is not (>= 0 and <= 50))
        {
            yield return new("holdoutPercent", "Hold out between 0 and 50 per cent.");
        }

        if (plan.AttributionDays is < 1 or > 90)
        {
            yield return new("attributionDays", "Count purchases for 1 to 90 days.");
        }
    }

    private static IEnumerable<FieldError> Schedule(CampaignSchedule schedule, IReadOnlyList<OfferDetails> chosen, DateTime now)
    {
        switch (schedule.Kind)
        {
            case ScheduleKind.Once when schedule.At is null:
                yield return new("schedule", "Say when it shall be sent.");
                break;
            case ScheduleKind.Once when schedule.At <= now:
                yield return new("schedule", "The time chosen has passed: choose a later one.");
                break;
            case ScheduleKind.Cron when CronText.Read(schedule.Cron, schedule.TimeZone, now).Error is { } error:
                yield return new("schedule", error);
                break;
            case ScheduleKind.OnEntry when schedule.ReentryDays < 1:
                yield return new("schedule", "Leave at least 1 day before the same customer is written to again.");
                break;
        }

        var first = schedule.Kind switch { ScheduleKind.Once => schedule.At ?? now, ScheduleKind.Cron => CronText.Read(schedule.Cron, schedule.TimeZone, now, 1).Next.Append(now).First(), _ => now };
        foreach (var offer in chosen.Where(x => x.ArchivedAt is null && x.Draft.ValidTo > now && (first < x.Draft.ValidFrom || first >= x.Draft.ValidTo)))
        {
            yield return new("schedule", $"At the first sending the offer “{offer.Name}” {(first < offer.Draft.ValidFrom ? "does not hold yet" : "is over")}: move the time or the offer.");
        }
    }
}
