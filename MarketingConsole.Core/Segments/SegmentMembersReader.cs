using MarketingConsole.Core.Data;
using MarketingConsole.Core.Twins;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Segments;

public sealed record MemberRow(int Id, string Key, string Name, string? Country, LifecycleStage? Stage, long? Revenue365Cents, DateTime EnteredAt);

public sealed record MoveRow(DateTime At, int CustomerId, string Key, bool Entered);

/// <summary>A customer entered or left a segment.</summary>
public sealed record CustomerMove(DateTime At, int SegmentId, string Segment, bool Entered);

public sealed record SizePoint(DateTime At, int Size);

/// <summary>Reads who is in a segment and how that changed.</summary>
public sealed class SegmentMembersReader(IDbContextFactory<ConsoleDb> dbs)
{
    public const int MaxPage = 1000;

    /// <summary>Members in order of their id.</summary>
    /// <param name="after">Id of the last member of the page before; 0 = from the start.</param>
    public async Task<IReadOnlyList<MemberRow>> PageAsync(int segmentId, int after, int take, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        return await (from m in db.SegmentMembers
                      where m.SegmentId == segmentId && m.CustomerId > after
                      orderby m.CustomerId
                      join c in db.Customers on m.CustomerId equals c.Id
                      join t in db.Twins on m.CustomerId equals t.CustomerId into twins
                      from t in twins.DefaultIfEmpty()
                      select new MemberRow(c.Id, c.Key, ((c.FirstName ?? "") + " " + (c.LastName ?? "")).Trim(), c.Country, (LifecycleStage?)t.Stage, (long?)t.Revenue365Cents, m.EnteredAt))
            .Take(Math.Clamp(take, 1, MaxPage)).ToListAsync(cancellationToken);
    }

    /// <summary>Newest moves first.</summary>
    public async Task<IReadOnlyList<MoveRow>> MovesAsync(int segmentId, int take, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        return await (from m in db.SegmentMoves
                      where m.SegmentId == segmentId
                      orderby m.At descending, m.Id descending
                      join c in db.Customers on m.CustomerId equals c.Id
                      select new MoveRow(m.At, m.CustomerId, c.Key, m.Entered)).Take(take).ToListAsync(cancellationToken);
    }

    /// <summary>A customer's newest moves, of segments in use.</summary>
    public async Task<IReadOnlyList<CustomerMove>> MovesOfAsync(int customerId, int take, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        return await (from m in db.SegmentMoves
                      where m.CustomerId == customerId
                      join s in db.Segments on m.SegmentId equals s.Id
                      where s.DeletedAt == null
                      orderby m.At descending, m.Id descending
                      select new CustomerMove(m.At, s.Id, s.Name, m.Entered)).Take(take).ToListAsync(cancellationToken);
    }

    /// <summary>Sizes since an instant, oldest first, with the one that held at its beginning.</summary>
    public async Task<IReadOnlyList<SizePoint>> SizesAsync(int segmentId, DateTime since, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var sizes = db.SegmentSizes.Where(x => x.SegmentId == segmentId);
        var points = await sizes.Where(x => x.At >= since).OrderBy(x => x.At).Select(x => new SizePoint(x.At, x.Size)).ToListAsync(cancellationToken);
        if (await sizes.Where(x => x.At < since).OrderByDescending(x => x.At).Select(x => (int?)x.Size).FirstOrDefaultAsync(cancellationToken) is { } before)
        {
            points.Insert(0, new SizePoint(since, before));
        }

        return points;
    }
}
