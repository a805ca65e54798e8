using System.Text.Json;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events.Intake.Orders;
using MarketingConsole.Core.Events.Intake.People;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace MarketingConsole.Core.Events.Intake;

/// <param name="Events">New in the database.</param>
/// <param name="Repeated">Events it had already.</param>
/// <param name="RefusedAliases">Aliases of two known customers that did not come from a server.</param>
internal sealed record LoadedBatch(int Events, int Repeated, int Merges, int RefusedAliases);

/// <summary>Writes a batch of calls to the database: people, traits, events, consents, merges. Loading a batch again changes nothing.</summary>
internal sealed class MessageLoader(IDbContextFactory<ConsoleDb> dbs, IdAllocator ids, EventWriter writer, ConsentGate gate, CustomerMerger merger, IntakeMeter meter, ChangeFeed feed, IOptions<IntakeOptions> options, TimeProvider time)
{
    internal const string UnknownStore = "No store is called so: the event was taken without one.";
    private const int IdsAQuery = 500;

    public async Task<LoadedBatch> LoadAsync(IReadOnlyList<JournaledMessage> messages, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var traits = messages.Select(x => x.Message.Type == MessageType.Identify || x.Message.Context.Length > 0 ? CustomerTraits.Read(x.Message, options.Value.ConsentCategories) : CustomerTraits.None).ToList();
        var emails = traits.ConvertAll(x => CustomerNormaliser.EmailKey(x.Email));
        var people = new IdentityMap(ids, now);
        IReadOnlyList<Event> added;
        List<int> changed, owners;
        List<(Event Event, OrderProperties Order)> events = [];
        HashSet<long> inUnknownStores;
        await using (var db = await dbs.CreateDbContextAsync(cancellationToken))
        {
            await people.LoadAsync(db, messages, emails, cancellationToken);
            owners = [.. messages.Select((x, n) => people.Resolve(x, emails[n]))];
            events = [.. messages.Select((x, n) => EventMapper.Map(x, owners[n])).OfType<(Event, OrderProperties)>()];
            var (products, made) = await ProductsAsync(db, events, cancellationToken);
            var items = Items(events, products);
            items.AddRange(await OrderRefunds.FillAsync(db, events, items, people, cancellationToken));
            inUnknownStores = await StoresAsync(db, messages, events, cancellationToken);
            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
            changed = await PeopleAsync(db, messages, owners, traits, people, now, cancellationToken);
            await db.BulkInsertAsync(made, cancellationToken);
            added = await writer.AppendAsync(db, [.. events.Select(x => x.Event)], items, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        await gate.RecordAsync(await ConsentsAsync(messages, owners, traits, now, cancellationToken), cancellationToken);
        foreach (var (from, into, reason) in people.Merges)
        {
            await merger.MergeAsync(from, into, "event intake", reason, cancellationToken);
        }

        if (added.Count(x => inUnknownStores.Contains(x.Id)) is > 0 and var unplaced)
        {
            meter.Remarked(UnknownStore, unplaced);
        }

        meter.Heard(messages.Select((x, n) => (people.Final(owners[n]), x.ReceivedAt)));
        Publish(people, changed, [.. events.Select(x => x.Event)], added);
        return new(added.Count, events.Count - added.Count, people.Merges.Count, people.RefusedAliases);
    }

    private void Publish(IdentityMap people, List<int> changed, List<Event> all, IReadOnlyList<Event> added)
    {
        var fresh = added.Select(x => (x.CustomerId, x.Id)).ToHashSet();
        feed.Publish(new ArrivalsLoaded([.. all.Select(x => new LoadedEvent(people.Final(x.CustomerId), x.Id, fresh.Contains((x.CustomerId, x.Id))))]));

        // Piece by piece: one list that is too long would have every twin of a large shop computed again for each batch.
        foreach (var ids in added.Select(x => people.Final(x.CustomerId)).Distinct().Chunk(EventsWritten.MaxListed))
        {
            feed.Publish(new EventsWritten(ids) { Arrived = true });
        }

        foreach (var ids in changed.Chunk(EventsWritten.MaxListed))
        {
            feed.Publish(new CustomersChanged(ids));
        }
    }

    /// <summary>New customers and identities, and what identify calls change.</summary>
    /// <returns>Customers that appeared or changed.</returns>
    private static async Task<List<int>> PeopleAsync(ConsoleDb db, IReadOnlyList<JournaledMessage> messages, List<int> owners, List<CustomerTraits> traits, IdentityMap people, DateTime now, CancellationToken cancellationToken)
    {
        var said = traits.Index().Where(x => x.Item.Fields.Count + x.Item.Others.Count > 0).ToList();
        var (byId, own) = (people.NewCustomers.ToDictionary(x => x.Id), new Dictionary<(int, string), List<CustomerTrait>>());
        var (heard, times) = (new Dictionary<int, TraitTimes>(), new Dictionary<int, Dictionary<string, long>>());
        foreach (var chunk in said.Select(x => owners[x.Index]).Distinct().Where(x => !byId.ContainsKey(x)).Chunk(IdsAQuery).ToList())
        {
            await db.Customers.Where(x => chunk.Contains(x.Id)).ForEachAsync(x => byId[x.Id] = x, cancellationToken);
            await db.TraitTimes.Where(x => chunk.Contains(x.CustomerId)).ForEachAsync(x => (heard[x.CustomerId], times[x.CustomerId]) = (x, x.Read()), cancellationToken);
            await db.CustomerTraits.Where(x => chunk.Contains(x.CustomerId)).ForEachAsync(x => (own.TryGetValue((x.CustomerId, x.Name), out var list) ? list : own[(x.CustomerId, x.Name)] = []).Add(x), cancellationToken);
        }

        var latest = new Dictionary<(int Customer, string Name), string?>(); // of a batch only the last word counts
        foreach (var (n, trait) in said)
        {
            if (!byId.TryGetValue(owners[n], out var customer))
            {
                continue; // erased since
            }

            var newest = trait.Newest(times.TryGetValue(customer.Id, out var known) ? known : times[customer.Id] = [], messages[n].At);
            newest.Apply(customer);
            customer.UpdatedAt = now;
            if (trait.Email is { } email)
            {
                people.NewIdentities.Add(new() { CustomerId = customer.Id, Kind = IdentityKinds.Email, Value = CustomerNormaliser.EmailKey(email)!, FirstSeenAt = messages[n].At });
            }

            if (trait.Phone is { } phone)
            {
                people.NewIdentities.Add(new() { CustomerId = customer.Id, Kind = IdentityKinds.Phone, Value = phone, FirstSeenAt = messages[n].At });
            }

            foreach (var (name, value) in newest.Others)
            {
                latest[(customer.Id, name)] = value;
            }
        }

        foreach (var ((customer, name), value) in latest)
        {
            Set(db, own.GetValueOrDefault((customer, name)) ?? [], customer, name, value);
        }

        var first = new List<TraitTimes>();
        foreach (var (customer, known) in times)
        {
            if (heard.TryGetValue(customer, out var row))
            {
                row.Keep(known);
            }
            else
            {
                first.Add(new() { CustomerId = customer, Json = JsonSerializer.Serialize(known) });
            }
        }

        await db.BulkInsertAsync(people.NewCustomers, cancellationToken);
        await db.BulkInsertAsync(first, cancellationToken);
        await db.SaveChangesAsync(cancellationToken);
        foreach (var (anonymousId, from, _) in people.Moved)
        {
            await db.CustomerIdentities.Where(x => x.CustomerId == from && x.Kind == IdentityKinds.Anonymous && x.Value == anonymousId).ExecuteDeleteAsync(cancellationToken);
        }

        people.NewIdentities.AddRange(people.Moved.Select(x => new CustomerIdentity { CustomerId = x.Into, Kind = IdentityKinds.Anonymous, Value = x.AnonymousId, FirstSeenAt = now }));
        await IdentitiesAsync(db, people.NewIdentities, cancellationToken);
        return [.. people.NewCustomers.Select(x => x.Id).Concat(said.Select(x => owners[x.Index])).Distinct()];
    }

    private static void Set(ConsoleDb db, List<CustomerTrait> known, int customerId, string name, string? value)
    {
        var wanted = value is null ? [] : CustomerTrait.Of(customerId, name, value).ToList();
        db.CustomerTraits.RemoveRange(known.Where(x => !wanted.Exists(y => y.Value == x.Value)));
        db.CustomerTraits.AddRange(wanted.Where(x => !known.Exists(y => y.Value == x.Value)));
    }

    private static async Task IdentitiesAsync(ConsoleDb db, List<CustomerIdentity> identities, CancellationToken cancellationToken)
    {
        var wanted = identities.DistinctBy(x => (x.CustomerId, x.Kind, x.Value)).ToList();
        var known = new HashSet<(int, string, string)>();
        foreach (var chunk in wanted.Select(x => x.CustomerId).Distinct().Chunk(IdsAQuery))
        {
            known.UnionWith((await db.CustomerIdentities.Where(x => chunk.Contains(x.CustomerId)).Select(x => new { x.CustomerId, x.Kind, x.Value }).ToListAsync(cancellationToken)).Select(x => (x.CustomerId, x.Kind, x.Value)));
        }

        await db.BulkInsertAsync(wanted.FindAll(x => !known.Contains((x.CustomerId, x.Kind, x.Value))), cancellationToken);
    }

    private async Task<(Dictionary<string, int> Ids, List<Product> Made)> ProductsAsync(ConsoleDb db, List<(Event Event, OrderProperties Order)> events, CancellationToken cancellationToken)
    {
        var lines = events.SelectMany(x => x.Order.Lines).GroupBy(x => x.Sku, StringComparer.Ordinal).ToDictionary(x => x.Key, x => x.ToList(), StringComparer.Ordinal);
        var known = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var skus in lines.Keys.Chunk(IdsAQuery))
        {
            await db.Products.Where(x => skus.Contains(x.Sku)).Select(x => new { x.Sku, x.Id }).ForEachAsync(x => known[x.Sku] = x.Id, cancellationToken);
        }

        var unknown = lines.Where(x => !known.ContainsKey(x.Key)).ToList();
        var next = unknown.Count == 0 ? 0 : await ids.TakeAsync(IdAllocator.Products, unknown.Count, cancellationToken);
        var made = unknown.ConvertAll(x => new Product
        {
            Id = next++,
            Sku = x.Key,
            Name = x.Value.Find(l => l.Name is not null)?.Name ?? x.Key,
            Category = x.Value.Find(l => l.Category is not null)?.Category ?? "",
            Brand = x.Value.Find(l => l.Brand is not null)?.Brand ?? "",
            PriceCents = x.Value.Max(l => l.PriceCents),
        });
        made.ForEach(x => known[x.Sku] = x.Id);
        return (known, made);
    }

    /// <summary>Gives events that name a store theirs.</summary>
    /// <returns>Ids of events whose store nobody knows.</returns>
    private static async Task<HashSet<long>> StoresAsync(ConsoleDb db, IReadOnlyList<JournaledMessage> messages, List<(Event Event, OrderProperties Order)> events, CancellationToken cancellationToken)
    {
        var named = messages.Select(x => (Message: x, Store: StoreNames.Of(x.Message))).Where(x => x.Store.Name is not null).DistinctBy(x => x.Message.EventId).ToDictionary(x => x.Message.EventId, x => x.Store);
        if (named.Count == 0)
        {
            return [];
        }

        var stores = await StoreNames.ReadAsync(db, cancellationToken);
        return [.. events.Where(x => !stores.Place(x.Event, named.GetValueOrDefault(x.Event.Id))).Select(x => x.Event.Id)];
    }

    /// <summary>Lines of purchases and returns; other events get their one product.</summary>
    /// <param name="products">Ids by sku, of all there are in the orders.</param>
    internal static List<EventItem> Items(List<(Event Event, OrderProperties Order)> events, Dictionary<string, int> products)
    {
        var (items, seen) = (new List<EventItem>(), new HashSet<(int, long)>());
        foreach (var (e, order) in events)
        {
            if (!seen.Add((e.CustomerId, e.Id)))
            {
                continue; // sent twice
            }

            if (e.Type is not (EventType.Purchase or EventType.Return))
            {
                e.ProductId = order.Lines is [var single] ? products[single.Sku] : null;
                continue;
            }

            items.AddRange(order.Lines.Select((x, n) => new EventItem
            {
                CustomerId = e.CustomerId,
                EventId = e.Id,
                Line = n + 1,
                ProductId = products[x.Sku],
                Quantity = x.Quantity,
                AmountCents = x.AmountCents,
                DiscountCents = x.DiscountCents,
            }));
        }

        return items;
    }

    /// <summary>What was said about consent and is news. A sender repeats it with each call; only a change is written down.</summary>
    private async Task<List<ConsentEntry>> ConsentsAsync(IReadOnlyList<JournaledMessage> messages, List<int> owners, List<CustomerTraits> traits, DateTime now, CancellationToken cancellationToken)
    {
        var said = messages.Select((x, n) => (Message: x, Owner: owners[n], Consents: x.Message is { Type: MessageType.Track, Name: { } name } && EventNames.Of(name).Type == EventType.Unsubscribe
            ? [(Purpose.Email, false, null)] : traits[n].Consents)).Where(x => x.Consents.Count > 0).ToList();
        var entries = new List<ConsentEntry>();
        if (said.Count == 0)
        {
            return entries;
        }

        var current = new Dictionary<(int, Purpose), (bool Granted, DateTime At)>();
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        foreach (var chunk in said.Select(x => x.Owner).Distinct().Chunk(IdsAQuery))
        {
            await db.ConsentChoices.AsNoTracking().Where(x => chunk.Contains(x.CustomerId)).ForEachAsync(x => current[(x.CustomerId, x.Purpose)] = (x.Granted, x.At), cancellationToken);
        }

        foreach (var (message, owner, consents) in said)
        {
            foreach (var (purpose, granted, dated) in consents)
            {
                var at = dated is { } own && own < message.At ? own : message.At;
                var known = current.TryGetValue((owner, purpose), out var choice);
                if (known && (choice.Granted == granted || choice.At > at || (choice.At == at && granted)))
                {
                    continue;
                }

                entries.Add(new() { CustomerId = owner, Purpose = purpose, Granted = granted, At = at, Source = $"event intake, source {message.SourceId}", Proof = $"message {message.Message.MessageId ?? message.EventId.ToString(System.Globalization.CultureInfo.InvariantCulture)}", RecordedBy = "event intake", RecordedAt = now });
                current[(owner, purpose)] = (granted, at);
            }
        }

        return entries;
    }
}
