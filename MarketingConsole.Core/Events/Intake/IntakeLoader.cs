using System.Data.Common;
using System.Text.Json;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events.Live;
using MarketingConsole.Core.Jobs;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MarketingConsole.Core.Events.Intake;

/// <summary>Drains the journal into the database, in order, in large batches. What it wrote and did not note before a crash it writes again, without effect.</summary>
internal sealed partial class IntakeLoader(IntakeJournal journal, MessageLoader loader, LiveIntake live, IntakeMeter meter, IDbContextFactory<ConsoleDb> dbs, IOptions<IntakeOptions> options, IOptions<ShopOptions> shop, TimeProvider time, ILogger<IntakeLoader> log) : BackgroundService
{
    private const int Tries = 2, TriesAlone = 3;
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(2);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => BackgroundThread.RunAsync("Intake loader", () => RunAsync(stoppingToken));

    private async Task RunAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await journal.WaitAsync(stoppingToken);
                var start = time.GetTimestamp();
                var (payloads, events, end) = journal.Read(options.Value.BatchEvents);
                await live.ToldAsync(journal.LoadedEvents + events, stoppingToken);
                await LoadAsync([.. payloads.SelectMany(x => IntakeBatch.Unpack(x, shop.Value.Currency))], refused: false, stoppingToken);
                journal.Loaded(end, events);
                await live.GiveWayAsync(start, stoppingToken);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
            {
                JournalFailed(log, exception);
                await Task.Delay(Retry, time, stoppingToken);
            }
        }
    }

    /// <param name="refused">They are of a batch that a database refused which answers: nothing is gained by waiting, and all others wait too.</param>
    private async Task LoadAsync(List<JournaledMessage> messages, bool refused, CancellationToken stoppingToken)
    {
        for (var attempt = 1; messages.Count > 0; attempt++)
        {
            try
            {
                var loaded = await loader.LoadAsync(messages, stoppingToken);
                meter.Loaded(messages.Count, loaded.Repeated, loaded.Merges, messages.Min(x => x.ReceivedAt));
                if (loaded.RefusedAliases > 0)
                {
                    meter.TurnedAway(messages[0].SourceId, "An alias of two known customers is taken from a server only.");
                }

                return;
            }
            catch (Exception exception) when (exception is not (OperationCanceledException or OutOfMemoryException))
            {
                LoadFailed(log, messages.Count, attempt, exception);
                var answers = await AnswersAsync(stoppingToken);
                if (!answers || (!refused && attempt < Tries))
                {
                    await Task.Delay(Retry, time, stoppingToken);
                    continue;
                }

                if (messages.Count == 1 && attempt < TriesAlone)
                {
                    continue; // what the others next to it did to it, a deadlock for one, is over
                }
            }

            if (messages.Count == 1)
            {
                await SetAsideAsync(messages[0], stoppingToken);
                return;
            }

            // One of them is not to be had: halve until it is found, so that it does not hold up the others.
            await LoadAsync(messages[..(messages.Count / 2)], refused: true, stoppingToken);
            await LoadAsync(messages[(messages.Count / 2)..], refused: true, stoppingToken);
            return;
        }
    }

    /// <summary>Whether the database takes a write, here one that changes nothing: one that others keep busy, or that may only be read, would refuse every event.</summary>
    private async Task<bool> AnswersAsync(CancellationToken stoppingToken)
    {
        try
        {
            await using var db = await dbs.CreateDbContextAsync(stoppingToken);
            return await db.IdCounters.ExecuteUpdateAsync(s => s.SetProperty(x => x.Next, x => x.Next), stoppingToken) >= 0;
        }
        catch (Exception exception) when (exception is DbException or InvalidOperationException) // a provider wraps what it takes for transient
        {
            return false;
        }
    }

    private async Task SetAsideAsync(JournaledMessage journaled, CancellationToken stoppingToken)
    {
        var message = journaled.Message;
        await File.AppendAllTextAsync(Path.Combine(journal.Folder, "set-aside.jsonl"), JsonSerializer.Serialize(new
        {
            journaled.SourceId,
            journaled.ReceivedAt,
            Type = message.Type.ToString(),
            message.MessageId,
            message.UserId,
            message.AnonymousId,
            message.PreviousId,
            message.GroupId,
            message.Name,
            message.Timestamp,
            Properties = System.Text.Encoding.UTF8.GetString(message.Properties.Span),
            Traits = System.Text.Encoding.UTF8.GetString(message.Traits.Span),
        }) + "\n", stoppingToken);
        SetAside(log, journaled.SourceId);
        meter.TurnedAway(journaled.SourceId, "The database refused an accepted event; it was set aside.");
    }

    [LoggerMessage(LogLevel.Error, "The intake journal could not be read; tried again in two seconds")]
    private static partial void JournalFailed(ILogger logger, Exception exception);

    [LoggerMessage(LogLevel.Error, "{Events} events could not be loaded (attempt {Attempt})")]
    private static partial void LoadFailed(ILogger logger, int events, int attempt, Exception exception);

    [LoggerMessage(LogLevel.Error, "An accepted event of source {Source} cannot be loaded; it lies in set-aside.jsonl in the intake folder")]
    private static partial void SetAside(ILogger logger, int source);
}
