using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MarketingConsole.Core.Segments.Webhooks;

/// <summary>Tells each segment's moves to its webhook: at least once, in order, at most 1000 a call. What a call holds is written down before it is made, so that after a crash the same call is made again under the same id.</summary>
public sealed partial class WebhookSender(IDbContextFactory<ConsoleDb> dbs, SegmentWebhooks webhooks, SegmentFarewells farewells, IHttpClientFactory clients, ChangeFeed feed, TimeProvider time, ILogger<WebhookSender> log) : BackgroundService
{
    public const string ClientName = "segment-webhook";
    public const int MostMoves = 1000;

    /// <summary>After failing for so long it is paused until a person resumes it.</summary>
    public static readonly TimeSpan GivesUp = TimeSpan.FromDays(3);

    private static readonly RetryPolicy Retry = new(int.MaxValue, TimeSpan.FromSeconds(5));
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(5), Timeout = TimeSpan.FromSeconds(15), LongestWait = TimeSpan.FromDays(1);
    private readonly SemaphoreSlim _one = new(1), _wake = new(0, 1);

    public override void Dispose()
    {
        base.Dispose();
        _one.Dispose();
    }

    /// <summary>Makes every call that is due.</summary>
    public async Task DeliverAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            await using var db = await dbs.CreateDbContextAsync(cancellationToken);
            await farewells.ForgetAsync(db, cancellationToken);
            var now = time.GetUtcNow().UtcDateTime;
            var due = await db.SegmentWebhooks.Where(x => x.PausedAt == null && (x.NextTryAt == null || x.NextTryAt <= now) && db.SegmentMoves.Any(m => m.SegmentId == x.SegmentId && m.Id > x.Delivered) && db.Segments.Any(s => s.Id == x.SegmentId && s.DeletedAt == null))
                .Select(x => x.SegmentId).ToListAsync(cancellationToken);
            await Parallel.ForEachAsync(due, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellationToken }, async (id, stop) => // a slow receiver does not hold up the others
            {
                try
                {
                    while (await CallAsync(id, stop))
                    {
                    }
                }
                catch (DbUpdateConcurrencyException)
                {
                    // taken away meanwhile
                }
            });
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Calls with no moves in it, whatever the state; nothing is noted.</summary>
    /// <returns>What went wrong; null when the receiver took it.</returns>
    public async Task<string?> TestAsync(int segmentId, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        if (await db.SegmentWebhooks.AsNoTracking().SingleOrDefaultAsync(x => x.SegmentId == segmentId, cancellationToken) is not { } hook)
        {
            return "There is no webhook.";
        }

        var (name, now) = (await db.Segments.Where(x => x.Id == segmentId).Select(x => x.Name).SingleAsync(cancellationToken), time.GetUtcNow().UtcDateTime);
        return (await PostAsync(hook, SegmentMessage.Of($"test_{Guid.NewGuid():N}", "segment.test", now, segmentId, name, []), cancellationToken)).Error;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var moved = feed.Subscribe<SegmentMoved>(_ => Wake());
        using var changed = feed.Subscribe<WebhookChanged>(_ => Wake());
        using var erased = feed.Subscribe<CustomerErased>(_ => Wake());
        using var timer = time.CreateTimer(_ => Wake(), null, Look, Look); // retries that are due, and moves another node wrote
        Wake();
        while (!stoppingToken.IsCancellationRequested)
        {
            await _wake.WaitAsync(stoppingToken);
            try
            {
                await Task.Run(() => DeliverAsync(stoppingToken), stoppingToken); // SQLite answers synchronously
            }
            catch (Exception exception) when (exception is not (OperationCanceledException or OutOfMemoryException))
            {
                Failed(log, exception);
            }
        }
    }

    private void Wake()
    {
        try
        {
            _wake.Release();
        }
        catch (SemaphoreFullException)
        {
            // already awake
        }
    }

    /// <returns>True when there may be more to tell.</returns>
    private async Task<bool> CallAsync(int segmentId, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        if (await db.SegmentWebhooks.SingleOrDefaultAsync(x => x.SegmentId == segmentId && x.PausedAt == null, cancellationToken) is not { } hook)
        {
            return false;
        }

        var moves = db.SegmentMoves.AsNoTracking().Where(x => x.SegmentId == segmentId && x.Id > hook.Delivered);
        var batch = await (hook.Pending > hook.Delivered ? moves.Where(x => x.Id <= hook.Pending) : moves).OrderBy(x => x.Id).Take(MostMoves).ToListAsync(cancellationToken);
        if (batch.Count == 0)
        {
            if (hook.Pending <= hook.Delivered)
            {
                return false;
            }

            hook.Pending = 0; // whoever the delivery under way was about is erased
            await db.SaveChangesAsync(cancellationToken);
            return true;
        }

        hook.Pending = batch[^1].Id;
        await db.SaveChangesAsync(cancellationToken);
        var ids = batch.Select(x => x.CustomerId).Distinct().ToArray();
        var keys = await db.Customers.Where(x => EF.Parameter(ids).Contains(x.Id) && x.ErasedAt == null).ToDictionaryAsync(x => x.Id, x => x.Key, cancellationToken);
        var gone = await farewells.DueAsync(db, segmentId, hook.Pending, cancellationToken);
        var name = await db.Segments.Where(x => x.Id == segmentId).Select(x => x.Name).SingleAsync(cancellationToken);
        CustomerMoved[] told = [.. batch.Where(x => keys.ContainsKey(x.CustomerId)).Select(x => (x.Id, Move: new CustomerMoved(keys[x.CustomerId], x.Entered ? "entered" : "left", x.At))).Concat(gone).OrderBy(x => x.Id).Select(x => x.Move)];
        var (error, ended, after) = told.Length == 0 ? (null, false, null)
            : await PostAsync(hook, SegmentMessage.Of($"seg_{segmentId}_{batch[0].Id}_{hook.Pending}", "segment.moved", batch[^1].At, segmentId, name, told), cancellationToken);
        Note(hook, error, ended, after, time.GetUtcNow().UtcDateTime);
        await using (var transaction = await db.Database.BeginTransactionAsync(CancellationToken.None)) // the receiver has it, whoever is stopping
        {
            await db.SaveChangesAsync(CancellationToken.None);
            if (error is null && gone.Count > 0)
            {
                await SegmentFarewells.ToldAsync(db, segmentId, hook.Delivered, CancellationToken.None);
            }

            await transaction.CommitAsync(CancellationToken.None);
        }

        feed.Publish(new WebhookCalled(segmentId));
        return error is null;
    }

    private static void Note(SegmentWebhook hook, string? error, bool gone, TimeSpan? after, DateTime now)
    {
        if (error is null)
        {
            (hook.Delivered, hook.Pending, hook.DeliveredAt, hook.FailingSince, hook.NextTryAt, hook.Tries, hook.LastError) = (hook.Pending, 0, now, null, null, 0, null);
            return;
        }

        hook.Tries++;
        var wait = Retry.Wait(Math.Min(hook.Tries, 30));
        wait = after is { } asked && asked > wait ? asked < LongestWait ? asked : LongestWait : wait;
        (hook.FailingSince, hook.LastError, hook.NextTryAt) = (hook.FailingSince ?? now, error.Length > 500 ? error[..500] : error, now + wait);
        if (gone || now - hook.FailingSince >= GivesUp)
        {
            (hook.PausedAt, hook.NextTryAt) = (now, null);
        }
    }

    private async Task<(string? Error, bool Gone, TimeSpan? After)> PostAsync(SegmentWebhook hook, SegmentMessage message, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, hook.Url) { Content = new StringContent(message.Body, System.Text.Encoding.UTF8, "application/json") };
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(Timeout);
        try
        {
            var seconds = time.GetUtcNow().ToUnixTimeSeconds();
            request.Headers.Add("webhook-id", message.Id);
            request.Headers.Add("webhook-timestamp", seconds.ToString(System.Globalization.CultureInfo.InvariantCulture));
            request.Headers.Add("webhook-signature", SegmentMessage.Sign(webhooks.Reveal(hook), message.Id, seconds, message.Body));
            using var client = clients.CreateClient(ClientName);
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timeout.Token);
            var asked = response.Headers.RetryAfter is { } after ? after.Delta ?? (after.Date is { } date ? date - time.GetUtcNow() : null) : null;
            return response.IsSuccessStatusCode ? (null, false, null) : ($"The receiver answered {(int)response.StatusCode} {response.ReasonPhrase}.", (int)response.StatusCode == 410, asked);
        }
        catch (HttpRequestException exception)
        {
            return (exception.InnerException is PrivateAddressException own ? own.Message : $"The receiver cannot be reached: {exception.HttpRequestError}.", false, null);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return ($"The receiver did not answer within {Timeout.TotalSeconds:0} seconds.", false, null);
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            return ("The stored secret cannot be read any more: make a new one.", true, null);
        }
    }

    [LoggerMessage(LogLevel.Error, "Segment webhooks could not be worked through; trying again in five seconds")]
    private static partial void Failed(ILogger logger, Exception exception);
}
