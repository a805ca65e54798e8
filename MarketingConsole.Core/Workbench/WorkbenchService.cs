using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace MarketingConsole.Core.Workbench;

/// <summary>Opens sessions of the workbench and sees that not too many questions are answered at once.</summary>
public sealed class WorkbenchService : IDisposable
{
    private static readonly TimeSpan Forgotten = TimeSpan.FromDays(1);
    private readonly WorkbenchOptions _options;
    private readonly TimeProvider _time;
    private readonly string _folder;
    private readonly SemaphoreSlim _reads, _runs;
    private readonly ConcurrentDictionary<string, bool> _open = new(StringComparer.Ordinal); // folders of sessions

    public WorkbenchService(IOptions<WorkbenchOptions> options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_options, _time) = (options.Value, time);
        _folder = _options.Folder ?? Path.Combine(Path.GetTempPath(), "marketing-console-workbench");
        (_reads, _runs) = (new(_options.ParallelRuns), new(_options.ParallelRuns));
    }

    /// <summary>Largest file taken, unpacked.</summary>
    public int MaxMegabytes => _options.MaxMegabytes;

    /// <summary>A session with a folder of its own; dispose it to delete what was received.</summary>
    public WorkbenchSession Open()
    {
        Directory.CreateDirectory(_folder);
        // What a console left that was killed.
        foreach (var old in new DirectoryInfo(_folder).EnumerateDirectories().Where(x => _time.GetUtcNow() - x.LastWriteTimeUtc > Forgotten && !_open.ContainsKey(x.FullName)).ToList())
        {
            Delete(old);
        }

        var folder = Directory.CreateDirectory(Path.Combine(_folder, Guid.NewGuid().ToString("N"))).FullName;
        _open[folder] = true;
        return new WorkbenchSession(this, folder);
    }

    /// <summary>Reads a table on another thread.</summary>
    internal Task<T> ReadAsync<T>(Func<T> read, CancellationToken cancellationToken) => InTurnAsync(_reads, read, null, cancellationToken);

    /// <summary>Answers a question on another thread, within <see cref="WorkbenchOptions.MaxMinutes"/>.</summary>
    /// <param name="waits">Called when others have to end first.</param>
    /// <exception cref="Learning.LearningException">It took too long.</exception>
    internal async Task<TaskResult> RunAsync(Func<CancellationToken, TaskResult> run, Action? waits, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(Timeout.InfiniteTimeSpan, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            return await InTurnAsync(_runs, () =>
            {
                late.CancelAfter(TimeSpan.FromMinutes(_options.MaxMinutes));
                return run(either.Token);
            }, waits, cancellationToken);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new Learning.LearningException($"There was no answer within {_options.MaxMinutes} minutes. Give fewer rows or columns.");
        }
    }

    internal void Close(string folder)
    {
        if (_open.TryRemove(folder, out _))
        {
            Delete(new(folder));
        }
    }

    /// <summary>When the console stops, pages may still be open.</summary>
    public void Dispose()
    {
        _open.Keys.ToList().ForEach(Close);
        _reads.Dispose();
        _runs.Dispose();
    }

    private static void Delete(DirectoryInfo folder)
    {
        try
        {
            folder.Delete(recursive: true);
        }
        catch (IOException)
        {
            // another session is deleting it too, or a run that ends writes to it: it is deleted another day
        }
    }

    private static async Task<T> InTurnAsync<T>(SemaphoreSlim turns, Func<T> work, Action? waits, CancellationToken cancellationToken)
    {
        if (!await turns.WaitAsync(0, cancellationToken))
        {
            waits?.Invoke();
            await turns.WaitAsync(cancellationToken);
        }

        try
        {
            return await Task.Run(work, cancellationToken);
        }
        finally
        {
            turns.Release();
        }
    }
}
