using MarketingConsole.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Access;

/// <summary>Filter of the audit page; null or empty = any.</summary>
/// <param name="Text">Part of actor, action or subject, any case.</param>
/// <param name="From">First day in the shop's zone.</param>
/// <param name="To">Last day in the shop's zone, inclusive.</param>
public sealed record AuditFilter(string? Text = null, DateOnly? From = null, DateOnly? To = null);

public sealed record AuditLine(long Id, DateTime At, string Actor, string Action, string Subject, string Detail);

/// <summary>Who did what to which object when. Append-only.</summary>
public sealed class AuditLog(IDbContextFactory<ConsoleDb> dbs, TimeProvider time, ShopCalendar calendar)
{
    /// <param name="actor">Name of the signed-in user, or of the API key.</param>
    /// <param name="action">Verb and object, e.g. "segment.save".</param>
    /// <param name="subject">What it was done to, e.g. "segment 12".</param>
    /// <param name="detail">What changed; no personal data of customers.</param>
    public async Task WriteAsync(string actor, string action, string subject, string detail, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        db.AuditEntries.Add(new AuditEntry { At = time.GetUtcNow().UtcDateTime, Actor = Cut(actor, 256), Action = Cut(action, 60), Subject = Cut(subject, 200), Detail = detail });
        await db.SaveChangesAsync(cancellationToken);
    }

    /// <param name="page">From 1.</param>
    /// <returns>Newest first, and how many lines match in all.</returns>
    public async Task<(IReadOnlyList<AuditLine> Lines, int Total)> ListAsync(AuditFilter filter, int page, int pageSize, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var query = db.AuditEntries.AsNoTracking();
        if (!string.IsNullOrWhiteSpace(filter.Text))
        {
#pragma warning disable CA1304, CA1311, CA1862 // runs in the database
            var text = filter.Text.Trim().ToLowerInvariant();
            query = query.Where(x => x.Actor.ToLower().Contains(text) || x.Action.ToLower().Contains(text) || x.Subject.ToLower().Contains(text));
#pragma warning restore CA1304, CA1311, CA1862
        }

        if (filter.From is { } from)
        {
            var start = calendar.StartOf(from);
            query = query.Where(x => x.At >= start);
        }

        if (filter.To is { } to)
        {
            var end = calendar.StartOf(to.AddDays(1));
            query = query.Where(x => x.At < end);
        }

        var total = await query.CountAsync(cancellationToken);
        var lines = await query.OrderByDescending(x => x.At).ThenByDescending(x => x.Id).Skip((Math.Max(page, 1) - 1) * pageSize).Take(pageSize)
            .Select(x => new AuditLine(x.Id, x.At, x.Actor, x.Action, x.Subject, x.Detail)).ToListAsync(cancellationToken);
        return (lines, total);
    }

    private static string Cut(string text, int length) => text.Length <= length ? text : text[..length];
}
