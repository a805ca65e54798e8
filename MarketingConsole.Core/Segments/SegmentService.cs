using MarketingConsole.Core.Access;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Segments.InMemory;
using MarketingConsole.Core.Twins.Models;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace MarketingConsole.Core.Segments;

/// <param name="SizeBefore">Size seven days ago; null when it was not counted then.</param>
public sealed record SegmentRow(int Id, string Name, string Description, string Sentence, int Size, int? SizeBefore, DateTime? CountedAt, DateTime UpdatedAt);

public sealed record SegmentDetail(int Id, string Name, string Description, SegmentRule Rule, int Version, int Size, DateTime? CountedAt, string CreatedBy, DateTime CreatedAt, DateTime UpdatedAt);

/// <summary>What a person or a program wants a segment to be.</summary>
/// <param name="Version">The version it was made from; when another has been saved since, saving is refused. Null = do not look.</param>
public sealed record SegmentDraft(string Name, string Description, SegmentRule Rule, int? Version = null);

public sealed record CustomerSegment(int Id, string Name, DateTime EnteredAt);

/// <summary>Segments: list, get, save, delete, and who is in which.</summary>
public sealed class SegmentService(IDbContextFactory<ConsoleDb> dbs, SegmentKeeper keeper, RuleWatches watches, StoreKeeper stores, AuditLog audit, IOptions<ShopOptions> shop, ShopCalendar calendar, TimeProvider time)
{
    public const int MaxName = 120, MaxDescription = 1000;

    private static readonly TimeSpan Before = TimeSpan.FromDays(7), LiveKeep = TimeSpan.FromSeconds(1);
    private volatile LiveSegments? _live;

    /// <summary>All live segments by name.</summary>
    public async Task<IReadOnlyList<SegmentRow>> ListAsync(CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var then = time.GetUtcNow().UtcDateTime - Before;
        var rows = await db.Segments.AsNoTracking().Where(x => x.DeletedAt == null).OrderBy(x => x.Name).ThenBy(x => x.Id)
            .Select(x => new
            {
                x.Id,
                x.Name,
                x.Description,
                x.RuleJson,
                x.Size,
                x.CountedAt,
                x.UpdatedAt,
                Before = db.SegmentSizes.Where(s => s.SegmentId == x.Id && s.At <= then).OrderByDescending(s => s.At).Select(s => (int?)s.Size).FirstOrDefault(),
            }).ToListAsync(cancellationToken);
        var names = await NamesAsync(cancellationToken);
        return [.. rows.Select(x => new SegmentRow(x.Id, x.Name, x.Description, RuleSentence.Of(RuleJson.Read(x.RuleJson), names), x.Size, x.Before, x.CountedAt, x.UpdatedAt))];
    }

    /// <returns>Null when there is no such segment or it was deleted.</returns>
    public async Task<SegmentDetail?> GetAsync(int id, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        return await db.Segments.AsNoTracking().SingleOrDefaultAsync(x => x.Id == id && x.DeletedAt == null, cancellationToken) is { } x
            ? new SegmentDetail(x.Id, x.Name, x.Description, RuleJson.Read(x.RuleJson), x.Version, x.Size, x.CountedAt, x.CreatedBy, x.CreatedAt, x.UpdatedAt)
            : null;
    }

    /// <summary>Creates a segment, or changes the one given, and counts it and those that refer to it.</summary>
    /// <param name="id">Null = a new one.</param>
    public async Task<SaveResult> SaveAsync(int? id, SegmentDraft draft, string actor, CancellationToken cancellationToken)
    {
        var name = draft.Name.Trim();
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        List<FieldError> errors = [.. (await CheckAsync(draft.Rule, id, cancellationToken)).Select(x => new FieldError(RuleTree.Join("rule", x.Path), x.Message))];
        if (name.Length is 0 or > MaxName)
        {
            errors.Insert(0, new FieldError("name", name.Length == 0 ? "Give the segment a name." : $"The name may have {MaxName} characters at most."));
        }
        else if (await db.Segments.AnyAsync(x => x.Name == name && x.Id != id && x.DeletedAt == null, cancellationToken))
        {
            errors.Insert(0, new FieldError("name", $"There is already a segment called \"{name}\"."));
        }

        if (draft.Description.Length > MaxDescription)
        {
            errors.Add(new FieldError("description", $"The description may have {MaxDescription} characters at most."));
        }

        var now = time.GetUtcNow().UtcDateTime;
        var segment = id is null ? new Segment { Name = name, CreatedBy = actor, CreatedAt = now, Version = 0 } : await db.Segments.SingleOrDefaultAsync(x => x.Id == id && x.DeletedAt == null, cancellationToken);
        if (segment is null)
        {
            errors.Add(new FieldError("id", "This segment was deleted. Save it as a new one."));
        }
        else if (draft.Version is { } version && version != segment.Version)
        {
            errors.Add(new FieldError("version", "Somebody else saved this segment since you opened it. Copy your rule from the JSON tab, reload and look again."));
        }

        if (errors.Count > 0 || segment is null)
        {
            return new SaveResult(id ?? 0, errors);
        }

        await watches.BeginAsync(draft.Rule, cancellationToken); // first: the rule in force would find nobody
        (segment.Name, segment.Description, segment.RuleJson, segment.UpdatedAt) = (name, draft.Description.Trim(), RuleJson.Write(draft.Rule), now);
        segment.Version++;
        if (id is null)
        {
            db.Segments.Add(segment);
        }

        await db.SaveChangesAsync(cancellationToken);
        _live = null;
        await audit.WriteAsync(actor, id is null ? "segment.create" : "segment.change", $"segment {segment.Id}", $"{name}, version {segment.Version}", cancellationToken);
        await keeper.RecountAsync(segment.Id, cancellationToken);
        await watches.EndUnusedAsync(cancellationToken);
        return new SaveResult(segment.Id, []);
    }

    /// <summary>Takes a segment out of use; <see cref="RestoreAsync"/> brings it back. Refused while another segment refers to it.</summary>
    public async Task<SaveResult> DeleteAsync(int id, string actor, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        foreach (var (other, rule) in await RulesAsync(db, cancellationToken))
        {
            if (other != id && RuleTree.Segments(rule).Contains(id))
            {
                var name = await db.Segments.Where(x => x.Id == other).Select(x => x.Name).SingleAsync(cancellationToken);
                return new SaveResult(id, [new FieldError("id", $"The segment \"{name}\" refers to this one. Change that one first.")]);
            }
        }

        await SetDeletedAsync(db, id, time.GetUtcNow().UtcDateTime, actor, "segment.delete", cancellationToken);
        await watches.EndUnusedAsync(cancellationToken);
        return new SaveResult(id, []);
    }

    public async Task RestoreAsync(int id, string actor, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        if (await db.Segments.Where(x => x.Id == id).Select(x => x.RuleJson).SingleOrDefaultAsync(cancellationToken) is { } json)
        {
            await watches.BeginAsync(RuleJson.Read(json), cancellationToken);
        }

        await SetDeletedAsync(db, id, null, actor, "segment.restore", cancellationToken);
        await keeper.RecountAsync(id, cancellationToken);
    }

    /// <summary>What is wrong with a rule, references to other segments included.</summary>
    /// <param name="self">The segment the rule is for; null for a new one.</param>
    public async Task<IReadOnlyList<RuleProblem>> CheckAsync(SegmentRule rule, int? self, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var problems = RuleValidator.Check(rule, await RulesAsync(db, cancellationToken), self);
        return problems.Count > 0 ? problems : await LikenessAsync(db, rule, cancellationToken);
    }

    /// <summary>A likeness that was never learnt would make an empty segment without saying why.</summary>
    private static async Task<IReadOnlyList<RuleProblem>> LikenessAsync(ConsoleDb db, SegmentRule rule, CancellationToken cancellationToken)
    {
        var problems = new List<RuleProblem>();
        foreach (var (path, alike) in RuleTree.Nodes(rule).Select(x => (x.Path, Rule: x.Rule as LookalikeRule)).Where(x => x.Rule is not null))
        {
            var kind = ModelKind.Lookalike(alike!.Segment!.Value);
            if (!await db.TrainedModels.AnyAsync(x => x.Kind == kind && x.Champion, cancellationToken))
            {
                problems.Add(new RuleProblem(RuleTree.Join(path, "segment"), $"Nothing is known yet of who resembles segment {alike.Segment}. Choose it under Discover, Lookalikes, first."));
            }
        }

        return problems;
    }

    /// <summary>The segments a customer is in now.</summary>
    public async Task<IReadOnlyList<CustomerSegment>> OfCustomerAsync(int customerId, CancellationToken cancellationToken)
    {
        if (stores.Store is { MembersKept: true } store)
        {
            var entered = store.Read(() => store.KnownSlot(customerId) is >= 0 and var slot
                ? store.Members.Where(x => x.Value.ContainsKey(slot)).ToDictionary(x => x.Key, x => x.Value[slot]) : []); // before they are written down
            return [.. (await LiveAsync(cancellationToken)).Where(x => entered.ContainsKey(x.Id)).Select(x => new CustomerSegment(x.Id, x.Name, DateTime.UnixEpoch.AddMilliseconds(entered[x.Id])))];
        }

        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        return await (from m in db.SegmentMembers
                      join s in db.Segments on m.SegmentId equals s.Id
                      where m.CustomerId == customerId && s.DeletedAt == null
                      orderby s.Name
                      select new CustomerSegment(s.Id, s.Name, m.EnteredAt)).ToListAsync(cancellationToken);
    }

    /// <summary>Live segments by name: programs ask for those of a customer many times a second.</summary>
    private async Task<IReadOnlyList<(int Id, string Name)>> LiveAsync(CancellationToken cancellationToken)
    {
        var (live, at) = (_live, time.GetTimestamp());
        if (live is null || time.GetElapsedTime(live.At, at) > LiveKeep)
        {
            await using var db = await dbs.CreateDbContextAsync(cancellationToken);
            var rows = await db.Segments.Where(x => x.DeletedAt == null).OrderBy(x => x.Name).Select(x => new { x.Id, x.Name }).ToListAsync(cancellationToken);
            _live = live = new(rows.ConvertAll(x => (x.Id, x.Name)), at);
        }

        return live.Segments;
    }

    private sealed record LiveSegments(IReadOnlyList<(int Id, string Name)> Segments, long At);

    /// <summary>Names for <see cref="RuleSentence"/>.</summary>
    public async Task<RuleNames> NamesAsync(CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        return new RuleNames(
            await db.Segments.Select(x => new { x.Id, x.Name }).ToDictionaryAsync(x => x.Id, x => x.Name, cancellationToken),
            await db.Stores.Select(x => new { x.Id, x.Name }).ToDictionaryAsync(x => x.Id, x => x.Name, cancellationToken),
            await db.Campaigns.Select(x => new { x.Id, x.Name }).ToDictionaryAsync(x => x.Id, x => x.Name, cancellationToken),
            shop.Value.Currency)
        { Zone = calendar.Zone };
    }

    private static async Task<Dictionary<int, SegmentRule>> RulesAsync(ConsoleDb db, CancellationToken cancellationToken) =>
        (await db.Segments.Where(x => x.DeletedAt == null).Select(x => new { x.Id, x.RuleJson }).ToListAsync(cancellationToken)).ToDictionary(x => x.Id, x => RuleJson.Read(x.RuleJson));

    private async Task SetDeletedAsync(ConsoleDb db, int id, DateTime? at, string actor, string action, CancellationToken cancellationToken)
    {
        if (await db.Segments.Where(x => x.Id == id).ExecuteUpdateAsync(s => s.SetProperty(x => x.DeletedAt, at), cancellationToken) > 0)
        {
            _live = null;
            await audit.WriteAsync(actor, action, $"segment {id}", "", cancellationToken);
        }
    }
}
