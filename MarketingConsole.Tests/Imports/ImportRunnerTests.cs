using System.Text;
using MarketingConsole.Core.Access;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Events.Imports;
using MarketingConsole.Core.Events.Intake.People;
using MarketingConsole.Core.Jobs;
using MarketingConsole.Core.Twins;
using MarketingConsole.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace MarketingConsole.Tests.Imports;

public sealed class ImportRunnerTests
{
    private const string Orders = "Customer,Order,Date,SKU,Product,Quantity,Price,Country\n"
        + "1,A1,2026-05-01 10:00,T1,Tea,2,3.50,Germany\n2,B1,2026-05-02 11:00,T1,Tea,1,3.50,EIRE\n1,A1,2026-05-01 10:00,T2,Pot,1,20.00,Germany\n"
        + "1,CA1,2026-05-09 10:00,T1,Tea,-1,3.50,Germany\n,Z1,2026-05-02 11:00,T1,Tea,1,3.50,Germany\n1,A9,yesterday,T1,Tea,1,3.50,Germany\n";

    public static TheoryData<DatabaseProvider> Providers => TestDatabase.Providers;

    private static Task<TestDatabase> DatabaseAsync(DatabaseProvider provider, string folder) => TestDatabase.CreateAsync(provider,
        (s, c) => s.AddJobs(c, Path.GetTempPath()).AddConsent(c).AddCustomers(c).AddEvents(c), ("Imports:Folder", folder));

    private static async Task<(int Id, ImportCounts Counts)> ImportAsync(TestDatabase test, string text, ImportChoices? choices = null, CancellationToken? cancel = null)
    {
        var draft = await test.Get<ImportService>().UploadAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)), "file.csv", choices ?? new ImportChoices(), "test", null, CancellationToken.None);
        return (draft.Id, await test.Get<ImportRunner>().RunAsync(draft.Id, null, cancel ?? CancellationToken.None));
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task Run_Orders_EveryLineHasItsOutcomeAndTheSumHolds(DatabaseProvider provider)
    {
        var folder = Directory.CreateTempSubdirectory().FullName;
        await using var test = await DatabaseAsync(provider, folder);
        var (id, counts) = await ImportAsync(test, Orders);
        Assert.Equal([3L, 1, 1, 1, 0], counts.Lines);
        Assert.Equal([3050L, -350, 350, 350, 0], counts.Cents);
        await using var db = test.Open();
        var events = await db.Events.AsNoTracking().OrderBy(x => x.Reference).ToListAsync(TestContext.Current.CancellationToken);
        Assert.Equal([("A1", EventType.Purchase, 2700L), ("B1", EventType.Purchase, 350), ("CA1", EventType.Return, 350)], events.Select(x => (x.Reference!, x.Type, x.AmountCents)));
        Assert.Equal(2, await db.EventItems.CountAsync(x => x.EventId == events[0].Id, TestContext.Current.CancellationToken));
        Assert.Equal(["DE", "IE"], await db.Customers.OrderBy(x => x.Key).Select(x => x.Country!).ToListAsync(TestContext.Current.CancellationToken));
        var rejected = await db.ImportRejections.SingleAsync(x => x.ImportId == id, TestContext.Current.CancellationToken);
        Assert.Equal(7, rejected.Line);
        Assert.Contains("yesterday", rejected.Reason, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task Run_SameFileTwiceThenUndo_ChangesNothingThenLeavesNothing(DatabaseProvider provider)
    {
        await using var test = await DatabaseAsync(provider, Directory.CreateTempSubdirectory().FullName);
        var (first, _) = await ImportAsync(test, Orders);
        var (_, again) = await ImportAsync(test, Orders);
        Assert.Equal((4, 0), (again.LinesOf(LineOutcome.Unchanged), again.LinesOf(LineOutcome.Imported)));
        await using (var db = test.Open())
        {
            Assert.Equal((3, 4), (await db.Events.CountAsync(TestContext.Current.CancellationToken), await db.EventItems.CountAsync(TestContext.Current.CancellationToken)));
        }

        await test.Get<ImportUndo>().RunAsync(first, "test", null, CancellationToken.None);
        await using var after = test.Open();
        Assert.Equal((0, 0, 0, 0), (await after.Events.CountAsync(TestContext.Current.CancellationToken), await after.EventItems.CountAsync(TestContext.Current.CancellationToken),
            await after.Customers.CountAsync(TestContext.Current.CancellationToken), await after.Products.CountAsync(TestContext.Current.CancellationToken)));
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task Run_Consents_NeverRaisesARefusal(DatabaseProvider provider)
    {
        await using var test = await DatabaseAsync(provider, Directory.CreateTempSubdirectory().FullName);
        await ImportAsync(test, "customer,email,email_consent\n1,a@example.com,no\n2,b@example.com,yes\n");
        test.Time.Advance(TimeSpan.FromDays(1));
        var (_, counts) = await ImportAsync(test, "customer,email,email_consent\n1,a@example.com,yes\n2,b@example.com,no\n");
        Assert.Equal((1, 1), (counts.Consents, counts.ConsentsNotRaised));
        await using var db = test.Open();
        Assert.All(await db.ConsentChoices.ToListAsync(TestContext.Current.CancellationToken), x => Assert.False(x.Granted));
        var entry = await db.ConsentEntries.OrderBy(x => x.Id).LastAsync(TestContext.Current.CancellationToken);
        Assert.Equal("line 3", entry.Proof);
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task Undo_ChangedTraits_RestoresUnlessChangedSince(DatabaseProvider provider)
    {
        await using var test = await DatabaseAsync(provider, Directory.CreateTempSubdirectory().FullName);
        await ImportAsync(test, "customer,email,city,tier\n1,a@example.com,Wien,gold\n");
        var (second, counts) = await ImportAsync(test, "customer,email,city,tier\n1,a@example.com,Graz,silver\n");
        Assert.Equal(1, counts.CustomersChanged);
        await using (var db = test.Open())
        {
            await db.Customers.ExecuteUpdateAsync(s => s.SetProperty(x => x.Tier, "platinum"), TestContext.Current.CancellationToken);
        }

        await test.Get<ImportUndo>().RunAsync(second, "test", null, CancellationToken.None);
        await using var after = test.Open();
        var customer = await after.Customers.SingleAsync(TestContext.Current.CancellationToken);
        Assert.Equal(("Wien", "platinum"), (customer.City, customer.Tier));
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task Undo_TraitsThatMergesCopiedOn_RestoresThemThereToo(DatabaseProvider provider)
    {
        var stop = TestContext.Current.CancellationToken;
        await using var test = await TestDatabase.CreateAsync(provider, (s, c) => s.AddJobs(c, Path.GetTempPath()).AddConsent(c).AddCustomers(c).AddEvents(c).AddSingleton<AuditLog>(), ("Imports:Folder", Directory.CreateTempSubdirectory().FullName));
        var choices = new ImportChoices(ImportKind.Customers, new Dictionary<string, string> { ["trait:likes"] = "likes", ["trait:shoe"] = "shoe" });
        await ImportAsync(test, "customer,email,city,tier,likes,shoe\n1,a@example.com,Wien,,tea,\n2,b@example.com,,platinum,,\n3,c@example.com,,,,\n", choices);
        var (second, _) = await ImportAsync(test, "customer,email,city,tier,gender,likes,shoe\n1,a@example.com,Graz,silver,female,coffee,39\n4,d@example.com,Linz,,,,\n", choices);
        var ids = new Dictionary<string, int>();
        await using (var db = test.Open())
        {
            ids = await db.Customers.ToDictionaryAsync(x => x.Key, x => x.Id, stop);
        }

        var merger = test.Get<CustomerMerger>();
        var first = await merger.MergeAsync(ids["1"], ids["2"], "test", "by hand", stop); // fills 2's gaps: city, gender, likes, shoe
        await merger.MergeAsync(ids["2"], ids["3"], "test", "by hand", stop); // and carries them on to 3
        await using (var db = test.Open())
        {
            var carried = await db.Customers.AsNoTracking().SingleAsync(x => x.Key == "3", stop);
            Assert.Equal(("Graz", "female"), (carried.City, carried.Gender));
            await db.Customers.Where(x => x.Key == "3").ExecuteUpdateAsync(s => s.SetProperty(x => x.Gender, "male"), stop); // said since
        }

        await test.Get<ImportUndo>().RunAsync(second, "test", null, CancellationToken.None);
        await using var after = test.Open();
        var three = await after.Customers.SingleAsync(x => x.Key == "3", stop);
        Assert.Equal(("Wien", "platinum", "male", "c@example.com"), (three.City, three.Tier, three.Gender, three.Email));
        Assert.Equal([("likes", "tea")], (await after.CustomerTraits.Where(x => x.CustomerId == ids["3"]).ToListAsync(stop)).Select(x => (x.Name, x.Value)));
        Assert.Equal("Wien", (await after.Customers.SingleAsync(x => x.Key == "2", stop)).City);

        // Taking the merges back clears what is left of what they copied.
        Assert.Empty(await merger.UndoAsync(await after.CustomerMerges.Where(x => x.IntoId == ids["3"]).Select(x => x.Id).SingleAsync(stop), "test", stop));
        Assert.Empty(await merger.UndoAsync(first!.Value, "test", stop));
        await using var apart = test.Open();
        Assert.Equal([("1", "Wien", null), ("2", null, "platinum"), ("3", null, null)], (await apart.Customers.OrderBy(x => x.Key).ToListAsync(stop)).Select(x => (x.Key, x.City, x.Tier)));
        Assert.Equal([(ids["1"], "tea")], (await apart.CustomerTraits.ToListAsync(stop)).Select(x => (x.CustomerId, x.Value)));
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task Undo_CustomerOfTheImportMergedIntoAnother_TakesItsTraitsBack(DatabaseProvider provider)
    {
        var stop = TestContext.Current.CancellationToken;
        await using var test = await TestDatabase.CreateAsync(provider, (s, c) => s.AddJobs(c, Path.GetTempPath()).AddConsent(c).AddCustomers(c).AddEvents(c).AddSingleton<AuditLog>(), ("Imports:Folder", Directory.CreateTempSubdirectory().FullName));
        await ImportAsync(test, "customer,email,city\n1,a@example.com,\n");
        var (second, _) = await ImportAsync(test, "customer,email,city,tier\n2,b@example.com,Graz,silver\n");
        await using var db = test.Open();
        var ids = await db.Customers.ToDictionaryAsync(x => x.Key, x => x.Id, stop);
        await test.Get<CustomerMerger>().MergeAsync(ids["2"], ids["1"], "test", "by hand", stop);
        Assert.Equal("Graz", await db.Customers.Where(x => x.Key == "1").Select(x => x.City).SingleAsync(stop));
        await test.Get<ImportUndo>().RunAsync(second, "test", null, CancellationToken.None);
        var left = await db.Customers.AsNoTracking().SingleAsync(stop);
        Assert.Equal(("1", null, null, "a@example.com"), (left.Key, left.City, left.Tier, left.Email));
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task Run_TraitOfSeveralValuesAndPlace_AreKeptReplacedAndRestored(DatabaseProvider provider)
    {
        await using var test = await DatabaseAsync(provider, Directory.CreateTempSubdirectory().FullName);
        var choices = new ImportChoices(ImportKind.Customers, new Dictionary<string, string> { ["trait:likes"] = "likes" });
        await ImportAsync(test, "customer,email,likes,latitude,longitude\n1,a@example.com,tea; baking;tea;42,48.2,-16.4\n2,b@example.com,tea,95,0\n", choices);
        await using (var db = test.Open())
        {
            Assert.Equal([("42", 42d), ("baking", null), ("tea", (double?)null)], (await db.CustomerTraits.OrderBy(x => x.Value).ToListAsync(TestContext.Current.CancellationToken)).Select(x => (x.Value, x.Number)));
            var customer = await db.Customers.SingleAsync(TestContext.Current.CancellationToken);
            Assert.Equal((48.2, -16.4), (customer.Latitude, customer.Longitude));
            Assert.Contains("95 is not between -90 and 90", (await db.ImportRejections.SingleAsync(TestContext.Current.CancellationToken)).Reason, StringComparison.Ordinal);
        }

        var (second, counts) = await ImportAsync(test, "customer,email,likes,latitude,longitude\n1,a@example.com,coffee;tea,47,15\n1,a@example.com,tea;coffee,,\n", choices);
        Assert.Equal((1, 1), (counts.LinesOf(LineOutcome.Imported), counts.LinesOf(LineOutcome.Unchanged)));
        await using (var db = test.Open())
        {
            Assert.Equal(["coffee", "tea"], await db.CustomerTraits.OrderBy(x => x.Value).Select(x => x.Value).ToListAsync(TestContext.Current.CancellationToken));
        }

        await test.Get<ImportUndo>().RunAsync(second, "test", null, CancellationToken.None);
        await using var after = test.Open();
        Assert.Equal(["42", "baking", "tea"], await after.CustomerTraits.OrderBy(x => x.Value).Select(x => x.Value).ToListAsync(TestContext.Current.CancellationToken));
        Assert.Equal(48.2, (await after.Customers.SingleAsync(TestContext.Current.CancellationToken)).Latitude);
    }

    [Fact]
    public async Task Run_CustomersWithoutEvents_PublishesThemAndTheirTwinsAppear()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite, (s, c) => s.AddJobs(c, Path.GetTempPath()).AddConsent(c).AddCustomers(c).AddEvents(c).AddTwins(c).AddSingleton<AuditLog>(), ("Imports:Folder", Directory.CreateTempSubdirectory().FullName));
        using var keeper = ActivatorUtilities.CreateInstance<TwinKeeper>(test.Services);
        await keeper.StartAsync(TestContext.Current.CancellationToken);
        await ImportAsync(test, "customer id,email,first name\nK1,ada@example.com,Ada\nK2,eva@example.com,Eva\n");
        for (var i = 0; ; i++)
        {
            await using var db = test.Open();
            if (await db.Twins.CountAsync(TestContext.Current.CancellationToken) == 2)
            {
                break;
            }

            Assert.True(i < 200, "The imported customers got no twins.");
            test.Time.Advance(TimeSpan.FromMilliseconds(200));
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        await keeper.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Run_CancelledMidway_GoesOnWhereItStopped()
    {
        await using var test = await DatabaseAsync(DatabaseProvider.Sqlite, Directory.CreateTempSubdirectory().FullName);
        var text = "customer,order,date,sku,quantity,price\n" + string.Concat(Enumerable.Range(0, 12_000).Select(i => $"{i % 700},O{i / 3},2026-05-01 10:00,S{i % 9},1,1.00\n"));
        var service = test.Get<ImportService>();
        var draft = await service.UploadAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)), "f.csv", new ImportChoices(), "test", null, CancellationToken.None);
        using var cancel = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => test.Get<ImportRunner>().RunAsync(draft.Id, (_, _, _) => cancel.Cancel(), cancel.Token));
        Assert.Equal(5000, (await service.FindAsync(draft.Id, CancellationToken.None))!.Counts.Done);
        var counts = await test.Get<ImportRunner>().RunAsync(draft.Id, null, CancellationToken.None);
        Assert.Equal((12_000, 1_200_000), (counts.LinesOf(LineOutcome.Imported), counts.TotalCents));
        await using var db = test.Open();
        Assert.Equal((12_000, 1_200_000L), (await db.EventItems.CountAsync(TestContext.Current.CancellationToken), await db.Events.SumAsync(x => x.AmountCents, TestContext.Current.CancellationToken)));
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("a,b\n", "customer id")]
    public async Task Start_UnusableFile_SaysWhatIsMissing(string text, string expected)
    {
        await using var test = await DatabaseAsync(DatabaseProvider.Sqlite, Directory.CreateTempSubdirectory().FullName);
        var service = test.Get<ImportService>();
        var problem = await Assert.ThrowsAsync<InvalidDataException>(async () =>
        {
            var draft = await service.UploadAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)), "f.csv", new ImportChoices(), "test", null, CancellationToken.None);
            await service.StartAsync(draft.Id, "test", CancellationToken.None);
        });
        Assert.Contains(expected, problem.Message, StringComparison.Ordinal);
    }
}
