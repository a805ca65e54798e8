using System.Threading.Channels;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Data;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MarketingConsole.Core.Dispatch;

/// <summary>Deletes an erased customer's messages from the outbox folder.</summary>
internal sealed partial class OutboxEraser(Outbox outbox, ChangeFeed feed, ILogger<OutboxEraser> log) : BackgroundService
{
    private readonly Channel<string> _addresses = System.Threading.Channels.Channel.CreateUnbounded<string>();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var subscription = feed.Subscribe<CustomerErased>(x =>
        {
            if (x.Email is { Length: > 0 } address)
            {
                _addresses.Writer.TryWrite(address.Trim());
            }
        });
        await foreach (var address in _addresses.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                Deleted(log, outbox.DeleteTo(address));
            }
            catch (IOException exception)
            {
                Failed(log, exception);
            }
        }
    }

    [LoggerMessage(LogLevel.Information, "Deleted {Count} outbox messages of an erased customer")]
    private static partial void Deleted(ILogger logger, int count);

    [LoggerMessage(LogLevel.Error, "Outbox messages of an erased customer could not be deleted; delete them by hand")]
    private static partial void Failed(ILogger logger, Exception exception);
}
