using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MarketingConsole.Core.Access;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Segments;
using MarketingConsole.Core.Segments.Webhooks;
using MarketingConsole.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace MarketingConsole.Tests.Segments;

/// <summary>Against a real HTTP server on this machine.</summary>
public sealed class SegmentWebhookTests
{
    private const int Segment = 1;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;
    public static TheoryData<DatabaseProvider> Providers => TestDatabase.Providers;

    [Theory, MemberData(nameof(Providers))]
    public async Task DeliverAsync_Moves_ArriveSignedInOrderWithoutPersonalData(DatabaseProvider provider)
    {
        await using var receiver = await Receiver.StartAsync();
        await using var shop = await ShopAsync(provider);
        await MoveAsync(shop, (3, true)); // before the webhook was set: not told
        var secret = await SetAsync(shop, receiver.Url);
        await MoveAsync(shop, (1, true), (2, true), (1, false));
        using var sender = Sender(shop);
        await sender.DeliverAsync(Stop);

        var call = Assert.Single(receiver.Calls);
        Assert.Equal($"seg_1_{call.Id.Split('_')[2]}_{call.Id.Split('_')[3]}", call.Id);
        Assert.Equal(call.Signature, "v1," + Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(secret["whsec_".Length..]), Encoding.UTF8.GetBytes($"{call.Id}.{call.Timestamp}.{call.Body}"))));
        Assert.Equal(shop.Time.GetUtcNow().ToUnixTimeSeconds(), long.Parse(call.Timestamp, System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal([("C1", "entered"), ("C2", "entered"), ("C1", "left")], call.Moves);
        using var body = JsonDocument.Parse(call.Body);
        Assert.Equal("segment.moved", body.RootElement.GetProperty("type").GetString());
        Assert.Equal((1, "Everybody"), (body.RootElement.GetProperty("data").GetProperty("segment").GetProperty("id").GetInt32(), body.RootElement.GetProperty("data").GetProperty("segment").GetProperty("name").GetString()));
        Assert.DoesNotContain("Ottilie", call.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("@", call.Body, StringComparison.Ordinal);

        await sender.DeliverAsync(Stop);
        Assert.Single(receiver.Calls); // each once where all goes well
        var state = await StateAsync(shop);
        Assert.Equal((0, shop.Time.Now, null), (state.Waiting, state.DeliveredAt, state.FailingSince));
        await using var db = shop.Open();
        Assert.DoesNotContain(secret, (await db.SegmentWebhooks.SingleAsync(Stop)).Secret, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DeliverAsync_MoreThanAThousand_GoInBatchesInOrder()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var shop = await ShopAsync(DatabaseProvider.Sqlite);
        await SetAsync(shop, receiver.Url);
        await MoveAsync(shop, [.. Enumerable.Range(0, 2500).Select(x => ((x % 3) + 1, x % 2 == 0))]);
        using var sender = Sender(shop);
        await sender.DeliverAsync(Stop);
        Assert.Equal([1000, 1000, 500], receiver.Calls.Select(x => x.Moves.Length));
        Assert.Equal(Enumerable.Range(0, 2500).Select(x => ($"C{(x % 3) + 1}", x % 2 == 0 ? "entered" : "left")), receiver.Calls.SelectMany(x => x.Moves));
    }

    [Fact]
    public async Task DeliverAsync_FailingReceiver_IsTriedAgainWithGrowingDelaysAndLosesNothing()
    {
        await using var receiver = await Receiver.StartAsync(503, 500, 302, 200);
        await using var shop = await ShopAsync(DatabaseProvider.Sqlite);
        await SetAsync(shop, receiver.Url);
        await MoveAsync(shop, (1, true));
        using var sender = Sender(shop);
        var waits = new List<double>();
        for (var n = 1; n <= 3; n++)
        {
            await sender.DeliverAsync(Stop);
            var state = await StateAsync(shop);
            waits.Add((state.NextTryAt!.Value - shop.Time.Now).TotalSeconds);
            Assert.Equal(n, receiver.Calls.Count);
            await sender.DeliverAsync(Stop);
            Assert.Equal(n, receiver.Calls.Count); // not before its time
            await MoveAsync(shop, (2, true)); // comes later, and must not change the call under way
            shop.Time.Set(state.NextTryAt.Value);
        }

        Assert.Equal([5d, 10, 20], waits);
        await sender.DeliverAsync(Stop);
        Assert.Equal([receiver.Calls[0].Id, receiver.Calls[0].Id, receiver.Calls[0].Id, receiver.Calls[0].Id], receiver.Calls.Take(4).Select(x => x.Id));
        Assert.Equal([("C1", "entered"), ("C2", "entered"), ("C2", "entered"), ("C2", "entered")], receiver.Calls.Skip(3).SelectMany(x => x.Moves));
        Assert.Null((await StateAsync(shop)).FailingSince);
    }

    [Fact]
    public async Task DeliverAsync_AfterRestart_GoesOnWhereItStopped()
    {
        await using var receiver = await Receiver.StartAsync(200, 500, 200);
        await using var shop = await ShopAsync(DatabaseProvider.Sqlite);
        await SetAsync(shop, receiver.Url);
        await MoveAsync(shop, [.. Enumerable.Range(0, 1500).Select(_ => (1, true))]);
        using (var before = Sender(shop))
        {
            await before.DeliverAsync(Stop);
        }

        await MoveAsync(shop, (2, false));
        shop.Time.Advance(TimeSpan.FromMinutes(1));
        using var after = Sender(shop);
        await after.DeliverAsync(Stop);
        Assert.Equal([1000, 500, 500, 1], receiver.Calls.Select(x => x.Moves.Length));
        Assert.Equal(receiver.Calls[1].Id, receiver.Calls[2].Id); // the receiver can tell that it is the same
        Assert.Equal(0, (await StateAsync(shop)).Waiting);
    }

    [Fact]
    public async Task DeliverAsync_FailingForDays_IsPausedUntilResumed()
    {
        await using var receiver = await Receiver.StartAsync(500);
        await using var shop = await ShopAsync(DatabaseProvider.Sqlite);
        await SetAsync(shop, receiver.Url);
        await MoveAsync(shop, (1, true));
        using var sender = Sender(shop);
        await sender.DeliverAsync(Stop);
        shop.Time.Advance(WebhookSender.GivesUp);
        await sender.DeliverAsync(Stop);
        Assert.Equal(shop.Time.Now, (await StateAsync(shop)).PausedAt);
        shop.Time.Advance(TimeSpan.FromDays(1));
        await sender.DeliverAsync(Stop);
        Assert.Equal(2, receiver.Calls.Count);
        receiver.Answer(200);
        await shop.Get<SegmentWebhooks>().ResumeAsync(Segment, "test", Stop);
        await sender.DeliverAsync(Stop);
        Assert.Equal((3, 0), (receiver.Calls.Count, (await StateAsync(shop)).Waiting));
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task DeliverAsync_ErasedMember_IsToldToHaveLeftAfterARestartAndThenForgotten(DatabaseProvider provider)
    {
        await using var receiver = await Receiver.StartAsync(200, 500, 200);
        await using var shop = await ShopAsync(provider);
        await MoveAsync(shop, (3, true)); // before the webhook was set: its receiver does not know C3
        await SetAsync(shop, receiver.Url);
        await MoveAsync(shop, (1, true), (2, true), (2, false));
        using (var before = Sender(shop))
        {
            await before.DeliverAsync(Stop);
            await EraseAsync(shop, 1, 2, 3);
            Assert.Equal(1, (await StateAsync(shop)).Waiting);
            await before.DeliverAsync(Stop);
        }

        await using (var db = shop.Open())
        {
            Assert.DoesNotContain("C1", (await db.SegmentFarewells.SingleAsync(Stop)).Key, StringComparison.Ordinal);
            Assert.Equal([0], await db.SegmentMoves.Select(x => x.CustomerId).ToListAsync(Stop));
        }

        shop.Time.Advance(TimeSpan.FromMinutes(1));
        using var after = Sender(shop);
        await after.DeliverAsync(Stop);
        Assert.Equal(receiver.Calls[1].Id, receiver.Calls[2].Id);
        Assert.Equal([("C1", "left")], receiver.Calls[2].Moves);
        await NothingIsKeptAsync(shop);
        await after.DeliverAsync(Stop);
        Assert.Equal(3, receiver.Calls.Count);
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task DeliverAsync_ErasedDuringAFailingDelivery_IsToldOnlyToHaveLeftAndOthersGoOn(DatabaseProvider provider)
    {
        await using var receiver = await Receiver.StartAsync(500, 200);
        await using var shop = await ShopAsync(provider);
        await SetAsync(shop, receiver.Url);
        await MoveAsync(shop, (1, true));
        using var sender = Sender(shop);
        await sender.DeliverAsync(Stop); // who knows what the receiver made of it
        await MoveAsync(shop, (2, true)); // not told to anybody yet
        await EraseAsync(shop, 1, 2);
        await MoveAsync(shop, (3, true));
        shop.Time.Advance(TimeSpan.FromMinutes(1));
        await sender.DeliverAsync(Stop);
        Assert.Equal([("C1", "left"), ("C3", "entered")], receiver.Calls.Skip(1).SelectMany(x => x.Moves));
        Assert.NotEqual(receiver.Calls[0].Id, receiver.Calls[1].Id);
        await NothingIsKeptAsync(shop);
    }

    [Fact]
    public async Task DeliverAsync_NewsOfAnEarlierMoveWrittenLate_IsToldAllTheSame()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var shop = await ShopAsync(DatabaseProvider.Sqlite);
        await SetAsync(shop, receiver.Url);
        await MoveAsync(shop, (1, true));
        using var sender = Sender(shop);
        await sender.DeliverAsync(Stop);
        await EraseAsync(shop, 1);
        await MoveAsync(shop, (2, true));
        await using (var db = shop.Open())
        {
            await db.SegmentWebhooks.ExecuteUpdateAsync(x => x.SetProperty(w => w.Delivered, db.SegmentFarewells.Max(f => f.MoveId)), Stop); // as if C2's move had been visible first
        }

        await sender.DeliverAsync(Stop);
        Assert.Equal([("C1", "left"), ("C2", "entered")], receiver.Calls[^1].Moves);
        await NothingIsKeptAsync(shop);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task EraseAsync_WebhookThatCannotTell_KeepsTheKeyThirtyDaysAtMost(bool paused)
    {
        await using var receiver = await Receiver.StartAsync(200, 410);
        await using var shop = await ShopAsync(DatabaseProvider.Sqlite);
        await SetAsync(shop, receiver.Url);
        await MoveAsync(shop, (1, true));
        using var sender = Sender(shop);
        await sender.DeliverAsync(Stop);
        await EraseAsync(shop, 1);
        await using var db = shop.Open();
        if (paused)
        {
            await sender.DeliverAsync(Stop);
            Assert.NotNull((await StateAsync(shop)).PausedAt);
            shop.Time.Advance(SegmentFarewells.Keeps);
            await sender.DeliverAsync(Stop);
            Assert.Equal(1, await db.SegmentFarewells.CountAsync(Stop)); // somebody may resume it
            shop.Time.Advance(TimeSpan.FromSeconds(1));
            await sender.DeliverAsync(Stop);
        }
        else
        {
            await shop.Get<SegmentWebhooks>().RemoveAsync(Segment, "test", Stop);
        }

        Assert.False(await db.SegmentFarewells.AnyAsync(Stop));
    }

    [Fact]
    public async Task TestAsync_Receiver_GetsACallWithoutMoves()
    {
        await using var receiver = await Receiver.StartAsync(200, 404);
        await using var shop = await ShopAsync(DatabaseProvider.Sqlite);
        await SetAsync(shop, receiver.Url);
        using var sender = Sender(shop);
        Assert.Null(await sender.TestAsync(Segment, Stop));
        Assert.Contains("\"segment.test\"", receiver.Calls[0].Body, StringComparison.Ordinal);
        Assert.Contains("404", await sender.TestAsync(Segment, Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task DeliverAsync_NameOfThisMachine_IsRefusedUnlessConfigured()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var shop = await ShopAsync(DatabaseProvider.Sqlite, anywhere: false);
        await shop.Get<SegmentWebhooks>().SetAsync(Segment, "https://example.com/x", false, "test", Stop); // past the check of the form, as a name is that changes its address
        await using (var db = shop.Open())
        {
            await db.SegmentWebhooks.ExecuteUpdateAsync(x => x.SetProperty(w => w.Url, receiver.Url.Replace("127.0.0.1", "localhost", StringComparison.Ordinal)), Stop);
        }

        using var sender = Sender(shop);
        Assert.Contains("private address", await sender.TestAsync(Segment, Stop), StringComparison.Ordinal);
        Assert.Empty(receiver.Calls);
    }

    [Theory]
    [InlineData("https://example.com/hooks", null)]
    [InlineData("http://example.com/hooks", "https://")]
    [InlineData("ftp://example.com", "whole address")]
    [InlineData("hooks", "whole address")]
    [InlineData("", "whole address")]
    [InlineData("https://user:secret@example.com", "user name")]
    [InlineData("http://localhost:9/x", "private")]
    [InlineData("https://10.1.2.3/x", "private")]
    [InlineData("https://[fd00::1]/x", "private")]
    [InlineData("https://169.254.169.254/latest/meta-data", "private")]
    public async Task SetAsync_Address_IsChecked(string url, string? fault)
    {
        await using var shop = await ShopAsync(DatabaseProvider.Sqlite, anywhere: false);
        var saved = await shop.Get<SegmentWebhooks>().SetAsync(Segment, url, false, "test", Stop);
        Assert.Equal(fault is null, saved.Errors.Count == 0);
        Assert.True(fault is null || saved.Errors[0].Message.Contains(fault, StringComparison.Ordinal), string.Join(" ", saved.Errors.Select(x => x.Message)));
        Assert.Equal(fault is null, saved.Secret is not null);
    }

    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("172.15.0.1", true)]
    [InlineData("2600::1", true)]
    [InlineData("127.0.0.1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("192.168.1.1", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("::1", false)]
    [InlineData("::ffff:10.0.0.1", false)]
    [InlineData("64:ff9b::a00:1", false)]
    [InlineData("fe80::1", false)]
    public void PublicAddress_Is_ByRegistry(string address, bool isPublic) => Assert.Equal(isPublic, PublicAddress.Is(IPAddress.Parse(address)));

    private static WebhookSender Sender(TestDatabase shop) => new(shop.Get<IDbContextFactory<ConsoleDb>>(), shop.Get<SegmentWebhooks>(), shop.Get<SegmentFarewells>(), shop.Get<IHttpClientFactory>(), shop.Get<ChangeFeed>(), shop.Time, NullLogger<WebhookSender>.Instance);

    private static async Task<string> SetAsync(TestDatabase shop, string url)
    {
        var saved = await shop.Get<SegmentWebhooks>().SetAsync(Segment, url, false, "test", Stop);
        Assert.Empty(saved.Errors);
        return saved.Secret!;
    }

    private static async Task<WebhookState> StateAsync(TestDatabase shop) => (await shop.Get<SegmentWebhooks>().GetAsync(Segment, Stop))!;

    private static async Task MoveAsync(TestDatabase shop, params (int Customer, bool Entered)[] moves)
    {
        await using var db = shop.Open();
        await db.BulkInsertAsync(moves.Select(x => new SegmentMove { SegmentId = Segment, CustomerId = x.Customer, At = shop.Time.Now, Entered = x.Entered }).ToList(), Stop);
    }

    private static async Task EraseAsync(TestDatabase shop, params int[] customers)
    {
        foreach (var id in customers)
        {
            Assert.NotNull(await shop.Get<CustomerEraser>().EraseAsync(id, "test", Stop));
        }
    }

    private static async Task NothingIsKeptAsync(TestDatabase shop)
    {
        await using var db = shop.Open();
        Assert.False(await db.SegmentFarewells.AnyAsync(Stop));
        Assert.False(await db.SegmentMoves.AnyAsync(x => x.CustomerId == 0, Stop));
        Assert.Equal(0, (await StateAsync(shop)).Waiting);
    }

    private static async Task<TestDatabase> ShopAsync(DatabaseProvider provider, bool anywhere = true)
    {
        var shop = await TestDatabase.CreateAsync(provider, (s, c) => s.AddSingleton<AuditLog>().AddConsent(c).AddCustomers(c).AddEvents(c).AddSegments(c), ("Segments:PrivateWebhooks", $"{anywhere}"));
        await using var db = shop.Open();
        for (var id = 1; id <= 3; id++)
        {
            var customer = new Customer { Id = id, Key = $"C{id}", FirstName = "Ottilie", Email = $"o{id}@example.com", CreatedAt = DateTime.UnixEpoch };
            CustomerNormaliser.Apply(customer);
            db.Customers.Add(customer);
        }

        db.Segments.Add(new Segment { Name = "Everybody", CreatedBy = "test" });
        await db.SaveChangesAsync(Stop);
        return shop;
    }

    private sealed record Call(string Id, string Timestamp, string Signature, string Body)
    {
        public (string, string)[] Moves => [.. JsonDocument.Parse(Body).RootElement.GetProperty("data").GetProperty("moves").EnumerateArray().Select(x => (x.GetProperty("customer").GetString()!, x.GetProperty("move").GetString()!))];
    }

    private sealed class Receiver : IAsyncDisposable
    {
        private readonly ConcurrentQueue<Call> _calls = new();
        private readonly Queue<int> _answers = new();
        private WebApplication _app = null!;
        private int _last = 200;

        public string Url => _app.Urls.First() + "/hook";
        public List<Call> Calls => [.. _calls];

        /// <param name="answers">In turn; the last one stays.</param>
        public static async Task<Receiver> StartAsync(params int[] answers)
        {
            var receiver = new Receiver();
            receiver.Answer(answers);
            var builder = WebApplication.CreateBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            receiver._app = builder.Build();
            receiver._app.MapPost("/hook", async http =>
            {
                using var reader = new StreamReader(http.Request.Body);
                receiver._calls.Enqueue(new Call(http.Request.Headers["webhook-id"]!, http.Request.Headers["webhook-timestamp"]!, http.Request.Headers["webhook-signature"]!, await reader.ReadToEndAsync()));
                receiver._last = receiver._answers.TryDequeue(out var answer) ? answer : receiver._last;
                http.Response.StatusCode = receiver._last;
            });
            await receiver._app.StartAsync();
            return receiver;
        }

        public void Answer(params int[] answers) => Array.ForEach(answers, _answers.Enqueue);

        public async ValueTask DisposeAsync()
        {
            using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            await _app.StopAsync(soon.Token);
            await _app.DisposeAsync();
        }
    }
}
