using System.IO.Compression;
using System.Text;
using MarketingConsole.Core.Learning;
using MarketingConsole.Core.Workbench;
using Microsoft.Extensions.Options;

namespace MarketingConsole.Tests.Workbench;

/// <summary>What the page and the API share: files received, questions in turn, nothing left behind.</summary>
public sealed class WorkbenchSessionTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("workbench-test-").FullName;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task ReceiveAsync_PackedFile_SaysWhatTheColumnsHold()
    {
        using var service = Service();
        await using var session = service.Open();
        var summary = await session.ReceiveAsync(WorkbenchFile.Train, "shop.csv.gz", Packed("id,tier,spend\nA,gold,1\nB,gold,NA\nC,basic,3\nD,basic,3\n"u8.ToArray()), null, Stop);
        Assert.Equal(("shop.csv.gz", 4), (summary.Name, summary.Rows));
        Assert.Equal([("id", ColumnKind.Id, "A B C", 0), ("tier", ColumnKind.Category, "gold basic", 0), ("spend", ColumnKind.Number, "1 3", 1)], summary.Columns.Select(x => (x.Name, x.Kind, string.Join(' ', x.Examples), x.Gaps)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ReceiveAsync_TooLarge_SaysTheLimitAndKeepsNothing(bool packed)
    {
        using var service = Service(x => x.MaxMegabytes = 1);
        await using var session = service.Open();
        var text = Encoding.ASCII.GetBytes("a,b\n" + string.Concat(Enumerable.Repeat("1,2\n", 300_000)));
        var error = await Assert.ThrowsAsync<LearningException>(() => session.ReceiveAsync(WorkbenchFile.Train, "big.csv", packed ? Packed(text) : new MemoryStream(text), null, Stop));
        Assert.Contains("big.csv is larger than 1 MB", error.Message, StringComparison.Ordinal);
        var missing = await Assert.ThrowsAsync<OptionException>(() => session.RunAsync(WorkbenchTasks.Find("cluster")!, new Dictionary<string, string>(), 1, null, Stop));
        Assert.Equal("train", missing.Option);
    }

    [Fact]
    public async Task ReceiveAsync_DamagedPackedFile_SaysSo()
    {
        using var service = Service();
        await using var session = service.Open();
        var error = await Assert.ThrowsAsync<LearningException>(() => session.ReceiveAsync(WorkbenchFile.Train, "x.gz", new MemoryStream([0x1f, 0x8b, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]), null, Stop));
        Assert.Equal("x.gz could not be unpacked: it is damaged.", error.Message);
    }

    [Fact]
    public async Task RunAsync_AnotherRuns_WaitsAndSaysSo()
    {
        using var service = Service(x => x.ParallelRuns = 1);
        await using var first = await ReadyAsync(service);
        await using var second = await ReadyAsync(service);
        using var hold = new ManualResetEventSlim();
        var started = new TaskCompletionSource();
        var running = first.RunAsync(Question(x =>
        {
            started.SetResult();
            hold.Wait(x.Cancellation);
        }), new Dictionary<string, string>(), 1, null, Stop);
        await started.Task;
        var waits = new TaskCompletionSource<RunProgress>();
        var waiting = second.RunAsync(Question(x => x.Progress!.Report(0.5)), new Dictionary<string, string>(), 1, x => waits.TrySetResult(x), Stop);
        Assert.True((await waits.Task).Waiting);
        Assert.False(waiting.IsCompleted);
        hold.Set();
        await running;
        Assert.Single((await waiting).Rows);
    }

    [Fact]
    public async Task RunAsync_TooLong_IsCancelledWithAReason()
    {
        var time = new Support.FakeTime();
        using var service = Service(x => x.MaxMinutes = 3, time);
        await using var session = await ReadyAsync(service);
        var error = await Assert.ThrowsAsync<LearningException>(() => session.RunAsync(Question(x =>
        {
            time.Advance(TimeSpan.FromMinutes(4));
            x.Cancellation.WaitHandle.WaitOne();
            x.Cancellation.ThrowIfCancellationRequested();
        }), new Dictionary<string, string>(), 1, null, Stop));
        Assert.Contains("within 3 minutes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DisposeAsync_WhileRunning_CancelsAndDeletesEverything()
    {
        using var service = Service();
        var session = await ReadyAsync(service);
        var started = new TaskCompletionSource();
        var running = session.RunAsync(Question(x =>
        {
            started.SetResult();
            x.Cancellation.WaitHandle.WaitOne();
            x.Cancellation.ThrowIfCancellationRequested();
        }), new Dictionary<string, string>(), 1, null, Stop);
        await started.Task;
        Assert.Single(Directory.GetDirectories(_folder));
        await session.DisposeAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public async Task OpenCsv_AfterARun_HoldsAllRowsWithoutFormulas()
    {
        using var service = Service();
        await using var session = await ReadyAsync(service);
        await session.RunAsync(new WorkbenchTask("t", "", "", "", [], _ => new([], [], ["id", "value"], [["=1+1", "-2.5"], ["a, b", "x"]])), new Dictionary<string, string>(), 1, null, Stop);
        using var reader = new StreamReader(session.OpenCsv());
        Assert.Equal("id,value\n'=1+1,-2.5\n\"a, b\",x\n", (await reader.ReadToEndAsync(Stop)).ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Dispose_OpenSessions_DeletesTheirFiles()
    {
        var service = Service();
        service.Open();
        Assert.Single(Directory.GetDirectories(_folder));
        service.Dispose();
        Assert.Empty(Directory.GetDirectories(_folder));
    }

    [Fact]
    public void Open_LeftBehindByAKilledConsole_IsDeleted()
    {
        var old = Directory.CreateDirectory(Path.Combine(_folder, "old"));
        old.LastWriteTimeUtc = DateTime.UnixEpoch;
        using var service = Service();
        service.Open();
        Assert.False(Directory.Exists(old.FullName));
    }

    [Fact]
    public void CommandLine_Options_AreQuotedForAShell() => Assert.Equal(
        "learn classify --train 'my file.csv' --label churn --positive 'it'\\''s' --score new.csv --seed 7 --out classify.csv",
        WorkbenchOutput.CommandLine(WorkbenchTasks.Find("classify")!, "my file.csv", "new.csv", new Dictionary<string, string> { ["positive"] = "it's", ["label"] = "churn", ["id"] = "", ["k"] = "3" }, 7));

    private static MemoryStream Packed(byte[] text)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(text);
        }

        return new MemoryStream(packed.ToArray());
    }

    private static WorkbenchTask Question(Action<TaskInput> work) => new("test", "", "", "", [], input =>
    {
        work(input);
        return new([], [], ["a"], [["1"]]);
    });

    private static async Task<WorkbenchSession> ReadyAsync(WorkbenchService service)
    {
        var session = service.Open();
        await session.ReceiveAsync(WorkbenchFile.Train, "t.csv", new MemoryStream("a,b\n1,2\n3,4\n"u8.ToArray()), null, Stop);
        return session;
    }

    private WorkbenchService Service(Action<WorkbenchOptions>? change = null, TimeProvider? time = null)
    {
        var options = new WorkbenchOptions { Folder = _folder };
        change?.Invoke(options);
        return new(Options.Create(options), time ?? TimeProvider.System);
    }
}
