using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Events.Imports;

/// <summary>Takes consents out of a file into the ledger without ever raising one the customer has not given: a "no" is always taken;
/// a "yes" only where the customer has not refused, or the file dates it after the refusal.</summary>
internal sealed class ConsentIntake(ConsentGate gate, Import import, DateTime now)
{
    private const int CustomersAQuery = 500;

    /// <param name="cells">What the file says, with the line it stands in.</param>
    /// <returns>Ledger lines written, and yeses not taken.</returns>
    public async Task<(int Recorded, int NotRaised)> TakeAsync(ConsoleDb db, IReadOnlyList<(int CustomerId, ConsentCell Cell, long Line)> cells, CancellationToken cancellationToken)
    {
        var current = new Dictionary<(int, Purpose), (bool Granted, DateTime At)>();
        foreach (var ids in cells.Select(x => x.CustomerId).Distinct().Chunk(CustomersAQuery))
        {
            foreach (var choice in await db.ConsentChoices.AsNoTracking().Where(x => ids.Contains(x.CustomerId)).ToListAsync(cancellationToken))
            {
                current[(choice.CustomerId, choice.Purpose)] = (choice.Granted, choice.At);
            }
        }

        var (entries, notRaised) = (new List<ConsentEntry>(), 0);
        foreach (var (customerId, cell, line) in cells.OrderBy(x => x.Line))
        {
            var known = current.TryGetValue((customerId, cell.Purpose), out var choice);
            if (known && choice.Granted == cell.Granted)
            {
                continue;
            }

            if (cell.Granted && known && !(cell.At > choice.At))
            {
                notRaised++;
                continue;
            }

            // A refusal without a date, or dated before the grant, counts from now: better one message less.
            var at = cell.At is { } said && (cell.Granted || !known || said > choice.At) ? said : now;
            entries.Add(new ConsentEntry { CustomerId = customerId, Purpose = cell.Purpose, Granted = cell.Granted, At = at, Source = Cut($"import {import.Id}: {import.FileName}"), Proof = $"line {line}", RecordedBy = import.CreatedBy, RecordedAt = now, ImportId = import.Id });
            current[(customerId, cell.Purpose)] = (cell.Granted, at);
        }

        await gate.RecordAsync(entries, cancellationToken);
        return (entries.Count, notRaised);
    }

    private static string Cut(string text) => text.Length > 100 ? text[..100] : text;
}
