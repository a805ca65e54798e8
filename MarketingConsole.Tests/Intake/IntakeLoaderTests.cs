using System.Text;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Events.Intake;
using MarketingConsole.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace MarketingConsole.Tests.Intake;

/// <summary>The way from the journal into a database that refuses what it is given.</summary>
public sealed class IntakeLoaderTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Load_EventsTheDatabaseRefuses_AreSetAsideAfterOnePauseAndTheOthersLoaded()
    {
        await using var shop = await IntakeShop.OpenAsync(DatabaseProvider.Sqlite);
        await DoAsync(shop, "CREATE TRIGGER refuse BEFORE INSERT ON Events WHEN NEW.Name = 'refused' BEGIN SELECT RAISE(ABORT, 'not this one'); END");
        var pauses = await LoadAsync(shop, [.. Enumerable.Range(0, 64).Select(n => n is 5 or 40 or 41 ? "refused" : "fine")], _ => false);
        Assert.Equal(1, pauses); // it may have been something that passes
        await using var db = shop.Open();
        Assert.Equal(61, await db.Events.CountAsync(x => x.Name == "fine", Stop));
        Assert.Equal(3, (await File.ReadAllLinesAsync(SetAside(shop), Stop)).Length);
    }

    [Fact]
    public async Task Load_DatabaseThatTakesNoWrites_IsWaitedForAndNothingIsSetAside()
    {
        await using var shop = await IntakeShop.OpenAsync(DatabaseProvider.Sqlite);
        await DoAsync(shop, "ALTER TABLE IdCounters RENAME TO Away");
        await LoadAsync(shop, ["fine", "fine"], pauses => pauses >= 6);
        Assert.False(File.Exists(SetAside(shop)));
        await using var db = shop.Open();
        Assert.Equal(2, await db.Events.CountAsync(Stop));
    }

    /// <param name="enough">After so many pauses the database is put right.</param>
    /// <returns>The pauses that were made.</returns>
    private static async Task<int> LoadAsync(TestDatabase shop, string[] names, Func<int, bool> enough)
    {
        var (journal, clock) = (shop.Get<IntakeJournal>(), new ImpatientClock());
        using var loader = ActivatorUtilities.CreateInstance<IntakeLoader>(shop.Services, clock);
        await journal.StartAsync(Stop);
        var calls = string.Join(',', names.Select((name, n) => $$"""{"type":"track","messageId":"m{{n}}","userId":"C-{{n % 7}}","event":"{{name}}"}"""));
        await journal.AppendAsync(IntakeBatch.Read(Encoding.UTF8.GetBytes($$"""{"batch":[{{calls}}]}"""), null, 1, SourceKind.Server, shop.Time.Now, "EUR").Record!, Stop);
        await loader.StartAsync(Stop);
        var right = false;
        for (var i = 0; i < 3000 && journal.Backlog > 0; i++)
        {
            if (!right && enough(clock.Pauses))
            {
                await DoAsync(shop, "ALTER TABLE Away RENAME TO IdCounters");
                right = true;
            }

            await Task.Delay(10, Stop);
        }

        Assert.Equal(0, journal.Backlog);
        await loader.StopAsync(Stop);
        await journal.StopAsync(Stop);
        return clock.Pauses;
    }

    private static string SetAside(TestDatabase shop) => Path.Combine(shop.Get<IntakeJournal>().Folder, "set-aside.jsonl");

    private static async Task DoAsync(TestDatabase shop, string sql)
    {
        await using var db = shop.Open();
        await db.Database.ExecuteSqlRawAsync(sql, Stop);
    }

    /// <summary>Pauses are counted and last a moment.</summary>
    private sealed class ImpatientClock : TimeProvider
    {
        private int _pauses;

        public int Pauses => Volatile.Read(ref _pauses);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Interlocked.Increment(ref _pauses);
            return base.CreateTimer(callback, state, TimeSpan.FromMilliseconds(20), period);
        }
    }
}
