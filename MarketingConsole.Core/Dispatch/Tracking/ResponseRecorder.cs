using System.Globalization;
using MarketingConsole.Core.Campaigns;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Dispatch.Tracking;

public sealed record Preference(Purpose Purpose, bool Allowed);

public sealed record Preferences(string? Language, IReadOnlyList<Preference> Choices);

/// <summary>Records what customers do with their messages: opens, clicks, unsubscribes, choices.</summary>
public sealed class ResponseRecorder(IDbContextFactory<ConsoleDb> dbs, EventWriter events, ConsentGate gate, TimeProvider time)
{
    private static readonly TimeSpan AllAtOnce = TimeSpan.FromSeconds(1);

    public Task OpenAsync(DispatchKey key, string? userAgent, bool head, CancellationToken cancellationToken) => RecordAsync(key, EventType.EmailOpen, 0, userAgent, head, cancellationToken);

    public Task ClickAsync(DispatchKey key, int linkId, string? userAgent, bool head, CancellationToken cancellationToken) => RecordAsync(key, EventType.EmailClick, linkId, userAgent, head, cancellationToken);

    /// <summary>Refuses the purpose of the message's channel. Asking again changes nothing.</summary>
    public async Task UnsubscribeAsync(DispatchKey key, string source, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        if (await RowAsync(db, key, cancellationToken) is not { } row)
        {
            return;
        }

        var (now, purpose) = (time.GetUtcNow().UtcDateTime, CampaignAudience.PurposeOf(row.Channel));
        if (await db.ConsentChoices.AnyAsync(x => x.CustomerId == key.CustomerId && x.Purpose == purpose && !x.Granted, cancellationToken))
        {
            return;
        }

        await gate.RecordAsync([Entry(key, purpose, false, source, now)], cancellationToken);
        await events.WriteAsync([New(key, EventType.Unsubscribe, row.Channel, now, "unsubscribe")], [], cancellationToken);
    }

    /// <returns>Null when the customer is gone.</returns>
    public async Task<Preferences?> PreferencesAsync(int customerId, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        if (await db.Customers.AsNoTracking().Where(x => x.Id == customerId && x.ErasedAt == null).Select(x => new { x.Language, x.Jurisdiction }).SingleOrDefaultAsync(cancellationToken) is not { } customer)
        {
            return null;
        }

        var rules = await gate.RulesAsync(cancellationToken);
        var choices = await db.ConsentChoices.AsNoTracking().Where(x => x.CustomerId == customerId).ToDictionaryAsync(x => x.Purpose, cancellationToken);
        return new Preferences(customer.Language, [.. Enum.GetValues<Purpose>().Where(x => rules.For(x, customer.Jurisdiction).Basis != ConsentBasis.Never)
            .Select(x => new Preference(x, rules.IsAllowed(x, customer.Jurisdiction, choices.GetValueOrDefault(x), time.GetUtcNow().UtcDateTime)))]);
    }

    /// <summary>Records each choice that differs from what holds now.</summary>
    public async Task ChooseAsync(DispatchKey key, IReadOnlySet<Purpose> allowed, CancellationToken cancellationToken)
    {
        if (await PreferencesAsync(key.CustomerId, cancellationToken) is not { } current)
        {
            return;
        }

        var now = time.GetUtcNow().UtcDateTime;
        await gate.RecordAsync([.. current.Choices.Where(x => x.Allowed != allowed.Contains(x.Purpose)).Select(x => Entry(key, x.Purpose, !x.Allowed, "preferences page", now))], cancellationToken);
    }

    private async Task RecordAsync(DispatchKey key, EventType type, int linkId, string? userAgent, bool head, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var (now, rules) = (time.GetUtcNow().UtcDateTime, await gate.RulesAsync(cancellationToken));
        if (await RowAsync(db, key, cancellationToken) is not { SentAt: { } sentAt } row
            || !await db.Customers.Where(x => x.Id == key.CustomerId && x.ErasedAt == null).AnyAsync(rules.Allowed(db, Purpose.Profiling, now), cancellationToken))
        {
            return; // behaviour is recorded only of those who allow it
        }

        var (link, since) = (linkId.ToString(CultureInfo.InvariantCulture), now - AllAtOnce);
        var machine = MachineResponse.Is(userAgent, head, now - sentAt)
            || (type == EventType.EmailClick && await db.Events.AnyAsync(x => x.CustomerId == key.CustomerId && x.At > since && x.Type == EventType.EmailClick && x.Reference != link, cancellationToken));
        var e = New(key, type, row.Channel, now, MachineResponse.Occasion(type, machine, now, link));
        (e.Machine, e.Reference) = (machine, type == EventType.EmailClick ? link : null);
        await events.WriteAsync([e], [], cancellationToken);
        if (machine)
        {
            return;
        }

        var mine = db.Dispatches.Where(x => x.CampaignId == key.CampaignId && x.Occurrence == key.Occurrence && x.CustomerId == key.CustomerId);
        if (type == EventType.EmailOpen)
        {
            await mine.Where(x => x.OpenedAt == null).ExecuteUpdateAsync(s => s.SetProperty(x => x.OpenedAt, now), cancellationToken);
        }
        else
        {
            await mine.Where(x => x.ClickedAt == null).ExecuteUpdateAsync(s => s.SetProperty(x => x.ClickedAt, now), cancellationToken);
        }
    }

    private static Task<DispatchRecord?> RowAsync(ConsoleDb db, DispatchKey key, CancellationToken cancellationToken) =>
        db.Dispatches.AsNoTracking().SingleOrDefaultAsync(x => x.CampaignId == key.CampaignId && x.Occurrence == key.Occurrence && x.CustomerId == key.CustomerId, cancellationToken);

    private static Event New(DispatchKey key, EventType type, Channel channel, DateTime at, string occasion) =>
        new() { CustomerId = key.CustomerId, Id = DispatchEvents.Id(key, occasion), Type = type, At = at, Channel = channel, CampaignId = key.CampaignId };

    private static ConsentEntry Entry(DispatchKey key, Purpose purpose, bool granted, string source, DateTime at) => new()
    {
        CustomerId = key.CustomerId,
        Purpose = purpose,
        Granted = granted,
        At = at,
        Source = source,
        RecordedBy = "customer",
        RecordedAt = at,
        Proof = string.Create(CultureInfo.InvariantCulture, $"signed link of campaign {key.CampaignId}, occurrence {key.Occurrence}"),
    };
}
