using System.Runtime.CompilerServices;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Jobs;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Events.Imports;

public sealed record ImportView(int Id, string FileName, ImportKind Kind, ImportStatus Status, long FileBytes, string FileHash, ImportFormat Format, ImportCounts Counts, string? Error, string CreatedBy, DateTime CreatedAt, DateTime? FinishedAt, int? JobRunId)
{
    /// <summary>Uploaded, looked at, not yet started.</summary>
    public bool IsDraft => Status == ImportStatus.Waiting && JobRunId is null;
    public bool CanUndo => Status is ImportStatus.Finished or ImportStatus.Cancelled or ImportStatus.Failed;
}

/// <summary>What to read differently from what was detected; null = as detected.</summary>
/// <param name="Columns">Field to header name, or to column number from 1; replaces the detected mapping field by field, an empty text removes one.</param>
public sealed record ImportChoices(ImportKind? Kind = null, IReadOnlyDictionary<string, string>? Columns = null, DateOrder? Dates = null, char? DecimalMark = null, char? Delimiter = null, string? Encoding = null, bool? HasHeader = null);

/// <summary>Uploads, looks into, starts, lists and undoes imports. What a user gets wrong comes back as <see cref="InvalidDataException"/> with words for them.</summary>
public sealed class ImportService(IDbContextFactory<ConsoleDb> dbs, ImportFiles files, JobService jobs, ShopCalendar calendar, TimeProvider time)
{
    private static readonly TimeSpan DraftsLive = TimeSpan.FromDays(1);

    /// <summary>Takes a file and finds out how it is written; nothing is imported yet.</summary>
    /// <param name="received">Bytes so far.</param>
    public async Task<ImportView> UploadAsync(Stream content, string fileName, ImportChoices choices, string createdBy, Action<long>? received, CancellationToken cancellationToken)
    {
        await DropOldDraftsAsync(cancellationToken);
        var (path, hash, bytes) = await files.ReceiveAsync(content, received, cancellationToken);
        try
        {
            var (kind, format) = await Task.Run(() => ImportChoosing.Apply(() => File.OpenRead(path), choices), cancellationToken);
            var import = new Import
            {
                FileName = Path.GetFileName(fileName) is { Length: > 0 } name ? name.Length > 260 ? name[^260..] : name : "upload.csv",
                Kind = kind,
                Status = ImportStatus.Waiting,
                FileHash = hash,
                FileBytes = bytes,
                FormatJson = format.ToJson(),
                CountsJson = new ImportCounts().ToJson(),
                CreatedBy = createdBy,
                CreatedAt = time.GetUtcNow().UtcDateTime,
            };
            await using var db = await dbs.CreateDbContextAsync(cancellationToken);
            db.Imports.Add(import);
            await db.SaveChangesAsync(cancellationToken);
            files.Keep(path, import.Id);
            return View(import);
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Reads a draft differently.</summary>
    public async Task<ImportView> ChooseAsync(int id, ImportChoices choices, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var import = await DraftAsync(db, id, cancellationToken);
        var (kind, format) = await Task.Run(() => ImportChoosing.Apply(() => files.Open(id), choices), cancellationToken);
        (import.Kind, import.FormatJson) = (kind, format.ToJson());
        await db.SaveChangesAsync(cancellationToken);
        return View(import);
    }

    /// <summary>What the draft would do, over the whole file.</summary>
    public async Task<ImportPreview> PreviewAsync(int id, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var import = await DraftAsync(db, id, cancellationToken);
        return await Task.Run(() => DryRun.Run(() => files.Open(id), import.Kind, ImportFormat.FromJson(import.FormatJson), calendar, time.GetUtcNow().UtcDateTime, cancellationToken), cancellationToken);
    }

    /// <summary>An earlier import of the same bytes that was not undone; null when there is none.</summary>
    public async Task<int?> SameFileAsync(ImportView import, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        return await db.Imports.Where(x => x.Id != import.Id && x.FileHash == import.FileHash && x.Status == ImportStatus.Finished).Select(x => (int?)x.Id).FirstOrDefaultAsync(cancellationToken);
    }

    /// <returns>Id of the job's run.</returns>
    public async Task<int> StartAsync(int id, string startedBy, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var import = await DraftAsync(db, id, cancellationToken);
        if (ImportFields.Missing(import.Kind, ImportFormat.FromJson(import.FormatJson).Columns) is { } missing)
        {
            throw new InvalidDataException(missing);
        }

        var runId = await jobs.StartAsync<ImportFileJob>($"Import {import.FileName}", new ImportArgument(id), startedBy, cancellationToken);
        await db.Imports.Where(x => x.Id == id).ExecuteUpdateAsync(s => s.SetProperty(x => x.JobRunId, runId), cancellationToken);
        return runId;
    }

    /// <returns>Id of the job's run.</returns>
    public async Task<int> UndoAsync(int id, string startedBy, CancellationToken cancellationToken)
    {
        var import = await FindAsync(id, cancellationToken) ?? throw new InvalidDataException($"There is no import {id}.");
        return import.CanUndo ? await jobs.StartAsync<UndoImportJob>($"Undo import {import.FileName}", new ImportArgument(id), startedBy, cancellationToken)
            : throw new InvalidDataException(import.Status == ImportStatus.Undone ? "This import is undone already." : "Only an import that has ended can be undone. Cancel it first.");
    }

    /// <summary>Forgets a draft and its file.</summary>
    public async Task DiscardAsync(int id, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        if (await db.Imports.Where(x => x.Id == id && x.Status == ImportStatus.Waiting && x.JobRunId == null).ExecuteDeleteAsync(cancellationToken) == 1)
        {
            files.Delete(id);
        }
    }

    public Task CancelAsync(ImportView import, CancellationToken cancellationToken) => import.JobRunId is { } run ? jobs.CancelAsync(run, cancellationToken) : Task.CompletedTask;

    public async Task<ImportView?> FindAsync(int id, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        return await db.Imports.AsNoTracking().SingleOrDefaultAsync(x => x.Id == id, cancellationToken) is { } import ? View(import) : null;
    }

    /// <param name="page">From 1.</param>
    public async Task<(IReadOnlyList<ImportView> Imports, int Total)> ListAsync(int page, int pageSize, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var imports = await db.Imports.AsNoTracking().OrderByDescending(x => x.Id).Skip((Math.Max(1, page) - 1) * pageSize).Take(pageSize).ToListAsync(cancellationToken);
        return (imports.ConvertAll(View), await db.Imports.CountAsync(cancellationToken));
    }

    /// <summary>The rejected lines in the file's order, streamed.</summary>
    public async IAsyncEnumerable<RejectedLine> RejectionsAsync(int id, int? limit, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        await foreach (var x in db.ImportRejections.AsNoTracking().Where(x => x.ImportId == id).OrderBy(x => x.Line).Take(limit ?? int.MaxValue).AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            yield return new RejectedLine(x.Line, x.Reason, x.Text);
        }
    }

    private async Task DropOldDraftsAsync(CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var before = time.GetUtcNow().UtcDateTime - DraftsLive;
        foreach (var id in await db.Imports.Where(x => x.Status == ImportStatus.Waiting && x.JobRunId == null && x.CreatedAt < before).Select(x => x.Id).ToListAsync(cancellationToken))
        {
            await DiscardAsync(id, cancellationToken);
        }
    }

    private static async Task<Import> DraftAsync(ConsoleDb db, int id, CancellationToken cancellationToken) =>
        await db.Imports.SingleOrDefaultAsync(x => x.Id == id, cancellationToken) is not { } import ? throw new InvalidDataException($"There is no import {id}.")
        : import is { Status: ImportStatus.Waiting, JobRunId: null } ? import : throw new InvalidDataException("This import has been started already.");

    private static ImportView View(Import x) => new(x.Id, x.FileName, x.Kind, x.Status, x.FileBytes, x.FileHash, ImportFormat.FromJson(x.FormatJson), ImportCounts.FromJson(x.CountsJson), x.Error, x.CreatedBy, x.CreatedAt, x.FinishedAt, x.JobRunId);
}
