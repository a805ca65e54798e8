using System.Text;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events.Intake;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace MarketingConsole.Tests.Intake;

public sealed class IntakeJournalTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("journal-").FullName;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task AppendAsync_ManyAtOnce_AreReadBackInOrderAndDeletedOnceLoaded()
    {
        using var journal = await OpenAsync(segmentMegabytes: 1);
        await Task.WhenAll(Enumerable.Range(0, 400).Select(n => journal.AppendAsync(Entry(n, 10_000), Stop)));
        Assert.Equal(400, journal.Backlog);
        var seen = new List<int>();
        while (journal.Backlog > 0)
        {
            var (payloads, events, end) = journal.Read(50);
            Assert.InRange(payloads.Count, 1, 50);
            seen.AddRange(payloads.Select(Number));
            journal.Loaded(end, events);
        }

        Assert.Equal(Enumerable.Range(0, 400), seen.Order());
        Assert.True(Directory.GetFiles(_folder, "*.journal").Length <= 2);
    }

    /// <summary>However a crash cuts the last file, everything before the cut comes back once, and the next start takes new events.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Open_AfterACrash_HasEachWholeRecordOnce(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 15; round++)
        {
            foreach (var old in Directory.GetFiles(_folder))
            {
                File.Delete(old);
            }

            var (written, loaded, sizes) = (random.Next(1, 40), 0, new List<int>());
            using (var journal = await OpenAsync())
            {
                for (var n = 0; n < written; n++)
                {
                    sizes.Add(random.Next(4, 3000));
                    await journal.AppendAsync(Entry(n, sizes[n]), Stop);
                }

                if (random.Next(2) == 0)
                {
                    var (payloads, events, end) = journal.Read(random.Next(1, written + 1));
                    journal.Loaded(end, events);
                    loaded = payloads.Count;
                }

                await journal.StopAsync(Stop);
            }

            // The crash: the end of the file is torn, or garbage.
            var file = Directory.GetFiles(_folder, "*.journal").Order(StringComparer.Ordinal).Last();
            var whole = JournalFile.StartBytes;
            var keep = random.Next(loaded, written + 1);
            whole += sizes.Take(keep).Sum(x => x + JournalEntry.HeadBytes);
            var bytes = await File.ReadAllBytesAsync(file, Stop);
            var torn = keep == written ? 0 : random.Next(0, sizes[keep] + JournalEntry.HeadBytes);
            var rest = new byte[torn];
            if (random.Next(3) == 0)
            {
                random.NextBytes(rest);
            }
            else
            {
                bytes.AsSpan(whole, torn).CopyTo(rest);
            }

            await File.WriteAllBytesAsync(file, [.. bytes.AsSpan(0, whole), .. rest], Stop);

            using var again = await OpenAsync();
            Assert.Equal(keep - loaded, again.Backlog);
            await again.AppendAsync(Entry(1000, 10), Stop);
            var read = again.Read(int.MaxValue);
            Assert.Equal([.. Enumerable.Range(loaded, keep - loaded), 1000], read.Payloads.Select(Number));
            again.Loaded(read.End, read.Events);
            Assert.Equal(0, again.Backlog);
            await again.StopAsync(Stop);
        }
    }

    [Fact]
    public async Task Open_FolderInUse_WaitsUntilTheOtherIsGone()
    {
        using var first = await OpenAsync();
        using var second = Make(64);
        await second.StartAsync(Stop);
        await Task.Delay(300, Stop); // time enough to open, were the folder free
        Assert.False(second.IsOpen);
        await first.StopAsync(Stop);
        await UntilOpenAsync(second);
    }

    private static JournalEntry Entry(int n, int bytes)
    {
        var entry = JournalEntry.Create(bytes < 4 ? 4 : bytes, 1);
        BitConverter.TryWriteBytes(entry.Payload.Span, n);
        return entry;
    }

    private static int Number(ReadOnlyMemory<byte> payload) => BitConverter.ToInt32(payload.Span);

    private IntakeJournal Make(int segmentMegabytes) => new(Options.Create(new IntakeOptions { Folder = _folder, SegmentMegabytes = segmentMegabytes }), Options.Create(new DatabaseOptions()), NullLogger<IntakeJournal>.Instance);

    private async Task<IntakeJournal> OpenAsync(int segmentMegabytes = 64)
    {
        var journal = Make(segmentMegabytes);
        await journal.StartAsync(Stop);
        await UntilOpenAsync(journal);
        return journal;
    }

    private static async Task UntilOpenAsync(IntakeJournal journal)
    {
        for (var i = 0; i < 500 && !journal.IsOpen; i++)
        {
            await Task.Delay(10, Stop);
        }

        Assert.True(journal.IsOpen);
    }
}
