using MarketingConsole.Core.Data;
using MarketingConsole.Core.Jobs;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace MarketingConsole.Core.Events.Imports;

public sealed record ImportArgument(int ImportId);

/// <summary>Brings a file in. A crash resumes it at the last batch; a cancel or a fault leaves what was committed, which can be undone.</summary>
public sealed class ImportFileJob(IServiceProvider services) : ConsoleJob(services)
{
    private readonly IServiceProvider _services = services;

    protected override async Task RunAsync(JobContext context, CancellationToken cancellationToken)
    {
        var id = context.Argument<ImportArgument>().ImportId;
        var (dbs, files) = (_services.GetRequiredService<IDbContextFactory<ConsoleDb>>(), _services.GetRequiredService<ImportFiles>());
        try
        {
            var counts = await _services.GetRequiredService<ImportRunner>().RunAsync(
                id, (done, total, so) => { Count(context, so); context.Report(done, total, "Reading the file"); }, cancellationToken);
            Count(context, counts);
            await EndAsync(dbs, files, id, ImportStatus.Finished, null);
        }
        catch (OperationCanceledException)
        {
            await using var db = await dbs.CreateDbContextAsync(CancellationToken.None);
            if (await db.JobRuns.AnyAsync(x => x.Id == context.RunId && x.CancelRequested, CancellationToken.None))
            {
                await EndAsync(dbs, files, id, ImportStatus.Cancelled, null);
            }

            throw; // otherwise the host stops, and the import goes on at the next start
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            await EndAsync(dbs, files, id, ImportStatus.Failed, exception.Message);
            throw;
        }
    }

    private static void Count(JobContext context, ImportCounts counts)
    {
        foreach (var outcome in Enum.GetValues<LineOutcome>().Where(x => counts.LinesOf(x) > 0))
        {
            context.SetCount(outcome.ToString().ToLowerInvariant(), counts.LinesOf(outcome));
        }
    }

    private async Task EndAsync(IDbContextFactory<ConsoleDb> dbs, ImportFiles files, int id, ImportStatus status, string? error)
    {
        var now = _services.GetRequiredService<TimeProvider>().GetUtcNow().UtcDateTime;
        await using var db = await dbs.CreateDbContextAsync(CancellationToken.None);
        await db.Imports.Where(x => x.Id == id).ExecuteUpdateAsync(s => s.SetProperty(x => x.Status, status).SetProperty(x => x.Error, error).SetProperty(x => x.FinishedAt, now), CancellationToken.None);
        files.Delete(id);
    }
}

/// <summary>Takes an import back.</summary>
public sealed class UndoImportJob(IServiceProvider services) : ConsoleJob(services)
{
    private readonly IServiceProvider _services = services;

    protected override Task RunAsync(JobContext context, CancellationToken cancellationToken) =>
        _services.GetRequiredService<ImportUndo>().RunAsync(context.Argument<ImportArgument>().ImportId, context.StartedBy, (done, total, phase) => context.Report(done, total, phase), cancellationToken);
}
