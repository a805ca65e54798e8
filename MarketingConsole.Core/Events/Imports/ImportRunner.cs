using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Events.Imports;

/// <summary>Brings one file in, streaming, in batches that commit alone. The batch and the place reached commit together, so a restart goes on
/// where the last commit was. Customers and consents go first: writing them again changes nothing.</summary>
public sealed class ImportRunner(IDbContextFactory<ConsoleDb> dbs, EventWriter writer, IdAllocator ids, ConsentGate gate, ShopCalendar calendar, ChangeFeed feed, TimeProvider time, ImportFiles files)
{
    private const int Batch = 5000;

    /// <param name="report">Bytes read of the file, and its size.</param>
    public async Task<ImportCounts> RunAsync(int importId, Action<long, long, ImportCounts>? report, CancellationToken cancellationToken)
    {
        Import import;
        HashSet<int> sameFile;
        await using (var db = await dbs.CreateDbContextAsync(cancellationToken))
        {
            import = await db.Imports.AsNoTracking().SingleAsync(x => x.Id == importId, cancellationToken);
            sameFile = [.. await db.Imports.Where(x => x.FileHash == import.FileHash && x.Kind == import.Kind).Select(x => x.Id).ToListAsync(cancellationToken)];
            await db.Imports.Where(x => x.Id == importId).ExecuteUpdateAsync(s => s.SetProperty(x => x.Status, ImportStatus.Running), cancellationToken);
        }

        var (now, counts, format) = (time.GetUtcNow().UtcDateTime, ImportCounts.FromJson(import.CountsJson), ImportFormat.FromJson(import.FormatJson));
        var work = new Work(import, new ImportResolver(ids, importId, now), new ConsentIntake(gate, import, now), sameFile, now);
        var touched = new HashSet<int>();
        await using var file = files.Open(importId);
        using var text = format.Open(file);
        var rows = new RowReader(import.Kind, format, calendar, now);
        try
        {
            foreach (var records in new RecordReader(text, format.Delimiter).Read().Skip((format.HasHeader ? 1 : 0)).Index().Where(x => x.Index >= counts.Done).Select(x => rows.Read(x.Item)).Chunk(Batch))
            {
                cancellationToken.ThrowIfCancellationRequested();
                foreach (var id in await CommitAsync(work, records, counts, cancellationToken))
                {
                    if (touched.Count <= EventsWritten.MaxListed)
                    {
                        touched.Add(id);
                    }
                }

                report?.Invoke(file.Position, file.Length, counts);
            }
        }
        finally
        {
            Publish(import.Kind, touched); // a cancelled import keeps the batches it committed
        }

        return counts;
    }

    private void Publish(ImportKind kind, HashSet<int> touched)
    {
        if (touched.Count == 0)
        {
            return;
        }

        var written = EventsWritten.Of(touched);
        if (kind == ImportKind.Customers)
        {
            feed.Publish(new CustomersChanged(written.CustomerIds));
        }
        else
        {
            feed.Publish(written);
        }
    }

    private async Task<List<int>> CommitAsync(Work work, ImportRow[] rows, ImportCounts counts, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var next = counts.Copy();
        var rejected = rows.Where(x => x.Problem is not null).ToList();
        rejected.ForEach(x => next.Add(LineOutcome.Rejected, x.Cents));
        var good = rows.Where(x => x.Problem is null && (x.Customer ?? x.Email) is not null).ToList();
        foreach (var row in rows.Where(x => x.Problem is null && (x.Customer ?? x.Email) is null))
        {
            next.Add(LineOutcome.Anonymous, row.Cents);
        }

        var made = await NamesAsync(db, work, good, next, cancellationToken);
        var said = good.SelectMany(x => Consents(x).Select(c => (work.Resolver.Customer(x)!.Value, c, x.Record.Line))).ToList();
        if (said.Count > 0)
        {
            var (recorded, notRaised) = await work.Consents.TakeAsync(db, said, cancellationToken);
            (next.Consents, next.ConsentsNotRaised) = (next.Consents + recorded, next.ConsentsNotRaised + notRaised);
        }

        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var touched = work.Import.Kind switch
        {
            ImportKind.Customers => await new CustomerIntake(work.Resolver, work.Import.Id, work.Now).WriteAsync(db, [.. good.Cast<CustomerRow>()], made, next, cancellationToken),
            ImportKind.Transactions => await new TransactionIntake(writer, work.Resolver, work.Import.Id, work.SameFile).WriteAsync(db, [.. good.Cast<TransactionRow>()], next, cancellationToken),
            _ => await new EventIntake(writer, work.Resolver, work.Import.Id).WriteAsync(db, [.. good.Cast<EventRow>()], next, cancellationToken),
        };
        await db.BulkInsertAsync(rejected.ConvertAll(x => new ImportRejection { ImportId = work.Import.Id, Line = x.Record.Line, Reason = Cut(x.Problem!, 400), Text = Cut(x.Record.Text, 2000) }), cancellationToken);
        next.Done += rows.Length;
        var json = next.ToJson();
        await db.Imports.Where(x => x.Id == work.Import.Id).ExecuteUpdateAsync(s => s.SetProperty(x => x.CountsJson, json), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        counts.Take(next);
        return touched;
    }

    /// <summary>Makes the customers, products and stores the rows name.</summary>
    private static async Task<List<Customer>> NamesAsync(ConsoleDb db, Work work, List<ImportRow> rows, ImportCounts counts, CancellationToken cancellationToken)
    {
        var made = await work.Resolver.CustomersAsync(db, rows, x => x switch
        {
            TransactionRow row => (row.At, row.Country),
            CustomerRow row => (row.CreatedAt ?? work.Now, row.Country),
            EventRow row => (row.At, null),
            _ => throw new InvalidOperationException(),
        }, cancellationToken);
        var products = await work.Resolver.ProductsAsync(db, [.. rows.Select(x => x switch
        {
            TransactionRow { Sku: { } sku } row => (sku, row.Description, row.Category, row.Brand, row.PriceCents),
            EventRow { Sku: { } sku } => (sku, (string?)null, (string?)null, (string?)null, 0L),
            _ => default,
        }).Where(x => x.Item1 is not null)], cancellationToken);
        db.AddRange(await work.Resolver.StoresAsync(db, rows.Select(x => x switch { TransactionRow row => row.Store, EventRow row => row.Store, _ => null }), cancellationToken));
        db.AddRange(made);
        db.AddRange(products);
        await db.SaveChangesAsync(cancellationToken);
        (counts.Customers, counts.Products) = (counts.Customers + made.Count, counts.Products + products.Count);
        return made;
    }

    private static IReadOnlyList<ConsentCell> Consents(ImportRow row) => row switch
    {
        CustomerRow customer => customer.Consents,
        TransactionRow { EmailConsent: { } granted } order => [new ConsentCell(Purpose.Email, granted, order.At)],
        EventRow { Type: EventType.Unsubscribe } e => [new ConsentCell(Purpose.Email, false, e.At)],
        _ => [],
    };

    private static string Cut(string text, int length) => text.Length > length ? text[..length] : text;

    private sealed record Work(Import Import, ImportResolver Resolver, ConsentIntake Consents, IReadOnlySet<int> SameFile, DateTime Now);
}
