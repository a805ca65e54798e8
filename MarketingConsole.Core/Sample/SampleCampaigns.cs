using MarketingConsole.Core.Campaigns;
using MarketingConsole.Core.Copy;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Dispatch;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Jobs;
using MarketingConsole.Core.Offers;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Sample;

/// <summary>Offers and the two past campaigns of the sample shop.</summary>
internal static class SampleCampaigns
{
    private const string WarmSeason = "Warm cups for cool days", WinBack = "We kept your favourites";

    public static IReadOnlyList<Offer> Offers(DateTime now) =>
    [
        new Offer { Name = "10 % off tea, coffee and chocolate", Description = "For everybody who warms up with us.", Kind = OfferKind.PercentOff, Value = 10, Code = "WARM10", CategoriesJson = """["Tea","Coffee","Chocolate"]""", ValidFrom = now.AddDays(-75), ValidTo = now.AddDays(45), UnitCostCents = 320, CreatedBy = SampleAccounts.Marketer, CreatedAt = now.AddDays(-80) },
        new Offer { Name = "€10 welcome back", Description = "For orders from €40.", Kind = OfferKind.AmountOff, Value = 1000, Code = "BACK10", ValidFrom = now.AddDays(-40), ValidTo = now.AddDays(60), BudgetCents = 500_000, UnitCostCents = 1000, CreatedBy = SampleAccounts.Marketer, CreatedAt = now.AddDays(-45) },
        new Offer { Name = "Free shipping this month", Kind = OfferKind.FreeShipping, ValidFrom = now.AddDays(-10), ValidTo = now.AddDays(20), UnitCostCents = 490, CreatedBy = SampleAccounts.Marketer, CreatedAt = now.AddDays(-12) },
        new Offer { Name = "A candle as a gift", Description = "A pack of tealights with every order of scents.", Kind = OfferKind.Gift, SkusJson = """["CAN-108"]""", CategoriesJson = """["Candles & scent"]""", ValidFrom = now.AddDays(-5), ValidTo = now.AddDays(50), StockLimit = 400, UnitCostCents = 350, CreatedBy = SampleAccounts.Manager, CreatedAt = now.AddDays(-6) },
    ];

    /// <summary>Writes the campaigns, approved and about to run; their results come with the customers.</summary>
    /// <param name="segments">Ids of the audience of each campaign.</param>
    public static async Task<IReadOnlyList<SampleCampaign>> AddAsync(ConsoleDb db, IReadOnlyList<Offer> offers, (int Warm, int Lapsing) segments, ShopCalendar calendar, DateTime now, CancellationToken cancellationToken)
    {
        DateTime At(int daysAgo, int hour) => calendar.StartOf(DateOnly.FromDateTime(now).AddDays(-daysAgo)).AddHours(hour);
        var warm = Campaign(WarmSeason, At(68, 10), segments.Warm, offers[0], 7,
            Variant("A", "{{first_name}}, something warm for cool days", "Tea, coffee and chocolate with {{offer_value}} off", "Time for a warm cup", "The evenings are getting longer. Until {{valid_to}} you get {{offer_value}} off tea, coffee and chocolate with the code {{offer_code}}.\n\nPut the kettle on, we do the rest.", "Choose yours"),
            Variant("B", "{{offer_value}} off what warms you", "Your code is inside", "Warm up with us", "Fresh first pickings, small roasters, dark chocolate: {{offer_value}} off with {{offer_code}} until {{valid_to}}.", "See the shelves"));
        var back = Campaign(WinBack, At(33, 17), segments.Lapsing, offers[1], 7,
            Variant("A", "{{first_name}}, we kept your favourites", "{{offer_value}} for your next order", "Good to have you back", "It has been a while. Here is {{offer_value}} for your next order with the code {{offer_code}}, valid until {{valid_to}}.", "Look around"));
        db.AddRange(warm, back);
        await db.SaveChangesAsync(cancellationToken);
        foreach (var campaign in new[] { warm, back })
        {
            db.Add(new CampaignApproval { CampaignId = campaign.Id, Version = 1, PlanHash = CampaignPlan.Hash(campaign.PlanJson), Approved = true, DecidedBy = SampleAccounts.Manager, DecidedAt = campaign.UpdatedAt.AddHours(3) });
        }

        await db.SaveChangesAsync(cancellationToken);
        return Plans([warm, back]);
    }

    /// <summary>The same, when the campaigns were written by an attempt that a crash cut off.</summary>
    public static async Task<IReadOnlyList<SampleCampaign>> FindAsync(ConsoleDb db, CancellationToken cancellationToken)
    {
        var author = SampleAccounts.Marketer;
        return Plans(await db.Campaigns.AsNoTracking().Where(x => (x.Name == WarmSeason || x.Name == WinBack) && x.CreatedBy == author).OrderBy(x => x.Id).Take(2).ToListAsync(cancellationToken));
    }

    /// <summary>Sums up what the customers' rows say.</summary>
    public static async Task FinishAsync(ConsoleDb db, IReadOnlyList<SampleCampaign> campaigns, CancellationToken cancellationToken)
    {
        foreach (var campaign in campaigns)
        {
            var counts = await db.Dispatches.Where(x => x.CampaignId == campaign.Id).GroupBy(x => x.Status).Select(x => new { x.Key, Count = x.Count() }).ToDictionaryAsync(x => x.Key, x => x.Count, cancellationToken);
            int Of(DispatchStatus status) => counts.GetValueOrDefault(status);
            var (start, end, name) = (campaign.At, campaign.At.AddMinutes(2), await db.Campaigns.Where(x => x.Id == campaign.Id).Select(x => x.Name).SingleAsync(cancellationToken));
            var run = new JobRun
            {
                Kind = "DispatchCampaign",
                Title = name,
                Status = JobStatus.Finished,
                StartedBy = "schedule",
                CreatedAt = start,
                StartedAt = start,
                FinishedAt = end,
                Attempts = 1,
                Done = counts.Values.Sum(),
                Total = counts.Values.Sum(),
                CountsJson = $$"""{"sent":{{Of(DispatchStatus.Sent)}},"failed":{{Of(DispatchStatus.Failed)}},"skipped":{{Of(DispatchStatus.Skipped)}},"held out":{{Of(DispatchStatus.HeldOut)}}}""",
            };
            db.Add(run);
            await db.SaveChangesAsync(cancellationToken);
            db.Add(new CampaignRun
            {
                CampaignId = campaign.Id,
                Occurrence = campaign.Occurrence,
                CampaignVersion = 1,
                JobRunId = run.Id,
                StartedAt = start,
                FinishedAt = end,
                Planned = true,
                Audience = counts.Values.Sum(),
                Sent = Of(DispatchStatus.Sent),
                Failed = Of(DispatchStatus.Failed),
                Skipped = Of(DispatchStatus.Skipped),
                HeldOut = Of(DispatchStatus.HeldOut),
            });
            await db.SaveChangesAsync(cancellationToken);
        }
    }

    private static SampleCampaign[] Plans(IReadOnlyList<Campaign> campaigns) =>
    [
        .. campaigns.Select(x => (Campaign: x, Plan: CampaignPlan.FromJson(x.PlanJson))).Select(x => new SampleCampaign(x.Campaign.Id, x.Plan.Schedule.At!.Value, x.Plan.OfferIds[0], x.Plan.Variants.Count, x.Plan.HoldoutPercent, x.Plan.AttributionDays,
            x.Campaign.Name == WarmSeason ? .16 : .32,
            x.Campaign.Name == WarmSeason
                ? h => h.Categories.Overlaps(["Tea", "Coffee", "Chocolate"]) && h.LastOrderAt > h.At.AddDays(-180)
                : h => h.LastOrderAt < h.At.AddDays(-90) && h.LastOrderAt > h.At.AddDays(-420))),
    ];

    private static Campaign Campaign(string name, DateTime at, int segment, Offer offer, int attributionDays, params CopyVariant[] variants) => new()
    {
        Name = name,
        Status = CampaignStatus.Finished,
        Channel = Channel.Email,
        CreatedBy = SampleAccounts.Marketer,
        ChangedBy = SampleAccounts.Marketer,
        CreatedAt = at.AddDays(-4),
        UpdatedAt = at.AddDays(-2),
        PlanJson = new CampaignPlan
        {
            Include = [segment],
            OfferIds = [offer.Id],
            Brief = new CopyBrief(name, "warm", "en"),
            Variants = variants,
            Schedule = new CampaignSchedule(ScheduleKind.Once, at),
            HoldoutPercent = 10,
            AttributionDays = attributionDays,
            FromName = "Sample Shop",
        }.ToJson(),
    };

    private static CopyVariant Variant(string name, string subject, string preheader, string heading, string body, string button) =>
        new() { Name = name, Subject = subject, Preheader = preheader, Heading = heading, Body = body, Button = button, ShortText = subject };
}
