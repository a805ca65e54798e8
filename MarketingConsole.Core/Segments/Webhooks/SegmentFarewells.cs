using System.Security.Cryptography;
using MarketingConsole.Core.Data;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Segments.Webhooks;

/// <summary>Keeps what receivers must be told of erased customers (GDPR article 19) until they were told.</summary>
public sealed class SegmentFarewells(IDataProtectionProvider protection, TimeProvider time)
{
    private const int Nobody = 0;

    /// <summary>A key that could not be told for so long, as its webhook is paused or its segment deleted, is forgotten.</summary>
    public static readonly TimeSpan Keeps = TimeSpan.FromDays(30);

    private readonly IDataProtector _protector = protection.CreateProtector("segment-farewell");

    /// <summary>Notes a customer for every webhook whose receiver knows the customer as a member. Call within the transaction that erases the customer, before the moves go.</summary>
    public async Task NoteAsync(ConsoleDb db, int customerId, string key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(db);

        // Changes nothing, but takes the rows: what a delivery is about to hold is known before, or it finds the customer gone.
        var hooks = db.SegmentWebhooks.Where(w => db.SegmentMoves.Any(m => m.CustomerId == customerId && m.SegmentId == w.SegmentId && m.Id > w.Since));
        if (await hooks.ExecuteUpdateAsync(s => s.SetProperty(x => x.Tries, x => x.Tries), cancellationToken) == 0)
        {
            return;
        }

        var moves = await db.SegmentMoves.AsNoTracking().Where(x => x.CustomerId == customerId).OrderBy(x => x.Id).ToListAsync(cancellationToken);
        var now = time.GetUtcNow().UtcDateTime;
        foreach (var hook in await hooks.AsNoTracking().ToListAsync(cancellationToken))
        {
            var told = moves.Where(x => x.SegmentId == hook.SegmentId && x.Id > hook.Since).ToList();
            if (told.LastOrDefault(x => x.Id <= hook.Delivered) is { Entered: true } || told.Any(x => x.Entered && x.Id > hook.Delivered && x.Id <= hook.Pending))
            {
                var place = new SegmentMove { SegmentId = hook.SegmentId, CustomerId = Nobody, At = now, Entered = false };
                db.SegmentMoves.Add(place);
                await db.SaveChangesAsync(cancellationToken);
                db.SegmentFarewells.Add(new SegmentFarewell { MoveId = place.Id, SegmentId = hook.SegmentId, Key = _protector.Protect(key), At = now });
                await db.SaveChangesAsync(cancellationToken);
            }
        }
    }

    /// <returns>What is to be told with a delivery up to a move, by the move's id; also what another transaction wrote late.</returns>
    internal async Task<IReadOnlyList<(long Id, CustomerMoved Move)>> DueAsync(ConsoleDb db, int segmentId, long upTo, CancellationToken cancellationToken)
    {
        var due = await db.SegmentFarewells.AsNoTracking().Where(x => x.SegmentId == segmentId && x.MoveId <= upTo).OrderBy(x => x.MoveId).ToListAsync(cancellationToken);
        return [.. due.Select(x => (x.MoveId, Key: Reveal(x.Key), x.At)).Where(x => x.Key is not null).Select(x => (x.MoveId, new CustomerMoved(x.Key!, "left", x.At)))];
    }

    /// <summary>Forgets what was told.</summary>
    internal static async Task ToldAsync(ConsoleDb db, int segmentId, long upTo, CancellationToken cancellationToken)
    {
        await db.SegmentFarewells.Where(x => x.SegmentId == segmentId && x.MoveId <= upTo).ExecuteDeleteAsync(cancellationToken);
        await db.SegmentMoves.Where(x => x.CustomerId == Nobody && x.SegmentId == segmentId && x.Id <= upTo).ExecuteDeleteAsync(cancellationToken);
    }

    internal async Task ForgetAsync(ConsoleDb db, CancellationToken cancellationToken)
    {
        var before = time.GetUtcNow().UtcDateTime - Keeps;
        await db.SegmentFarewells.Where(x => x.At < before).ExecuteDeleteAsync(cancellationToken);
    }

    private string? Reveal(string key)
    {
        try
        {
            return _protector.Unprotect(key);
        }
        catch (CryptographicException)
        {
            return null; // nobody can read it any more
        }
    }
}
