using System.Diagnostics;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Segments.InMemory;
using MarketingConsole.Core.Twins;
using MarketingConsole.Core.Twins.Store;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Segments;

/// <param name="Value">Country code or lifecycle stage; null = unknown.</param>
public sealed record PreviewPart(string? Value, int Customers);

public sealed record PreviewTwin(int Id, string Key, string Name, string? Country, LifecycleStage? Stage, long RevenueCents, DateTime? LastSeenAt);

/// <param name="Base">All customers who could be in a segment.</param>
/// <param name="Revenue365Cents">What the members bought in the last 365 days, as of now.</param>
/// <param name="Milliseconds">How long counting took.</param>
/// <param name="InMemory">Counted over the copy in memory; false = by the database.</param>
public sealed record SegmentPreview(DateTime AsOf, int Count, int Base, long Revenue365Cents, IReadOnlyList<PreviewPart> Countries, IReadOnlyList<PreviewPart> Stages, IReadOnlyList<PreviewTwin> Sample, double Milliseconds, bool InMemory)
{
    /// <summary>Conditions that nobody can meet yet, and why: they cannot have held for long, as far as the console knows, or ask for a score that no customer has.</summary>
    public IReadOnlyList<RuleProblem> Notes { get; init; } = [];
}

/// <summary>Counts a rule without saving it.</summary>
public sealed class SegmentPreviewer(IDbContextFactory<ConsoleDb> dbs, ConsentGate consent, StoreKeeper keeper, RuleWatches watches, MissingScores scores, ShopCalendar calendar, TimeProvider time)
{
    private const int SampleSize = 10, SqliteInterrupt = 9;

    /// <param name="rule">A rule without problems.</param>
    /// <param name="asOf">UTC; null = now.</param>
    /// <exception cref="OperationCanceledException">A newer edit made this count pointless; the database stops at once.</exception>
    public Task<SegmentPreview> PreviewAsync(SegmentRule rule, DateTime? asOf, CancellationToken cancellationToken) =>
        Task.Run(async () => await CountAsync(await watches.ResolveAsync(rule, cancellationToken), asOf, cancellationToken) with { Notes = [.. await watches.NotesAsync(rule, cancellationToken), .. await scores.OfAsync(rule, cancellationToken)] }, cancellationToken); // SQLite answers synchronously, and pages call this

    /// <summary>What keeps a rule from being counted at an instant.</summary>
    public IReadOnlyList<RuleProblem> CheckInstant(SegmentRule rule, DateTime? asOf)
    {
        var now = time.GetUtcNow().UtcDateTime;
        return asOf is not { } at || at >= now.AddMinutes(-1) && at <= now.AddMinutes(1) ? []
            : at > now ? [new RuleProblem("asOf", "Must not be in the future.")]
            : RuleValidator.CheckPast(rule);
    }

    private async Task<SegmentPreview> CountAsync(SegmentRule rule, DateTime? asOf, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var gate = await consent.RulesAsync(cancellationToken);
        var past = asOf is { } then && then < now ? new PastConsent(await consent.RulesAsync(then, cancellationToken), now) : null;
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        if (StoreQuery.Answers(rule, past is not null) && await keeper.CaughtUpAsync(cancellationToken) is { } store)
        {
            return await CountAsync(db, store, rule, gate, asOf ?? now, cancellationToken);
        }

        await db.Database.OpenConnectionAsync(cancellationToken);
        await using var interrupt = db.Database.GetDbConnection() is SqliteConnection { Handle: { } handle } ? cancellationToken.Register(() => SQLitePCL.raw.sqlite3_interrupt(handle)) : default;
        try
        {
            return await CountAsync(db, rule, gate, asOf ?? now, past, cancellationToken);
        }
        catch (SqliteException exception) when (exception.SqliteErrorCode == SqliteInterrupt)
        {
            throw new OperationCanceledException(cancellationToken);
        }
    }

    private async Task<SegmentPreview> CountAsync(ConsoleDb db, SegmentRule rule, ConsentRuleSet gate, DateTime asOf, PastConsent? past, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        var members = SegmentQuery.Members(db, rule, gate, asOf, calendar, past: past);
        var cells = await (from c in db.Customers
                           where members.Contains(c.Id)
                           join t in db.Twins on c.Id equals t.CustomerId into twins
                           from t in twins.DefaultIfEmpty()
                           group t by new { c.Country, Stage = (LifecycleStage?)t.Stage } into g
                           select new { g.Key.Country, g.Key.Stage, Customers = g.Count(), Revenue = g.Sum(t => (long?)t.Revenue365Cents) ?? 0 }).ToListAsync(cancellationToken);
        var milliseconds = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        cancellationToken.ThrowIfCancellationRequested();
        return new SegmentPreview(asOf, cells.Sum(x => x.Customers), await db.Customers.CountAsync(x => x.ErasedAt == null, cancellationToken), cells.Sum(x => x.Revenue),
            Parts(cells.Select(x => ((string?)x.Country, x.Customers))), Parts(cells.Select(x => (x.Stage?.ToString(), x.Customers))),
            cells.Count == 0 ? [] : await SampleAsync(db, members, cancellationToken), milliseconds, InMemory: false);
    }

    private async Task<SegmentPreview> CountAsync(ConsoleDb db, TwinStore store, SegmentRule rule, ConsentRuleSet gate, DateTime asOf, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        var count = store.Read(() => StoreCount.Of(store, new StoreQuery(store, gate, calendar, asOf).Members(rule), asOf, SampleSize));
        var milliseconds = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        return new SegmentPreview(asOf, count.Customers, count.Base, count.Revenue365Cents, Parts(count.Countries), Parts(count.Stages),
            count.Sample.Length == 0 ? [] : await SampleAsync(db, db.Customers.Where(x => EF.Parameter(count.Sample).Contains(x.Id)).Select(x => x.Id), cancellationToken), milliseconds, InMemory: true);
    }

    private static async Task<IReadOnlyList<PreviewTwin>> SampleAsync(ConsoleDb db, IQueryable<int> members, CancellationToken cancellationToken) =>
        // Scattered by a multiplicative hash of the id: the same ten each time, but not the ten oldest.
        await (from c in db.Customers
               where members.Contains(c.Id)
               orderby c.Id * 7919L % 10007, c.Id
               join t in db.Twins on c.Id equals t.CustomerId into twins
               from t in twins.DefaultIfEmpty()
               select new { c, t }).Take(SampleSize)
            .Select(x => new PreviewTwin(x.c.Id, x.c.Key, ((x.c.FirstName ?? "") + " " + (x.c.LastName ?? "")).Trim(), x.c.Country, (LifecycleStage?)x.t.Stage, (long?)x.t.RevenueCents ?? 0, x.t.LastSeenAt))
            .AsNoTracking().ToListAsync(cancellationToken);

    private static List<PreviewPart> Parts(IEnumerable<(string? Value, int Customers)> cells) =>
        [.. cells.GroupBy(x => x.Value).Select(x => new PreviewPart(x.Key, x.Sum(c => c.Customers))).OrderByDescending(x => x.Customers).ThenBy(x => x.Value, StringComparer.Ordinal)];
}
