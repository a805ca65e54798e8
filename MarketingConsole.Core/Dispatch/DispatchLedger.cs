using System.Threading.Channels;
using MarketingConsole.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Dispatch;

/// <summary>Makes what becomes of each recipient durable. One writer commits whatever is waiting in one transaction (group commit), so that
/// hundreds of recipients a second each have their own durable step without a disk flush each.</summary>
internal sealed class DispatchLedger : IAsyncDisposable
{
    private readonly Channel<Step> _steps = Channel.CreateUnbounded<Step>(new UnboundedChannelOptions { SingleReader = true });
    private readonly IDbContextFactory<ConsoleDb> _dbs;
    private readonly BounceRecorder _bounces;
    private readonly TimeProvider _time;
    private readonly int _campaignId;
    private readonly long _occurrence;
    private readonly Task _writer;

    public DispatchLedger(IDbContextFactory<ConsoleDb> dbs, BounceRecorder bounces, TimeProvider time, int campaignId, long occurrence)
    {
        (_dbs, _bounces, _time, _campaignId, _occurrence) = (dbs, bounces, time, campaignId, occurrence);
        _writer = Task.Run(WriteAllAsync);
    }

    /// <summary>Completes once the step has reached the disk.</summary>
    /// <param name="bounced">The address, when it does not exist: suppressed in the same transaction, because a failed message is never looked at again.</param>
    public Task RecordAsync(int customerId, DispatchStatus status, string? reason = null, string? bounced = null)
    {
        var step = new Step(customerId, status, reason is { Length: > 300 } ? reason[..300] : reason, bounced, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        return _steps.Writer.TryWrite(step) ? step.Done.Task : _writer.ContinueWith(x => throw new InvalidOperationException("The ledger has stopped.", x.Exception), TaskScheduler.Default);
    }

    /// <summary>Waits for all steps; throws what stopped the writer.</summary>
    public async ValueTask DisposeAsync()
    {
        _steps.Writer.TryComplete();
        await _writer;
    }

    private async Task WriteAllAsync()
    {
        var steps = new List<Step>();
        try
        {
            await using var db = await _dbs.CreateDbContextAsync();
            await db.Database.OpenConnectionAsync();
            if (db.Database.ProviderName!.EndsWith("Sqlite", StringComparison.Ordinal))
            {
                await db.Database.ExecuteSqlRawAsync("PRAGMA synchronous=FULL"); // a step must survive power loss, not only a killed process
            }

            while (await _steps.Reader.WaitToReadAsync())
            {
                steps.Clear();
                while (steps.Count < 1000 && _steps.Reader.TryRead(out var step))
                {
                    steps.Add(step);
                }

                await CommitAsync(db, steps);
                steps.ForEach(x => x.Done.SetResult());
            }
        }
        catch (Exception exception)
        {
            _steps.Writer.TryComplete();
            while (_steps.Reader.TryRead(out var step))
            {
                steps.Add(step);
            }

            steps.ForEach(x => x.Done.TrySetException(exception));
            throw;
        }
    }

    private async Task CommitAsync(ConsoleDb db, List<Step> steps)
    {
        var now = _time.GetUtcNow().UtcDateTime;
        await using var transaction = await db.Database.BeginTransactionAsync();
        foreach (var group in steps.GroupBy(x => (x.Status, x.Reason)))
        {
            var ids = group.Select(x => x.CustomerId).ToArray();
            var (status, reason) = group.Key;
            DateTime? sentAt = status is DispatchStatus.Sending or DispatchStatus.Sent ? now : null;
            var tried = status == DispatchStatus.Sent ? 0 : 1; // Sending counted it already
            var changed = await db.Dispatches.Where(x => x.CampaignId == _campaignId && x.Occurrence == _occurrence && EF.Parameter(ids).Contains(x.CustomerId)
                    && (status != DispatchStatus.Sending || x.Status == DispatchStatus.Planned))
                .ExecuteUpdateAsync(s => s.SetProperty(x => x.Status, status).SetProperty(x => x.Reason, reason).SetProperty(x => x.SentAt, sentAt)
                    .SetProperty(x => x.Attempts, x => x.Attempts + (x.Status == DispatchStatus.Sending ? 0 : tried)));
            if (changed != ids.Length)
            {
                throw new InvalidOperationException("Another node has taken over this run.");
            }
        }

        var events = await _bounces.AppendAsync(db, [.. steps.Where(x => x.Bounced is not null).Select(x => new Bounce(new DispatchKey(_campaignId, _occurrence, x.CustomerId), x.Bounced!, x.Reason ?? ""))]);
        await transaction.CommitAsync();
        _bounces.Publish(events);
    }

    private sealed record Step(int CustomerId, DispatchStatus Status, string? Reason, string? Bounced, TaskCompletionSource Done);
}
