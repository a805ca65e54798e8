using MarketingConsole.Core.Access;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace MarketingConsole.Core.Events.Intake.People;

/// <param name="UndoUntil">null when it cannot be taken back (any more).</param>
public sealed record MergeLine(int Id, int CustomerId, string CustomerKey, int IntoId, string IntoKey, DateTime At, string MergedBy, string Reason, int Events, int Identities, int Traits, DateTime? UndoUntil, DateTime? UndoneAt, string? UndoneBy);

/// <summary>Makes two customers one: events and identities move, traits fill gaps, and of what both said about consent the stricter holds. The one given up
/// stays in the database, hidden, with their own consent ledger. For some days it can be taken back.</summary>
public sealed class CustomerMerger(IDbContextFactory<ConsoleDb> dbs, ConsentGate gate, ChangeFeed feed, IOptions<IntakeOptions> options, TimeProvider time)
{
    private const int IdsAQuery = 400;

    /// <param name="mergedBy">Name of a person or of the part of the console that decided it.</param>
    /// <param name="reason">identify, alias or by hand.</param>
    /// <returns>The merge; null when one of the two is gone or they are one already.</returns>
    public async Task<int?> MergeAsync(int fromId, int intoId, string mergedBy, string reason, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().UtcDateTime;
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var both = await db.Customers.AsNoTracking().Where(x => (x.Id == fromId || x.Id == intoId) && x.ErasedAt == null).Select(x => x.Id).ToListAsync(cancellationToken);
        if (fromId == intoId || both.Count < 2)
        {
            return null;
        }

        // First, and alone: should the rest fail, a no too many stands; never a yes.
        await gate.RecordAsync(await StricterAsync(db, fromId, intoId, mergedBy, now, cancellationToken), cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var from = await db.Customers.SingleAsync(x => x.Id == fromId, cancellationToken);
        var into = await db.Customers.SingleAsync(x => x.Id == intoId, cancellationToken);
        var events = await db.Events.Where(x => x.CustomerId == fromId && !db.Events.Any(y => y.CustomerId == intoId && y.Id == x.Id)).Select(x => x.Id).ToListAsync(cancellationToken);
        await MoveAsync(db, events, fromId, intoId, cancellationToken);
        var identities = await db.CustomerIdentities.AsNoTracking().Where(x => x.CustomerId == fromId && !db.CustomerIdentities.Any(y => y.CustomerId == intoId && y.Kind == x.Kind && y.Value == x.Value))
            .Select(x => new { x.Kind, x.Value }).ToListAsync(cancellationToken);
        await db.CustomerIdentities.Where(x => x.CustomerId == fromId && !db.CustomerIdentities.Any(y => y.CustomerId == intoId && y.Kind == x.Kind && y.Value == x.Value))
            .ExecuteUpdateAsync(s => s.SetProperty(x => x.CustomerId, intoId), cancellationToken);
        var undo = new MergeUndo(events, [.. identities.Select(x => (x.Kind, x.Value))], Fill(from, into), await FillTraitsAsync(db, fromId, intoId, cancellationToken), into.CreatedAt);
        await TraitTimes.CarryAsync(db, fromId, intoId, undo.Fields.Keys.Concat(undo.Traits.Keys.Select(x => TraitTimes.Own + x)), cancellationToken);
        if (!from.Key.StartsWith(MessageReader.AnonymousKey, StringComparison.Ordinal))
        {
            // Whoever sends the old id means the new customer; taken away again by an undo.
            db.CustomerIdentities.Add(new() { CustomerId = intoId, Kind = IdentityKinds.User, Value = from.Key, FirstSeenAt = now });
        }

        into.CreatedAt = from.CreatedAt < into.CreatedAt ? from.CreatedAt : into.CreatedAt;
        (into.UpdatedAt, from.UpdatedAt, from.ErasedAt) = (now, now, now);
        var merge = new CustomerMerge { CustomerId = fromId, IntoId = intoId, At = now, MergedBy = mergedBy, Reason = reason, Events = events.Count, Identities = identities.Count, Traits = undo.Fields.Count + undo.Traits.Count, UndoJson = undo.ToJson() };
        db.CustomerMerges.Add(merge);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        feed.Publish(new EventsWritten([fromId, intoId]));
        feed.Publish(new CustomersChanged([fromId, intoId]));
        return merge.Id;
    }

    /// <summary>Takes a merge back. What came in for the customer since stays where it is; so does a no that the merge carried over: only the customer can say yes again.</summary>
    /// <returns>What is wrong; empty when it was taken back.</returns>
    public async Task<IReadOnlyList<FieldError>> UndoAsync(int mergeId, string actor, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().UtcDateTime;
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await db.CustomerMerges.SingleOrDefaultAsync(x => x.Id == mergeId, cancellationToken) is not { } merge)
        {
            return [new("id", "There is no such merge.")];
        }

        if (merge.UndoneAt is not null || merge.UndoJson is null || merge.At < now.AddDays(-options.Value.UndoDays))
        {
            return [new("id", merge.UndoneAt is not null ? "This merge was taken back already." : $"A merge can be taken back for {options.Value.UndoDays} days only.")];
        }

        var from = await db.Customers.SingleOrDefaultAsync(x => x.Id == merge.CustomerId, cancellationToken);
        var into = await db.Customers.SingleOrDefaultAsync(x => x.Id == merge.IntoId && x.ErasedAt == null, cancellationToken);
        if (from is null || into is null)
        {
            return [new("id", "One of the two is not here any more: erased, or merged further. Take back the later merge first.")];
        }

        var undo = MergeUndo.FromJson(merge.UndoJson);
        await MoveAsync(db, undo.Events, into.Id, from.Id, cancellationToken);
        foreach (var (kind, value) in undo.Identities)
        {
            await db.CustomerIdentities.Where(x => x.CustomerId == into.Id && x.Kind == kind && x.Value == value).ExecuteUpdateAsync(s => s.SetProperty(x => x.CustomerId, from.Id), cancellationToken);
        }

        var key = from.Key;
        await db.CustomerIdentities.Where(x => x.CustomerId == into.Id && x.Kind == IdentityKinds.User && x.Value == key && x.FirstSeenAt == merge.At).ExecuteDeleteAsync(cancellationToken);
        var fields = MergeUndo.FieldsOf(into);
        new CustomerTraits(undo.Fields.Where(x => fields[x.Key] == x.Value).ToDictionary(x => x.Key, _ => (string?)null), new Dictionary<string, string?>(), []).Apply(into);
        foreach (var (name, value) in undo.Traits)
        {
            if (CustomerTrait.Text(await db.CustomerTraits.AsNoTracking().Where(x => x.CustomerId == into.Id && x.Name == name).ToListAsync(cancellationToken)) == value)
            {
                await db.CustomerTraits.Where(x => x.CustomerId == into.Id && x.Name == name).ExecuteDeleteAsync(cancellationToken);
            }
        }

        into.CreatedAt = into.CreatedAt == from.CreatedAt ? undo.CreatedAt : into.CreatedAt;
        (into.UpdatedAt, from.UpdatedAt, from.ErasedAt) = (now, now, null);
        (merge.UndoneAt, merge.UndoneBy, merge.UndoJson) = (now, actor, null);
        db.AuditEntries.Add(new AuditEntry { At = now, Actor = actor, Action = "customer.merge-undo", Subject = $"merge {merge.Id}", Detail = $"customers {from.Id} and {into.Id} are two again, {undo.Events.Count} events moved back" });
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        feed.Publish(new EventsWritten([from.Id, into.Id]));
        feed.Publish(new CustomersChanged([from.Id, into.Id]));
        return [];
    }

    /// <summary>Merges a customer is part of, newest first.</summary>
    public async Task<IReadOnlyList<MergeLine>> ListAsync(int customerId, CancellationToken cancellationToken)
    {
        var since = time.GetUtcNow().UtcDateTime.AddDays(-options.Value.UndoDays);
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var rows = await db.CustomerMerges.AsNoTracking().Where(x => x.CustomerId == customerId || x.IntoId == customerId).OrderByDescending(x => x.Id).Take(100).Select(x => new
        {
            x,
            From = db.Customers.Where(c => c.Id == x.CustomerId).Select(c => c.Key).FirstOrDefault(),
            Into = db.Customers.Where(c => c.Id == x.IntoId).Select(c => c.Key).FirstOrDefault(),
            CanUndo = x.UndoJson != null && x.At >= since,
        }).ToListAsync(cancellationToken);
        return [.. rows.Select(r => new MergeLine(r.x.Id, r.x.CustomerId, r.From ?? "", r.x.IntoId, r.Into ?? "", r.x.At, r.x.MergedBy, r.x.Reason, r.x.Events, r.x.Identities, r.x.Traits, r.CanUndo ? r.x.At.AddDays(options.Value.UndoDays) : null, r.x.UndoneAt, r.x.UndoneBy))];
    }

    /// <summary>Forgets what undoing old merges would take: it is personal data nobody needs any more.</summary>
    public async Task<int> PurgeAsync(CancellationToken cancellationToken)
    {
        var before = time.GetUtcNow().UtcDateTime.AddDays(-options.Value.UndoDays);
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        return await db.CustomerMerges.Where(x => x.At < before && x.UndoJson != null).ExecuteUpdateAsync(s => s.SetProperty(x => x.UndoJson, (string?)null), cancellationToken);
    }

    private static async Task MoveAsync(ConsoleDb db, IReadOnlyList<long> events, int from, int to, CancellationToken cancellationToken)
    {
        foreach (var chunk in events.Chunk(IdsAQuery))
        {
            await db.EventItems.Where(x => x.CustomerId == from && chunk.Contains(x.EventId)).ExecuteUpdateAsync(s => s.SetProperty(x => x.CustomerId, to), cancellationToken);
            await db.Events.Where(x => x.CustomerId == from && chunk.Contains(x.Id)).ExecuteUpdateAsync(s => s.SetProperty(x => x.CustomerId, to), cancellationToken);
        }
    }

    private static Dictionary<string, string> Fill(Customer from, Customer into)
    {
        var (has, gets) = (MergeUndo.FieldsOf(into), MergeUndo.FieldsOf(from));
        var filled = gets.Where(x => x.Value is not null && has[x.Key] is null).ToDictionary(x => x.Key, x => x.Value!);
        new CustomerTraits(filled.ToDictionary(x => x.Key, x => (string?)x.Value), new Dictionary<string, string?>(), []).Apply(into);
        return filled;
    }

    private static async Task<Dictionary<string, string>> FillTraitsAsync(ConsoleDb db, int fromId, int intoId, CancellationToken cancellationToken)
    {
        var traits = await db.CustomerTraits.AsNoTracking().Where(x => x.CustomerId == fromId && !db.CustomerTraits.Any(y => y.CustomerId == intoId && y.Name == x.Name)).ToListAsync(cancellationToken);
        db.CustomerTraits.AddRange(traits.Select(x => new CustomerTrait { CustomerId = intoId, Name = x.Name, Value = x.Value, Number = x.Number }));
        return traits.GroupBy(x => x.Name).ToDictionary(x => x.Key, CustomerTrait.Text);
    }

    /// <summary>A no of the one who is given up holds for both.</summary>
    private static async Task<List<ConsentEntry>> StricterAsync(ConsoleDb db, int fromId, int intoId, string mergedBy, DateTime now, CancellationToken cancellationToken)
    {
        var refused = await db.ConsentChoices.Where(x => x.CustomerId == fromId && !x.Granted && !db.ConsentChoices.Any(y => y.CustomerId == intoId && y.Purpose == x.Purpose && !y.Granted))
            .Select(x => x.Purpose).ToListAsync(cancellationToken);
        return refused.ConvertAll(x => new ConsentEntry { CustomerId = intoId, Purpose = x, Granted = false, At = now, Source = "merge of customers", Proof = $"customer {fromId} had refused", RecordedBy = mergedBy, RecordedAt = now });
    }
}
