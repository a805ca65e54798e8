using System.Collections.Concurrent;
using System.Text;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Events.Intake;
using MarketingConsole.Core.Events.Live;
using MarketingConsole.Tests.Support;

namespace MarketingConsole.Tests.Intake;

public sealed class LiveIntakeTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Take_WhatOnlyTheDatabaseCanTell_IsLeftToIt()
    {
        await using var shop = await IntakeShop.OpenAsync(DatabaseProvider.Sqlite);
        await using (var db = shop.Open())
        {
            db.Stores.Add(new Store { Id = 7, Name = "Graben" });
            await db.SaveChangesAsync(Stop);
        }

        await shop.LoadAsync(SourceKind.Server, """{"type":"track","userId":"C-1","event":"Order Completed","properties":{"order_id":"O-1","total":5}}""");
        var told = new ConcurrentDictionary<long, Event>();
        using var listening = shop.Get<ChangeFeed>().Subscribe<EventsArrived>(x => x.Events.ToList().ForEach(e => told[e.Event.Id] = e.Event));
        var (journal, live) = (shop.Get<IntakeJournal>(), shop.Get<LiveIntake>());
        await journal.StartAsync(Stop);
        await live.StartAsync(Stop);
        for (var i = 0; i < 1000 && !told.ContainsKey(MessageIds.Hash("ready")); i++)
        {
            await Task.Delay(10, Stop);
            await SendAsync("""{"type":"page","messageId":"ready","userId":"C-1"}""");
        }

        string[] calls =
        [
            """{"type":"track","messageId":"whole","userId":"C-1","event":"Order Refunded","properties":{"order_id":"O-1"}}""", """{"type":"track","messageId":"part","userId":"C-1","event":"Order Refunded","properties":{"order_id":"O-1","total":2}}""",
            """{"type":"track","messageId":"in","userId":"C-1","event":"x","properties":{"store":"Graben"}}""", """{"type":"track","messageId":"new","userId":"C-1","event":"x","properties":{"store":"Opened today"}}""",
            """{"type":"track","messageId":"web","userId":"C-1","event":"x","properties":{"affiliation":"Web shop"}}""", """{"type":"page","messageId":"stranger","userId":"C-2"}""", """{"type":"page","messageId":"last","userId":"C-1"}""",
        ];
        await SendAsync(calls);
        for (var i = 0; i < 1000 && !told.ContainsKey(MessageIds.Hash("last")); i++)
        {
            await Task.Delay(10, Stop);
        }

        await live.StopAsync(Stop);
        await journal.StopAsync(Stop);
        Assert.Equal(["in", "last", "part", "web"], new[] { "in", "last", "new", "part", "stranger", "web", "whole" }.Where(x => told.ContainsKey(MessageIds.Hash(x))));
        Assert.Equal((7, Channel.Store), (told[MessageIds.Hash("in")].StoreId, told[MessageIds.Hash("in")].Channel));
        Assert.Null(told[MessageIds.Hash("web")].StoreId);

        Task SendAsync(params string[] sent) => journal.AppendAsync(IntakeBatch.Read(Encoding.UTF8.GetBytes($$"""{"batch":[{{string.Join(',', sent)}}]}"""), null, 1, SourceKind.Server, shop.Time.Now, "EUR").Record!, Stop);
    }
}
