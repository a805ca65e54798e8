using MarketingConsole.Core.Campaigns;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Dispatch.Mail;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Offers;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace MarketingConsole.Core.Dispatch;

/// <summary>Writes the dispatches of one occurrence: one row for each customer of the audience, planned, held out or skipped with its reason.</summary>
internal sealed class AudiencePlanner(IDbContextFactory<ConsoleDb> dbs, ConsentGate gate, SuppressionList suppressions, OfferService offers, IOptions<DispatchOptions> options, TimeProvider time)
{
    private const int ChunkSize = 5000;

    /// <param name="only">Customers who entered the segment; null = the whole audience.</param>
    /// <returns>Size of the audience.</returns>
    public async Task<int> PlanAsync(int campaignId, long occurrence, CampaignPlan plan, IReadOnlyList<int>? only, Action<int> progress, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var rules = await gate.RulesAsync(cancellationToken);
        await suppressions.SuppressReturnedAsync(cancellationToken);
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        await db.Dispatches.Where(x => x.CampaignId == campaignId && x.Occurrence == occurrence).ExecuteDeleteAsync(cancellationToken); // left by an attempt that died while planning: nothing was sent yet
        var chooser = await OfferChooser.LoadAsync(db, await offers.GetAsync([.. plan.OfferIds], cancellationToken), now, cancellationToken);
        var (last, total) = (int.MinValue, 0);
        var addresses = new HashSet<string>(StringComparer.Ordinal);
        while (true)
        {
            var members = CampaignAudience.Members(db, plan).AsNoTracking();
            if (only is not null)
            {
                members = members.Where(x => EF.Parameter(only).Contains(x.Id));
            }

            var chunk = await members.Where(x => x.Id > last).OrderBy(x => x.Id).Take(ChunkSize).Select(x => new Member(x.Id, x.Key, x.Email, x.Phone, x.Language)).ToListAsync(cancellationToken);
            if (chunk.Count == 0)
            {
                return total;
            }

            var (from, to) = (chunk[0].Id, chunk[^1].Id);
            var barriers = await BarriersAsync(db, campaignId, occurrence, plan, rules, from, to, now, cancellationToken);
            var profiles = await BuyerProfiles.LoadAsync(db, rules, from, to, chooser.UsesCategories, now, cancellationToken);
            var rows = chunk.ConvertAll(x =>
            {
                var profile = profiles.GetValueOrDefault(x.Id, BuyerProfile.Unknown);
                var row = new DispatchRecord { CampaignId = campaignId, Occurrence = occurrence, CustomerId = x.Id, Channel = plan.Channel, CreatedAt = now, Score = profile.ChanceToBuy };
                row.Reason = barriers.Against(x, plan.Channel) ?? (AddressOf(x, plan.Channel) is { } address && !addresses.Add(address.ToLowerInvariant()) ? SkipReason.SameAddress : null);
                row.Status = row.Reason is not null ? DispatchStatus.Skipped : StableDraw.HeldOut(plan, campaignId, x.Id) ? DispatchStatus.HeldOut : DispatchStatus.Planned;
                row.Variant = StableDraw.Variant(plan, campaignId, x.Id, x.Language);
                if (row.Status != DispatchStatus.Skipped && plan.OfferIds.Count > 0)
                {
                    var heldOut = row.Status == DispatchStatus.HeldOut; // compared with those written to, so no offer for them means skipped alike; what they would get is not taken from the stock
                    var offer = heldOut ? chooser.Best(profile) : chooser.Choose(profile);
                    row.OfferId = heldOut ? null : offer;
                    (row.Status, row.Reason) = offer is not null ? (row.Status, null) : (DispatchStatus.Skipped, chooser.Any ? SkipReason.NoOffer : SkipReason.OffersOver);
                }

                return row;
            });
            await using (var transaction = await db.Database.BeginTransactionAsync(cancellationToken))
            {
                await db.BulkInsertAsync(rows, cancellationToken);
                await transaction.CommitAsync(cancellationToken);
            }

            (last, total) = (chunk[^1].Id, total + rows.Count);
            progress(total);
        }
    }

    internal static string? AddressOf(Member x, Channel channel) => channel switch { Channel.Email => x.Email?.Trim(), Channel.Sms => x.Phone, _ => x.Key };

    private async Task<Barriers> BarriersAsync(ConsoleDb db, int campaignId, long occurrence, CampaignPlan plan, ConsentRuleSet rules, int from, int to, DateTime now, CancellationToken cancellationToken)
    {
        var customers = db.Customers.AsNoTracking().Where(x => x.Id >= from && x.Id <= to);
        var allowed = (await customers.Where(rules.Allowed(db, CampaignAudience.PurposeOf(plan.Channel), now)).Select(x => x.Id).ToListAsync(cancellationToken)).ToHashSet();
        var free = (await CampaignAudience.NotSuppressed(db, customers, plan.Channel).Select(x => x.Id).ToListAsync(cancellationToken)).ToHashSet();
        var week = now.AddDays(-7);
        var most = options.Value.MaxPerWeek;
        var tired = most == 0 ? [] : (await db.Dispatches.Where(x => x.CustomerId >= from && x.CustomerId <= to && !(x.CampaignId == campaignId && x.Occurrence == occurrence)
                && ((x.SentAt != null && x.SentAt > week && (x.Status == DispatchStatus.Sent || x.Status == DispatchStatus.Sending)) || (x.Status == DispatchStatus.Planned && x.CreatedAt > week)))
            .GroupBy(x => x.CustomerId).Where(g => g.Count() >= most).Select(g => g.Key).ToListAsync(cancellationToken)).ToHashSet();
        HashSet<int> again = [];
        if (plan.Schedule.Kind == ScheduleKind.OnEntry)
        {
            var since = plan.Schedule.ReentryDays is { } days ? now.AddDays(-days) : DateTime.UnixEpoch;
            again = (await db.Dispatches.Where(x => x.CampaignId == campaignId && x.Occurrence != occurrence && x.CustomerId >= from && x.CustomerId <= to && x.CreatedAt > since
                && x.Status != DispatchStatus.Skipped && x.Status != DispatchStatus.Failed).Select(x => x.CustomerId).Distinct().ToListAsync(cancellationToken)).ToHashSet();
        }

        return new Barriers(allowed, free, tired, again);
    }

    internal sealed record Member(int Id, string Key, string? Email, string? Phone, string? Language);

    private sealed record Barriers(HashSet<int> Allowed, HashSet<int> NotSuppressed, HashSet<int> Tired, HashSet<int> Again)
    {
        public string? Against(Member x, Channel channel) =>
            !Allowed.Contains(x.Id) ? SkipReason.NoConsent
            : string.IsNullOrEmpty(AddressOf(x, channel)) ? SkipReason.NoAddress
            : channel == Channel.Email && !Mailbox.IsValid(AddressOf(x, channel)) ? SkipReason.BadAddress
            : !NotSuppressed.Contains(x.Id) ? SkipReason.Suppressed
            : Again.Contains(x.Id) ? SkipReason.Again
            : Tired.Contains(x.Id) ? SkipReason.Tired : null;
    }
}

/// <summary>Why a customer of the audience gets no message; stored with the dispatch.</summary>
public static class SkipReason
{
    public const string NoConsent = "no consent for this channel", NoAddress = "no address on this channel", BadAddress = "malformed address", Suppressed = "address is suppressed",
        Tired = "weekly limit reached", Again = "already written to by this campaign", SameAddress = "address shared with another customer", NoOffer = "no offer applies",
        OffersOver = "no offer is valid", Withdrawn = "consent withdrawn before sending", Erased = "customer erased before sending";
}
