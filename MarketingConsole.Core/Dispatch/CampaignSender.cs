using MarketingConsole.Core.Campaigns;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Copy;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Dispatch.Mail;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Jobs;
using MarketingConsole.Core.Offers;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Dispatch;

/// <summary>The run cannot go on; the rest of its messages wait. The message says why and what to do.</summary>
public sealed class DispatchStoppedException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Sends the planned messages of one occurrence, each recipient exactly once: "Sending" is durable before the message is handed over,
/// its outcome after. See docs/decisions/0001-exactly-once-dispatch.md.</summary>
internal sealed class CampaignSender(IDbContextFactory<ConsoleDb> dbs, CampaignService campaigns, ConsentGate gate, OfferService offers, MessageComposer composer, BounceRecorder bounces, TimeProvider time)
{
    private const int BatchSize = 500;

    /// <param name="progress">Called with the number of messages that reached their end in this call.</param>
    public async Task SendAsync(CampaignPlan plan, int version, int campaignId, long occurrence, ITransport transport, Action<int> progress, CancellationToken cancellationToken)
    {
        var offerById = (await offers.GetAsync([.. plan.OfferIds], cancellationToken)).ToDictionary(x => x.Id);
        await using var ledger = new DispatchLedger(dbs, bounces, time, campaignId, occurrence);
        var (ended, deferred, wait) = (0, 0, TimeSpan.Zero);
        for (var pass = 1; pass <= transport.Retry.Tries; pass++)
        {
            (deferred, wait) = (0, transport.Retry.Wait(pass));
            await Parallel.ForEachAsync(BatchesAsync(plan, version, campaignId, occurrence, ledger, () => progress(Interlocked.Increment(ref ended)), cancellationToken),
                new ParallelOptions { MaxDegreeOfParallelism = transport.Parallel, CancellationToken = cancellationToken }, async (item, token) =>
                {
                    if (await DeliverAsync(item, token) is { Outcome: DeliveryOutcome.Deferred } put && pass < transport.Retry.Tries)
                    {
                        Interlocked.Increment(ref deferred);
                        wait = put.RetryAfter > wait ? TimeSpan.FromSeconds(Math.Min(put.RetryAfter.Value.TotalSeconds, 600)) : wait;
                        return;
                    }

                    progress(Interlocked.Increment(ref ended));
                });
            if (deferred == 0)
            {
                return;
            }

            await Task.Delay(wait, time, cancellationToken);
        }

        async Task<Delivery?> DeliverAsync((DispatchRecord Row, Recipient To) item, CancellationToken token)
        {
            var (row, to) = item;
            OutgoingMessage message;
            try
            {
                message = await composer.ComposeAsync(plan, row, to, row.OfferId is { } id ? offerById.GetValueOrDefault(id) : null, token);
            }
            catch (MessageException exception)
            {
                await ledger.RecordAsync(row.CustomerId, DispatchStatus.Failed, exception.Message);
                return null;
            }

            var delivery = await ReachAsync(transport, message, () => ledger.RecordAsync(row.CustomerId, DispatchStatus.Sending), token);
            var last = row.Attempts + 1 >= transport.Retry.Tries;
            var step = delivery.Outcome switch
            {
                DeliveryOutcome.Accepted => ledger.RecordAsync(row.CustomerId, DispatchStatus.Sent),
                DeliveryOutcome.Unconfirmed => ledger.RecordAsync(row.CustomerId, DispatchStatus.Sent, DispatchReason.Unconfirmed),
                DeliveryOutcome.Deferred when !last => ledger.RecordAsync(row.CustomerId, DispatchStatus.Planned, delivery.Reason),
                _ => ledger.RecordAsync(row.CustomerId, DispatchStatus.Failed, delivery.Reason, delivery.HardBounce && plan.Channel == Channel.Email ? message.Address : null),
            };
            if (delivery.Outcome != DeliveryOutcome.Accepted)
            {
                await step; // an acceptance need not be awaited: the next message's "Sending" queues behind it
            }

            return delivery.Outcome == DeliveryOutcome.Deferred && last ? delivery with { Outcome = DeliveryOutcome.Refused } : delivery;
        }
    }

    /// <summary>Hands one message over; when the other side cannot be reached, waits and tries again before it gives up the whole run.</summary>
    private async Task<Delivery> ReachAsync(ITransport transport, OutgoingMessage message, Func<Task> commit, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await transport.SendAsync(message, commit, cancellationToken);
            }
            catch (SmtpSetupException exception)
            {
                throw new DispatchStoppedException(exception.Message, exception);
            }
            catch (SmtpConnectionException exception) when (tries >= transport.Retry.Tries)
            {
                throw new DispatchStoppedException($"{exception.Message} The rest of the messages wait: repeat this run once the server is back.", exception);
            }
            catch (SmtpConnectionException)
            {
                await Task.Delay(transport.Retry.Wait(tries), time, cancellationToken);
            }
        }
    }

    /// <summary>Planned rows in batches; each batch asks again whether the campaign is approved and the customer still allows the message.</summary>
    private async IAsyncEnumerable<(DispatchRecord Row, Recipient To)> BatchesAsync(CampaignPlan plan, int version, int campaignId, long occurrence, DispatchLedger ledger, Action skipped,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var last = int.MinValue; ;)
        {
            var campaign = await campaigns.GetAsync(campaignId, cancellationToken);
            if (campaign?.Summary.Status == CampaignStatus.Paused)
            {
                throw new JobStoppedException("The campaign was paused. The rest of its messages wait until it goes on.");
            }

            if (campaign is not { Approval: not null, Summary.Status: not CampaignStatus.Archived } || campaign.Summary.Version != version)
            {
                throw new DispatchStoppedException("The campaign is no longer approved in the version this run was planned with. The rest of its messages wait.");
            }

            await using var db = await dbs.CreateDbContextAsync(cancellationToken);
            var rows = await db.Dispatches.AsNoTracking().Where(x => x.CampaignId == campaignId && x.Occurrence == occurrence && x.Status == DispatchStatus.Planned && x.CustomerId > last)
                .OrderBy(x => x.CustomerId).Take(BatchSize).ToListAsync(cancellationToken);
            if (rows.Count == 0)
            {
                yield break;
            }

            last = rows[^1].CustomerId;
            var (rules, now) = (await gate.RulesAsync(cancellationToken), time.GetUtcNow().UtcDateTime);
            var ids = rows.ConvertAll(x => x.CustomerId);
            var customers = db.Customers.AsNoTracking().Where(x => EF.Parameter(ids).Contains(x.Id) && x.ErasedAt == null);
            var profiled = (await customers.Where(rules.Allowed(db, Purpose.Profiling, now)).Select(x => x.Id).ToListAsync(cancellationToken)).ToHashSet();
            var allowed = await CampaignAudience.NotSuppressed(db, CampaignAudience.WithAddress(customers, plan.Channel).Where(rules.Allowed(db, CampaignAudience.PurposeOf(plan.Channel), now)), plan.Channel)
                .Select(x => new { x.Id, x.Key, x.Email, x.Phone, x.FirstName, x.LastName, x.City }).ToDictionaryAsync(x => x.Id, cancellationToken);
            foreach (var row in rows)
            {
                if (allowed.TryGetValue(row.CustomerId, out var x))
                {
                    yield return (row, new Recipient(x.Id, x.Key, x.Email, x.Phone, x.FirstName, x.LastName, x.City, profiled.Contains(x.Id)));
                    continue;
                }

                await ledger.RecordAsync(row.CustomerId, DispatchStatus.Skipped, SkipReason.Withdrawn);
                skipped();
            }
        }
    }
}

/// <summary>Reasons stored with a sent message.</summary>
public static class DispatchReason
{
    public const string LostInCrash = "accepted, confirmation lost in a crash", Unconfirmed = "handed over, connection lost before the confirmation";
}
