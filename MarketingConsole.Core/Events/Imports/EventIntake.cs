using MarketingConsole.Core.Data;

namespace MarketingConsole.Core.Events.Imports;

/// <summary>Writes a batch of event lines. The message id makes a line itself; without one, its content does.</summary>
internal sealed class EventIntake(EventWriter writer, ImportResolver resolver, int importId)
{
    public async Task<List<int>> WriteAsync(ConsoleDb db, IReadOnlyList<EventRow> rows, ImportCounts counts, CancellationToken cancellationToken)
    {
        var events = rows.Select(x => new Event
        {
            CustomerId = resolver.Customer(x)!.Value,
            Id = MessageIds.Hash(x.MessageId ?? $"{x.Type}/{x.Name}/{x.At:O}/{x.Sku}/{x.Reference}/{x.Cents}/{x.Quantity}"),
            Type = x.Type,
            At = x.At,
            Channel = x.Channel,
            StoreId = resolver.Store(x.Store),
            ProductId = resolver.Product(x.Sku),
            AmountCents = x.Cents,
            Quantity = x.Quantity,
            Reference = x.Reference,
            Name = x.Name,
            ImportId = importId,
        }).ToList();
        var added = (await writer.AppendAsync(db, events, [], cancellationToken)).ToHashSet();
        foreach (var (n, e) in events.Index())
        {
            counts.Add(!added.Contains(e) ? LineOutcome.Unchanged : e.Type == EventType.Return ? LineOutcome.Return : LineOutcome.Imported, rows[n].Cents);
        }

        counts.Events += added.Count;
        return [.. added.Select(x => x.CustomerId).Distinct()];
    }
}
