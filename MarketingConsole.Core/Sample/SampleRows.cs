using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Dispatch;
using MarketingConsole.Core.Events;

namespace MarketingConsole.Core.Sample;

/// <summary>Rows of one or many sample customers, ready to write.</summary>
internal sealed class SampleRows
{
    public List<Customer> Customers { get; } = [];
    public List<CustomerTrait> Traits { get; } = [];
    public List<CustomerIdentity> Identities { get; } = [];
    public List<Event> Events { get; } = [];
    public List<EventItem> Items { get; } = [];
    public List<ConsentEntry> Consents { get; } = [];
    public List<ConsentChoice> Choices { get; } = [];
    public List<Suppression> Suppressions { get; } = [];
    public List<DispatchRecord> Dispatches { get; } = [];

    public void Add(SampleRows other)
    {
        Customers.AddRange(other.Customers);
        Traits.AddRange(other.Traits);
        Identities.AddRange(other.Identities);
        Events.AddRange(other.Events);
        Items.AddRange(other.Items);
        Consents.AddRange(other.Consents);
        Choices.AddRange(other.Choices);
        Suppressions.AddRange(other.Suppressions);
        Dispatches.AddRange(other.Dispatches);
    }

    /// <summary>Writes everything within the context's current transaction.</summary>
    public async Task WriteAsync(ConsoleDb db, CancellationToken cancellationToken)
    {
        await db.BulkInsertAsync(Customers, cancellationToken);
        await db.BulkInsertAsync(Traits, cancellationToken);
        await db.BulkInsertAsync(Identities, cancellationToken);
        await db.BulkInsertAsync(Events, cancellationToken);
        await db.BulkInsertAsync(Items, cancellationToken);
        await db.BulkInsertAsync(Consents, cancellationToken);
        await db.BulkInsertAsync(Choices, cancellationToken);
        await db.BulkInsertAsync(Suppressions, cancellationToken);
        await db.BulkInsertAsync(Dispatches, cancellationToken);
    }
}
