using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Events.Intake;
using MarketingConsole.Tests.Dispatch;
using MarketingConsole.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace MarketingConsole.Tests.Intake;

/// <summary>The console is killed in the middle of a stream of events and started again: whatever it acknowledged is in the database, once.</summary>
public sealed partial class IntakeCrashTests
{
    private const int Senders = 6, EventsABatch = 40;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(DatabaseProvider.Sqlite, 400, true)]
    [InlineData(DatabaseProvider.Sqlite, 1500, true)]
    [InlineData(DatabaseProvider.Sqlite, 900, false)]
    [InlineData(DatabaseProvider.PostgreSql, 900, true)]
    public async Task Intake_ProcessEndsInTheMiddle_EveryAcknowledgedEventIsThereOnce(DatabaseProvider provider, int milliseconds, bool kill)
    {
        await using var database = await IntakeShop.OpenAsync(provider);
        var folder = Directory.CreateTempSubdirectory("intake-crash-");
        var key = (await database.Get<SourceService>().CreateAsync("shop", SourceKind.Server, "test", Stop)).Key;
        (string, string)[] settings =
        [
            ("ConnectionStrings:Console", database.Get<IOptions<DatabaseOptions>>().Value.ConnectionString), ("Database:Provider", provider.ToString()), ("Intake:Folder", folder.FullName), ("Intake:BatchEvents", "500"), ("Intake:SegmentMegabytes", "1"),
        ];
        var acknowledged = new ConcurrentBag<string>();
        var sent = 0;
        for (var life = 0; life < 2; life++)
        {
            await using var process = ConsoleProcess.Start(settings);
            var address = await AddressAsync(process);
            using var ended = new CancellationTokenSource();
            var senders = Enumerable.Range(0, Senders).Select(n => SendAsync(address, key, $"{life}-{n}", acknowledged, () => Interlocked.Add(ref sent, EventsABatch), ended.Token)).ToList();
            for (var i = 0; i < 6000 && acknowledged.IsEmpty; i++)
            {
                await Task.Delay(10, Stop);
            }

            await Task.Delay(milliseconds, Stop);
            await (kill ? process.KillAsync() : process.StopAsync());
            await ended.CancelAsync();
            await Task.WhenAll(senders);
        }

        await using (var last = ConsoleProcess.Start(settings))
        {
            await AddressAsync(last);
            await using var db = database.Open();
            var wanted = acknowledged.Select(MessageIds.Hash).ToList();
            for (var i = 0; i < 1000; i++)
            {
                Assert.False(last.Ended, last.Output());
                var there = (await db.Events.Select(x => x.Id).ToListAsync(Stop)).ToHashSet();
                if (wanted.TrueForAll(there.Contains))
                {
                    break;
                }

                await Task.Delay(200, Stop);
            }

            await last.StopAsync();
        }

        await using var after = database.Open();
        var stored = (await after.Events.Select(x => x.Id).ToListAsync(Stop)).ToHashSet();
        Assert.Equal(await after.Events.CountAsync(Stop), stored.Count);
        Assert.True(acknowledged.Count > EventsABatch * 10, $"only {acknowledged.Count} were acknowledged: too few to prove anything");
        Assert.Equal([], acknowledged.Where(x => !stored.Contains(MessageIds.Hash(x))));
        Assert.True(stored.Count <= sent);
        Assert.Equal(0, await after.Events.CountAsync(x => after.Customers.Any(c => c.Id == x.CustomerId && c.ErasedAt != null), Stop)); // all of a visitor's history went with them
        TestContext.Current.TestOutputHelper?.WriteLine($"{provider}: {acknowledged.Count} acknowledged of {sent} sent, {stored.Count} stored, {await after.CustomerMerges.CountAsync(Stop)} merges");
        folder.Delete(recursive: true);
    }

    /// <summary>Visitors look at pages and sign in half-way: their events are moved while others come in.</summary>
    private static async Task SendAsync(Uri address, string key, string name, ConcurrentBag<string> acknowledged, Action sent, CancellationToken ended)
    {
        using var client = new HttpClient { BaseAddress = address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(key + ":")));
        for (var batch = 0; !ended.IsCancellationRequested; batch++)
        {
            var ids = Enumerable.Range(0, EventsABatch).Select(n => $"{name}-{batch}-{n}").ToList();
            var events = ids.Select((id, n) => $$"""{"type":"page","messageId":"{{id}}","anonymousId":"v-{{name}}-{{(batch / 10) + (n % 4)}}","name":"Home"}""");
            var signIn = $$"""{"type":"identify","userId":"C-{{name}}-{{batch / 10}}","anonymousId":"v-{{name}}-{{batch / 10}}"}""";
            using var body = new StringContent($$"""{"batch":[{{string.Join(',', batch % 10 == 5 ? events.Append(signIn) : events)}}]}""", Encoding.UTF8, "application/json");
            sent();
            try
            {
                using var response = await client.PostAsync("/v1/batch", body, ended);
                if (response.StatusCode == HttpStatusCode.OK)
                {
                    ids.ForEach(acknowledged.Add);
                }
                else
                {
                    await Task.Delay(20, ended);
                }
            }
            catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
            {
                return; // the process is gone
            }
        }
    }

    private static async Task<Uri> AddressAsync(ConsoleProcess process)
    {
        for (var i = 0; i < 6000; i++)
        {
            Assert.False(process.Ended, process.Output());
            if (Listening().Match(process.Output()) is { Success: true } found)
            {
                return new Uri(found.Groups[1].Value);
            }

            await Task.Delay(20, Stop);
        }

        throw new InvalidOperationException("The console does not listen.\n" + process.Output());
    }

    [GeneratedRegex(@"Now listening on: (http://\S+)")]
    private static partial Regex Listening();
}
