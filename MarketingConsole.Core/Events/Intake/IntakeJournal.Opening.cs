namespace MarketingConsole.Core.Events.Intake;

// What an earlier run left: counted, and cut where it ends in the middle of a record.
public sealed partial class IntakeJournal
{
    private async Task OpenAsync(CancellationToken stoppingToken)
    {
        while (!TryLock())
        {
            await Task.Delay(LockRetry, stoppingToken); // the process before us is still stopping, or another console runs on this folder
        }

        var files = Directory.GetFiles(Folder, "*.journal").Select(x => long.TryParse(Path.GetFileNameWithoutExtension(x), out var n) ? n : 0).Where(x => x > 0).Order().ToList();
        var loaded = ReadNote();
        if (files.Count > 0 && loaded.File < files[0])
        {
            loaded = new(files[0], JournalFile.StartBytes);
        }

        var waiting = 0L;
        foreach (var number in files)
        {
            waiting += Recover(number, number == loaded.File ? loaded.Offset : number < loaded.File ? long.MaxValue : JournalFile.StartBytes);
        }

        lock (_lock)
        {
            _written = new(Math.Max(files.Count == 0 ? 0 : files[^1], loaded.File) + 1, JournalFile.StartBytes);
            _loaded = loaded.File == 0 ? _written : loaded;
            _appendedEvents = waiting;
            Begin(_written.File);
            _open = true;
        }

        if (waiting > 0)
        {
            Found(log, waiting);
        }

        _news.Release();
    }

    /// <summary>Counts the events of a file from an offset on; what follows the last whole record was never acknowledged, and is cut off.</summary>
    private long Recover(long number, long offset)
    {
        using var file = File.OpenHandle(PathOf(number), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        var (end, events) = (RandomAccess.GetLength(file), 0L);
        if (offset > end)
        {
            return 0;
        }

        while (JournalFile.Read(file, offset, end) is { } record)
        {
            offset += JournalEntry.HeadBytes + record.Payload.Length;
            events += record.Events;
        }

        if (offset < end)
        {
            RandomAccess.SetLength(file, offset);
            TailCut(log, end - offset, number);
        }

        return events;
    }

    private bool TryLock()
    {
        try
        {
            Directory.CreateDirectory(Folder);
            _folderLock = new FileStream(Path.Combine(Folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private JournalPosition ReadNote()
    {
        var note = Path.Combine(Folder, "loaded");
        return File.Exists(note) && File.ReadAllText(note).Split(' ') is [var file, var offset, "."] && long.TryParse(file, out var f) && long.TryParse(offset, out var o) ? new(f, o) : default;
    }
}
