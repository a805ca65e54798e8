using MarketingConsole.Core.Data;
using MarketingConsole.Core.Segments.InMemory;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace MarketingConsole.Core.Segments;

/// <param name="Used">False where it is switched off.</param>
/// <param name="Ready">Counts come from memory; otherwise from the database.</param>
/// <param name="Step">What is being read while it is built; null when it is not.</param>
/// <param name="Done">Rows read of this step.</param>
/// <param name="Share">0 to 1: how much of the whole is read.</param>
public sealed record TwinStoreState(bool Used, bool Ready, string? Step, long Done, double? Share);

/// <summary>Whether the twin store can be asked, how far its build is, and why it cannot answer.</summary>
public sealed class StoreAnswers(StoreKeeper keeper, IDbContextFactory<ConsoleDb> dbs, IOptions<SegmentOptions> options)
{
    private static readonly string[] Steps = ["Customers", "Traits", "Twins", "Choices", "Memberships", "Likeness", "Events"];
    private Task<long[]>? _rows;

    public TwinStoreState State()
    {
        var used = options.Value.InMemory;
        if (keeper.Progress is not { } progress)
        {
            return new TwinStoreState(used, keeper.Store is not null, null, 0, null);
        }

        _rows ??= Task.Run(() => CountAsync(CancellationToken.None)); // once, and nobody waits for it: counting costs the database seconds where there are many
        if (!_rows.IsCompletedSuccessfully) // its result below waits for nothing
        {
            return new TwinStoreState(used, false, progress.Step, progress.Done, null);
        }

        var (rows, step) = (_rows.Result, Array.IndexOf(Steps, progress.Step));
        var (before, all) = (rows.Take(Math.Max(step, 0)).Sum(), rows.Sum());
        return new TwinStoreState(used, false, progress.Step, progress.Done, all == 0 ? null : Math.Min(1, (double)(before + (step < 0 ? 0 : progress.Done)) / all));
    }

    /// <summary>Why there is no twin store to ask, or it could not be waited for.</summary>
    public string Absence() => !options.Value.InMemory ? "Customers are not held in memory here (Segments:InMemory is off), and the database would take too long."
        : keeper.Progress is not null ? "Customers are still being read into memory; this follows when they are."
        : "Customers in memory are just being brought up to date.";

    /// <summary>Why the twin store cannot answer for a rule; null when it can.</summary>
    public static string? Obstacle(SegmentRule rule, bool past) =>
        RuleTree.Counted(rule).Any(x => x is LookalikeRule) ? "Likeness to a segment is not held in memory, and the database would take too long."
        : past && RuleTree.Counted(rule).Any(x => x is PermissionRule) ? "What customers allowed in the past is not held in memory, and the database would take too long."
        : StoreQuery.Supports(rule, past) ? null
        : "Properties of events are not held in memory, and the database would take too long.";

    private async Task<long[]> CountAsync(CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        return
        [
            await db.Customers.LongCountAsync(cancellationToken), await db.CustomerTraits.LongCountAsync(cancellationToken), await db.Twins.LongCountAsync(cancellationToken),
            await db.ConsentChoices.LongCountAsync(cancellationToken), await db.SegmentMembers.LongCountAsync(cancellationToken), await db.TwinSimilarities.LongCountAsync(cancellationToken),
            await db.Events.LongCountAsync(cancellationToken),
        ];
    }
}
