using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Events.Imports;
using MarketingConsole.Core.Jobs;
using MarketingConsole.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Tests.Imports;

public sealed class OnlineRetailTests
{
    [Theory]
    [InlineData("online_retail/online_retail_to_2011-09-09.csv.gz", new long[] { 236_379, 5_748, 91_927, 0, 0 }, 601_303_954)]
    [InlineData("cdnow/CDNOW_sample.txt.gz", new long[] { 6_919, 0, 0, 0, 0 }, 24_409_194)]
    public async Task Run_RealFile_EveryLineCountedAndReconciled(string file, long[] lines, long cents)
    {
        var path = OpenData.Path(file);
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite, (s, c) => s.AddJobs(c, Path.GetTempPath()).AddConsent(c).AddCustomers(c).AddEvents(c), ("Imports:Folder", Directory.CreateTempSubdirectory().FullName));
        await using var content = File.OpenRead(path);
        var draft = await test.Get<ImportService>().UploadAsync(content, Path.GetFileName(path), new ImportChoices(), "test", null, CancellationToken.None);
        var counts = await test.Get<ImportRunner>().RunAsync(draft.Id, null, CancellationToken.None);
        Assert.Equal(lines, counts.Lines);
        Assert.Equal(cents, counts.TotalCents);
        await using var db = test.Open();
        var stored = await db.Events.GroupBy(x => x.Type).Select(x => new { x.Key, Sum = x.Sum(e => e.AmountCents) }).ToDictionaryAsync(x => x.Key, x => x.Sum, TestContext.Current.CancellationToken);
        Assert.Equal(counts.CentsOf(LineOutcome.Imported), stored[EventType.Purchase]);
        Assert.Equal(-counts.CentsOf(LineOutcome.Return), stored.GetValueOrDefault(EventType.Return));
    }
}
