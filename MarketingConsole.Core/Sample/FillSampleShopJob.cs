using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Jobs;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace MarketingConsole.Core.Sample;

/// <param name="Now">UTC instant the sample's history ends at; kept so that a restart goes on with the same people.</param>
public sealed record SampleFill(DateTime Now, int Customers, int Seed);

/// <summary>Fills an empty database with a believable shop: 18 months of habits, seasons, lapses, mail, consents and two campaigns.
/// Each batch of customers commits with everything they did; after a crash the batches that exist are skipped.</summary>
public sealed class FillSampleShopJob(IServiceProvider services) : ConsoleJob(services)
{
    private const int Batch = 250, Days = 548;
    private readonly IDbContextFactory<ConsoleDb> _dbs = services.GetRequiredService<IDbContextFactory<ConsoleDb>>();
    private readonly IdAllocator _ids = services.GetRequiredService<IdAllocator>();
    private readonly ShopCalendar _calendar = services.GetRequiredService<ShopCalendar>();
    private readonly ChangeFeed _feed = services.GetRequiredService<ChangeFeed>();

    protected override async Task RunAsync(JobContext context, CancellationToken cancellationToken)
    {
        var fill = context.Argument<SampleFill>();
        context.Report(0, fill.Customers, "Stocking the shelves");
        var shop = await OpenAsync(fill, cancellationToken);
        await using (var db = await _dbs.CreateDbContextAsync(cancellationToken))
        {
            var next = Live(shop, 0, fill.Customers, cancellationToken);
            for (var from = 0; from < fill.Customers; from += Batch)
            {
                var rows = await next;
                next = from + Batch < fill.Customers ? Live(shop, from + Batch, fill.Customers, cancellationToken) : next;
                var first = rows.Customers[0].Key;
                if (!await db.Customers.AnyAsync(x => x.Key == first, cancellationToken))
                {
                    await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
                    await rows.WriteAsync(db, cancellationToken);
                    await transaction.CommitAsync(cancellationToken);
                }

                context.Count("customers", rows.Customers.Count);
                context.Count("events", rows.Events.Count);
                context.Report(Math.Min(from + Batch, fill.Customers), fill.Customers, "Customers are living their eighteen months");
            }

            if (!await db.CampaignRuns.AnyAsync(cancellationToken))
            {
                await SampleCampaigns.FinishAsync(db, shop.Campaigns, cancellationToken);
            }
        }

        _feed.Publish(new EventsWritten(null));
    }

    private Task<SampleRows> Live(SampleShop shop, int from, int customers, CancellationToken cancellationToken) => Task.Run(
        async () =>
        {
            var count = Math.Min(Batch, customers - from);
            var firstId = await _ids.TakeAsync(IdAllocator.Customers, count, cancellationToken);
            var all = new SampleRows();
            foreach (var life in Enumerable.Range(0, count).AsParallel().AsOrdered().WithCancellation(cancellationToken).Select(i => SampleLife.Of(shop, from + i, firstId + i)))
            {
                all.Add(life);
            }

            return all;
        },
        cancellationToken);

    private async Task<SampleShop> OpenAsync(SampleFill fill, CancellationToken cancellationToken)
    {
        await using var db = await _dbs.CreateDbContextAsync(cancellationToken);
        var campaigns = await SampleCampaigns.FindAsync(db, cancellationToken);
        if (campaigns.Count == 0)
        {
            var stores = SampleCatalogue.Stores(await _ids.TakeAsync(IdAllocator.Stores, 8, cancellationToken));
            var products = SampleCatalogue.Products(await _ids.TakeAsync(IdAllocator.Products, SampleCatalogue.ProductCount, cancellationToken));
            var offers = SampleCampaigns.Offers(fill.Now);
            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
            db.AddRange(stores);
            db.AddRange(products);
            db.AddRange(offers);
            var segments = SampleSegments.Create(fill.Now);
            db.AddRange(segments);
            await db.SaveChangesAsync(cancellationToken);
            campaigns = await SampleCampaigns.AddAsync(db, offers, (segments[0].Id, segments[1].Id), _calendar, fill.Now, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        return new SampleShop(fill.Now.AddDays(-Days), fill.Now, _calendar, await db.Stores.AsNoTracking().OrderBy(x => x.Id).ToListAsync(cancellationToken),
            await db.Products.AsNoTracking().OrderBy(x => x.Id).ToListAsync(cancellationToken), campaigns, fill.Seed);
    }
}
