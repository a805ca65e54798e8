using System.Threading.Channels;
using MarketingConsole.Core.Data;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Win32.SafeHandles;

namespace MarketingConsole.Core.Events.Intake;

/// <summary>The append-only journal of accepted events on the local disk. A request is acknowledged once its record is on the disk; requests that come
/// while the disk is busy share the next write. Files are deleted once the database has what is in them.</summary>
public sealed partial class IntakeJournal(IOptions<IntakeOptions> options, IOptions<DatabaseOptions> database, ILogger<IntakeJournal> log) : BackgroundService
{
    private const int MostBytesAWrite = 8 * 1024 * 1024;
    private static readonly TimeSpan LockRetry = TimeSpan.FromSeconds(1), Tidy = TimeSpan.FromMinutes(1);
    private readonly Channel<JournalEntry> _queue = System.Threading.Channels.Channel.CreateBounded<JournalEntry>(new BoundedChannelOptions(4096) { SingleReader = true });
    private readonly SemaphoreSlim _news = new(0);
    private readonly Lock _lock = new();
    private FileStream? _folderLock;
    private SafeFileHandle? _file;
    private JournalPosition _written, _loaded;
    private long _appendedEvents, _loadedEvents;
    private volatile bool _open;

    public string Folder { get; } = options.Value.FolderFor(database.Value);

    /// <summary>False until the folder is ours and what an earlier run left in it was looked through.</summary>
    public bool IsOpen => _open;

    /// <summary>Events acknowledged that the database does not have yet.</summary>
    public long Backlog => Interlocked.Read(ref _appendedEvents) - Interlocked.Read(ref _loadedEvents);

    /// <summary>Events the database has, of those <see cref="JournalEntry.Through"/> counts.</summary>
    internal long LoadedEvents => Interlocked.Read(ref _loadedEvents);

    /// <summary>Told of records as soon as they are on the disk, before anybody reads them there. Must not wait.</summary>
    internal event Action<IReadOnlyList<JournalEntry>>? Recorded;

    /// <summary>Writes a record to disk; returns when it cannot be lost any more.</summary>
    /// <exception cref="IOException">The disk refused: full, or failing. Nothing was acknowledged.</exception>
    public async Task AppendAsync(JournalEntry entry, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entry);
        await _queue.Writer.WriteAsync(entry, cancellationToken);
        await entry.Written.Task;
    }

    /// <summary>Waits until there are records that were not read yet.</summary>
    internal async Task WaitAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            lock (_lock)
            {
                if (_open && _loaded < _written)
                {
                    return;
                }
            }

            await _news.WaitAsync(cancellationToken);
        }
    }

    /// <summary>The oldest records the database does not have, up to about <paramref name="events"/> events.</summary>
    /// <returns>The payloads, how many events they hold, and the position behind them.</returns>
    internal (IReadOnlyList<ReadOnlyMemory<byte>> Payloads, int Events, JournalPosition End) Read(int events)
    {
        JournalPosition at, to;
        lock (_lock)
        {
            (at, to) = (_loaded, _written);
        }

        var (payloads, count) = (new List<ReadOnlyMemory<byte>>(), 0);
        while (count < events && at < to)
        {
            var path = PathOf(at.File);
            if (File.Exists(path))
            {
                using var file = File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
                var end = at.File == to.File ? to.Offset : RandomAccess.GetLength(file);
                while (count < events && JournalFile.Read(file, at.Offset, end) is { } record)
                {
                    payloads.Add(record.Payload);
                    count += record.Events;
                    at = at with { Offset = at.Offset + JournalEntry.HeadBytes + record.Payload.Length };
                }

                if (count >= events && at.Offset < end)
                {
                    break;
                }
            }

            if (at.File == to.File)
            {
                if (payloads.Count == 0 && at < to)
                {
                    Unreadable(log, to.Offset - at.Offset, at.File);
                    at = to;
                }

                break;
            }

            at = new(at.File + 1, JournalFile.StartBytes);
        }

        return (payloads, count, at);
    }

    /// <summary>The database has everything before <paramref name="end"/>: notes it and deletes the files that are done with.</summary>
    internal void Loaded(JournalPosition end, int events)
    {
        long first;
        lock (_lock)
        {
            (first, _loaded) = (_loaded.File, end);
            Interlocked.Exchange(ref _loadedEvents, end == _written ? _appendedEvents : _loadedEvents + events);
        }

        var note = Path.Combine(Folder, "loaded");
        File.WriteAllText(note + ".new", $"{end.File} {end.Offset} .");
        File.Move(note + ".new", note, overwrite: true);
        for (var number = first; number < end.File; number++)
        {
            File.Delete(PathOf(number));
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        try
        {
            await OpenAsync(stoppingToken);
            await Task.WhenAll(WriteAsync(stoppingToken), TidyAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // the console stops: what is queued is not acknowledged
        }
        finally
        {
            _open = false;
            _queue.Writer.TryComplete();
            while (_queue.Reader.TryRead(out var entry))
            {
                entry.Written.TrySetException(new IOException("The console is stopping."));
            }
        }
    }

    private async Task WriteAsync(CancellationToken stoppingToken)
    {
        var (entries, buffers) = (new List<JournalEntry>(), new List<ReadOnlyMemory<byte>>());
        while (await _queue.Reader.WaitToReadAsync(stoppingToken))
        {
            if (options.Value.FlushMilliseconds > 0)
            {
                await Task.Delay(options.Value.FlushMilliseconds, CancellationToken.None);
            }

            entries.Clear();
            buffers.Clear();
            var (bytes, tidy) = (0, false);
            while (bytes < MostBytesAWrite && _queue.Reader.TryRead(out var entry))
            {
                if (entry == JournalEntry.NewFile)
                {
                    tidy = true;
                    continue;
                }

                entries.Add(entry);
                buffers.Add(entry.Sealed());
                bytes += entry.Bytes.Length;
            }

            try
            {
                RandomAccess.Write(_file!, buffers, _written.Offset);
                RandomAccess.FlushToDisk(_file!);
            }
            catch (IOException exception)
            {
                WriteFailed(log, exception);
                entries.ForEach(x => x.Written.TrySetException(exception));
                Begin(_written.File + 1, after: _written.File); // half a record may stand in the old file
                continue;
            }

            lock (_lock)
            {
                entries.ForEach(x => x.Through = Interlocked.Add(ref _appendedEvents, x.Events));
                Recorded?.Invoke(entries);
                _written = _written with { Offset = _written.Offset + bytes };
            }

            entries.ForEach(x => x.Written.TrySetResult());
            if (tidy || _written.Offset > options.Value.SegmentMegabytes * 1024L * 1024L)
            {
                Begin(_written.File + 1, after: _written.File);
            }

            if (_news.CurrentCount == 0)
            {
                _news.Release();
            }
        }
    }

    /// <summary>Begins a new file once the database has all of the old one, so that what customers did does not lie about in it.</summary>
    private async Task TidyAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Tidy);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            bool done;
            lock (_lock)
            {
                done = _loaded == _written && _written.Offset > JournalFile.StartBytes;
            }

            if (done)
            {
                _queue.Writer.TryWrite(JournalEntry.NewFile);
            }
        }
    }

    private void Begin(long number, long after = 0)
    {
        if (after > 0 && _file is not null && RandomAccess.GetLength(_file) > _written.Offset)
        {
            try
            {
                RandomAccess.SetLength(_file, _written.Offset);
            }
            catch (IOException)
            {
                // the next start cuts it off
            }
        }

        try
        {
            var file = File.OpenHandle(PathOf(number), FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            RandomAccess.Write(file, JournalFile.Start, 0);
            RandomAccess.FlushToDisk(file);
            _file?.Dispose();
            _file = file;
            lock (_lock)
            {
                _written = new(number, JournalFile.StartBytes);
            }
        }
        catch (IOException exception) when (after > 0)
        {
            WriteFailed(log, exception); // the old file goes on being used
        }
    }

    private string PathOf(long number) => Path.Combine(Folder, JournalFile.NameOf(number));

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        Close();
    }

    public override void Dispose()
    {
        Close();
        _news.Dispose();
        base.Dispose();
    }

    private void Close()
    {
        _file?.Dispose();
        _folderLock?.Dispose();
    }

    [LoggerMessage(LogLevel.Information, "The intake journal holds {Events} events that are being loaded")]
    private static partial void Found(ILogger logger, long events);

    [LoggerMessage(LogLevel.Warning, "{Bytes} bytes at the end of journal file {File} are not a whole record, were never acknowledged and are cut off")]
    private static partial void TailCut(ILogger logger, long bytes, long file);

    [LoggerMessage(LogLevel.Error, "{Bytes} bytes of journal file {File} cannot be read back: the disk lost them")]
    private static partial void Unreadable(ILogger logger, long bytes, long file);

    [LoggerMessage(LogLevel.Error, "The intake journal could not be written; senders are told to come back")]
    private static partial void WriteFailed(ILogger logger, Exception exception);
}
