using System.IO.Compression;
using MarketingConsole.Core.Events.Imports;
using MarketingConsole.Core.Learning;

namespace MarketingConsole.Core.Workbench;

/// <summary>The two files a question can have.</summary>
public enum WorkbenchFile { Train, Score }

/// <summary>How far an answer is.</summary>
/// <param name="Waiting">Others have to end first.</param>
/// <param name="Done">0 to 1; a question of several fits starts again with each.</param>
public sealed record RunProgress(bool Waiting, double Done);

/// <summary>One person's files and questions; one thing at a time. Disposing cancels what runs and deletes everything.</summary>
public sealed class WorkbenchSession : IAsyncDisposable
{
    private readonly WorkbenchService _service;
    private readonly string _folder;
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly CancellationTokenSource _gone = new();
    private readonly Dictionary<WorkbenchFile, string> _names = [];

    internal WorkbenchSession(WorkbenchService service, string folder) => (_service, _folder) = (service, folder);

    /// <summary>Stores a CSV or CSV.gz in place of the one before and looks at it.</summary>
    /// <param name="name">The file's name, for messages.</param>
    /// <param name="received">Told how many bytes have come so far.</param>
    /// <exception cref="LearningException">It is no table, or too large.</exception>
    public Task<TableSummary> ReceiveAsync(WorkbenchFile file, string name, Stream content, Action<long>? received, CancellationToken cancellationToken) => AloneAsync(async token =>
    {
        _names.Remove(file);
        await SaveAsync(content, PathOf(file), name, received, token);
        if (await IsGzipAsync(PathOf(file), token))
        {
            await Task.Run(() => UnpackAsync(PathOf(file), name, token), token);
        }

        var summary = await _service.ReadAsync(() => TableSummary.Of(Read(file, name, token)), token);
        _names[file] = name;
        return summary;
    }, cancellationToken);

    public void Forget(WorkbenchFile file)
    {
        _names.Remove(file);
        File.Delete(PathOf(file));
    }

    /// <summary>Answers a question of the files received; the rows are also kept for <see cref="OpenCsv"/>.</summary>
    /// <param name="progress">Called on another thread.</param>
    /// <exception cref="OptionException">A required option is missing or a value cannot be used.</exception>
    /// <exception cref="LearningException">The data does not allow the question.</exception>
    public Task<TaskResult> RunAsync(WorkbenchTask task, IReadOnlyDictionary<string, string> options, int seed, Action<RunProgress>? progress, CancellationToken cancellationToken) => AloneAsync(token =>
        _service.RunAsync(within =>
        {
            var train = _names.TryGetValue(WorkbenchFile.Train, out var name) ? Read(WorkbenchFile.Train, name, within) : throw new OptionException("train", "is needed: a CSV or CSV.gz file.");
            var score = task.TakesScore && _names.TryGetValue(WorkbenchFile.Score, out name) ? Read(WorkbenchFile.Score, name, within) : null;
            var result = WorkbenchTasks.Run(task, new TaskInput(train, score, options, seed, progress is null ? null : new Reports(progress), within));
            within.ThrowIfCancellationRequested();
            Keep(result);
            return result;
        }, () => progress?.Invoke(new(true, 0)), token), cancellationToken);

    /// <summary>The rows of the last answer.</summary>
    public Stream OpenCsv() => new FileStream(PathOf("out"), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);

    public async ValueTask DisposeAsync()
    {
        await _gone.CancelAsync();
        await _one.WaitAsync(CancellationToken.None);
        _service.Close(_folder);
        _one.Release();
    }

    private async Task<T> AloneAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_gone.Token, cancellationToken);
        await _one.WaitAsync(either.Token);
        try
        {
            return await work(either.Token);
        }
        finally
        {
            _one.Release();
        }
    }

    private Table Read(WorkbenchFile file, string name, CancellationToken cancellationToken) => File.Exists(PathOf(file)) ? Table.Read(name, () => File.OpenRead(PathOf(file)), cancellationToken)
        : throw new LearningException($"{name} is not here any more. Send it again.");

    /// <summary>By way of another name: the answer before may still be on its way to the browser.</summary>
    private void Keep(TaskResult result)
    {
        using (var text = new StreamWriter(PathOf("next")))
        {
            WorkbenchOutput.WriteCsv(text, result);
        }

        File.Move(PathOf("next"), PathOf("out"), overwrite: true);
    }

    private async Task SaveAsync(Stream content, string path, string name, Action<long>? received, CancellationToken cancellationToken)
    {
        if (await Upload.SaveAsync(content, path, _service.MaxMegabytes * 1024L * 1024, null, received, cancellationToken) is null)
        {
            File.Delete(path);
            throw new LearningException($"{name} is larger than {_service.MaxMegabytes} MB unpacked. Take a sample of its rows.");
        }
    }

    private async Task UnpackAsync(string path, string name, CancellationToken cancellationToken)
    {
        try
        {
            await using var packed = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
            await SaveAsync(packed, path + ".csv", name, null, cancellationToken);
        }
        catch (InvalidDataException)
        {
            throw new LearningException($"{name} could not be unpacked: it is damaged.");
        }

        File.Move(path + ".csv", path, overwrite: true);
    }

    private static async Task<bool> IsGzipAsync(string path, CancellationToken cancellationToken)
    {
        var start = new byte[2];
        await using var file = File.OpenRead(path);
        return await file.ReadAtLeastAsync(start, 2, throwOnEndOfStream: false, cancellationToken) == 2 && start is [0x1f, 0x8b];
    }

    private string PathOf(WorkbenchFile file) => PathOf(file == WorkbenchFile.Train ? "train" : "score");

    private string PathOf(string file) => Path.Combine(_folder, file);

    private sealed class Reports(Action<RunProgress> progress) : IProgress<double>
    {
        public void Report(double value) => progress(new(false, value));
    }
}
