using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Events.Imports;

/// <summary>Takes an import back: its events, the products and customers nothing else refers to, and the traits it changed where they still stand as it left them, also where a merge copied them.
/// Consents are never raised by an undo: a yes the file gave is withdrawn, a no stays.</summary>
public sealed class ImportUndo(IDbContextFactory<ConsoleDb> dbs, ConsentGate gate, ChangeFeed feed, TimeProvider time)
{
    private const int Batch = 500;

    /// <summary>Can be run again after a crash: each step finds only what is left.</summary>
    public async Task RunAsync(int importId, string undoneBy, Action<long, long, string>? report, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var total = await db.Events.CountAsync(x => x.ImportId == importId, cancellationToken);
        for (var done = 0; ;)
        {
            report?.Invoke(done, total, "Removing events");
            var keys = await db.Events.Where(x => x.ImportId == importId).Select(x => x.CustomerId).Distinct().OrderBy(x => x).Take(Batch).ToListAsync(cancellationToken);
            if (keys.Count == 0)
            {
                break;
            }

            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
            await db.EventItems.Where(i => keys.Contains(i.CustomerId) && db.Events.Any(e => e.CustomerId == i.CustomerId && e.Id == i.EventId && e.ImportId == importId)).ExecuteDeleteAsync(cancellationToken);
            done += await db.Events.Where(x => keys.Contains(x.CustomerId) && x.ImportId == importId).ExecuteDeleteAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        report?.Invoke(total, total, "Restoring customers");
        await RestoreAsync(db, importId, cancellationToken);
        await RemoveCustomersAsync(db, importId, cancellationToken);
        await WithdrawAsync(db, importId, undoneBy, cancellationToken);
        await db.Products.Where(x => x.ImportId == importId && !db.EventItems.Any(i => i.ProductId == x.Id) && !db.Events.Any(e => e.ProductId == x.Id)).ExecuteDeleteAsync(cancellationToken);
        await db.ImportRejections.Where(x => x.ImportId == importId).ExecuteDeleteAsync(cancellationToken);
        var now = time.GetUtcNow().UtcDateTime;
        await db.Imports.Where(x => x.Id == importId).ExecuteUpdateAsync(s => s.SetProperty(x => x.Status, ImportStatus.Undone).SetProperty(x => x.FinishedAt, now), cancellationToken);
        feed.Publish(new EventsWritten(null));
    }

    private static async Task RestoreAsync(ConsoleDb db, int importId, CancellationToken cancellationToken)
    {
        while (await db.ImportChanges.Where(x => x.ImportId == importId).OrderBy(x => x.CustomerId).Take(Batch).ToListAsync(cancellationToken) is { Count: > 0 } changes)
        {
            var ids = changes.ConvertAll(x => x.CustomerId);
            var customers = await db.Customers.Where(x => ids.Contains(x.Id)).ToDictionaryAsync(x => x.Id, cancellationToken);
            var traits = await db.CustomerTraits.Where(x => ids.Contains(x.CustomerId)).ToListAsync(cancellationToken);
            foreach (var change in changes.Where(x => customers.ContainsKey(x.CustomerId)))
            {
                var (customer, (before, after)) = (customers[change.CustomerId], CustomerChange.FromJson(change.BeforeJson));
                customer.Email = customer.Email == after.Email ? before.Email : customer.Email;
                customer.Phone = customer.Phone == after.Phone ? before.Phone : customer.Phone;
                customer.FirstName = customer.FirstName == after.FirstName ? before.FirstName : customer.FirstName;
                customer.LastName = customer.LastName == after.LastName ? before.LastName : customer.LastName;
                customer.Country = customer.Country == after.Country ? before.Country : customer.Country;
                customer.City = customer.City == after.City ? before.City : customer.City;
                customer.Latitude = customer.Latitude == after.Latitude ? before.Latitude : customer.Latitude;
                customer.Longitude = customer.Longitude == after.Longitude ? before.Longitude : customer.Longitude;
                customer.BirthDate = customer.BirthDate == after.BirthDate ? before.BirthDate : customer.BirthDate;
                customer.Gender = customer.Gender == after.Gender ? before.Gender : customer.Gender;
                customer.Tier = customer.Tier == after.Tier ? before.Tier : customer.Tier;
                customer.Language = customer.Language == after.Language ? before.Language : customer.Language;
                CustomerNormaliser.Apply(customer);
                var own = traits.Where(x => x.CustomerId == customer.Id).ToList();
                foreach (var (name, set) in after.Traits.Where(x => before.Traits.GetValueOrDefault(x.Key) != x.Value && CustomerTrait.Text(own.Where(t => t.Name == x.Key)) == x.Value))
                {
                    CustomerIntake.Replace(db, own, name, [.. CustomerTrait.Of(customer.Id, name, before.Traits.GetValueOrDefault(name, ""))]);
                }
            }

            await db.SaveChangesAsync(cancellationToken);
            await MergedCopies.TakeBackAsync(db, changes.ToDictionary(x => x.CustomerId, x => TakenBack.Of(CustomerChange.FromJson(x.BeforeJson))), cancellationToken);
            db.ImportChanges.RemoveRange(changes);
            await db.SaveChangesAsync(cancellationToken);
            db.ChangeTracker.Clear();
        }
    }

    private async Task WithdrawAsync(ConsoleDb db, int importId, string undoneBy, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var granted = await db.ConsentEntries.Where(x => x.ImportId == importId && x.Granted && db.ConsentChoices.Any(c => c.CustomerId == x.CustomerId && c.Purpose == x.Purpose && c.Granted && c.At == x.At))
            .Select(x => new { x.CustomerId, x.Purpose }).Distinct().ToListAsync(cancellationToken);
        await gate.RecordAsync(granted.ConvertAll(x => new ConsentEntry { CustomerId = x.CustomerId, Purpose = x.Purpose, Granted = false, At = now, Source = $"import {importId} undone", Proof = "the file's yes was taken back", RecordedBy = undoneBy, RecordedAt = now, ImportId = importId }), cancellationToken);
    }

    private static async Task RemoveCustomersAsync(ConsoleDb db, int importId, CancellationToken cancellationToken)
    {
        // Someone who has bought, been written to or decided anything since is a customer in their own right.
        var alone = db.Customers.Where(x => x.ImportId == importId && !db.Events.Any(e => e.CustomerId == x.Id) && !db.Dispatches.Any(d => d.CustomerId == x.Id)
            && !db.ConsentEntries.Any(c => c.CustomerId == x.Id && c.ImportId != importId));
        while (await alone.OrderBy(x => x.Id).Select(x => x.Id).Take(Batch).ToListAsync(cancellationToken) is { Count: > 0 } ids)
        {
            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
            await MergedCopies.TakeBackAllAsync(db, ids, cancellationToken);
            db.ChangeTracker.Clear();
            await db.CustomerTraits.Where(x => ids.Contains(x.CustomerId)).ExecuteDeleteAsync(cancellationToken);
            await db.CustomerIdentities.Where(x => ids.Contains(x.CustomerId)).ExecuteDeleteAsync(cancellationToken);
            await db.ConsentChoices.Where(x => ids.Contains(x.CustomerId)).ExecuteDeleteAsync(cancellationToken);
            await db.ConsentEntries.Where(x => ids.Contains(x.CustomerId)).TagWith(AppendOnlyGuard.Exempt).ExecuteDeleteAsync(cancellationToken);
            await db.Customers.Where(x => ids.Contains(x.Id)).ExecuteDeleteAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
    }
}
