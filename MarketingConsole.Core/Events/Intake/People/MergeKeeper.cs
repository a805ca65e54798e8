using System.Threading.Channels;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MarketingConsole.Core.Events.Intake.People;

/// <summary>Erases with a customer those who were merged into them, and forgets undo data that is too old.</summary>
internal sealed partial class MergeKeeper(IDbContextFactory<ConsoleDb> dbs, CustomerMerger merger, CustomerEraser eraser, ChangeFeed feed, TimeProvider time, ILogger<MergeKeeper> log) : BackgroundService
{
    private static readonly TimeSpan Tick = TimeSpan.FromHours(1);
    private readonly Channel<bool> _wake = System.Threading.Channels.Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Erases whoever was merged into somebody who is not here any more.</summary>
    internal async Task SweepAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await using var db = await dbs.CreateDbContextAsync(cancellationToken);
            var orphans = await db.CustomerMerges.Where(x => x.UndoneAt == null && !db.Customers.Any(c => c.Id == x.IntoId) && db.Customers.Any(c => c.Id == x.CustomerId && c.ErasedAt != null))
                .Select(x => x.CustomerId).Take(100).ToListAsync(cancellationToken);
            if (orphans.Count == 0)
            {
                return;
            }

            foreach (var id in orphans)
            {
                await eraser.EraseAsync(id, "erasure of the customer they were merged into", cancellationToken);
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var erased = feed.Subscribe<CustomerErased>(_ => _wake.Writer.TryWrite(true));
        await using var timer = time.CreateTimer(_ => _wake.Writer.TryWrite(true), null, TimeSpan.Zero, Tick);
        while (await _wake.Reader.WaitToReadAsync(stoppingToken))
        {
            _wake.Reader.TryRead(out _);
            try
            {
                await SweepAsync(stoppingToken);
                await merger.PurgeAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is not (OperationCanceledException or OutOfMemoryException))
            {
                Failed(log, exception);
            }
        }
    }

    [LoggerMessage(LogLevel.Error, "Clearing up after merges failed; tried again within the hour")]
    private static partial void Failed(ILogger logger, Exception exception);
}
