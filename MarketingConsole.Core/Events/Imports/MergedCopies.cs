using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events.Intake;
using MarketingConsole.Core.Events.Intake.People;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Events.Imports;

/// <summary>What an undo takes back from a customer, by name: what an import put there, and what was there before; null = nothing.</summary>
internal sealed record TakenBack(IReadOnlyDictionary<string, (string? Before, string After)> Fields, IReadOnlyDictionary<string, (string? Before, string After)> Traits)
{
    public static TakenBack Of(CustomerChange change) =>
        new(Differing(FieldsOf(change.Before), FieldsOf(change.After)), Differing(change.Before.Traits.ToDictionary(x => x.Key, x => (string?)x.Value), change.After.Traits.ToDictionary(x => x.Key, x => (string?)x.Value)));

    /// <summary>All that a merge copied.</summary>
    public static TakenBack All(MergeUndo merge) => new(merge.Fields.ToDictionary(x => x.Key, x => ((string?)null, x.Value)), merge.Traits.ToDictionary(x => x.Key, x => ((string?)null, x.Value)));

    /// <summary>Of this, what a merge copied.</summary>
    public TakenBack Within(MergeUndo merge) => new(Fields.Where(x => merge.Fields.GetValueOrDefault(x.Key) == x.Value.After).ToDictionary(), Traits.Where(x => merge.Traits.GetValueOrDefault(x.Key) == x.Value.After).ToDictionary());

    private static Dictionary<string, string?> FieldsOf(CustomerState x) => MergeUndo.FieldsOf(new Customer
    {
        Key = "",
        Email = x.Email,
        Phone = x.Phone,
        FirstName = x.FirstName,
        LastName = x.LastName,
        Country = x.Country,
        City = x.City,
        Latitude = x.Latitude,
        Longitude = x.Longitude,
        BirthDate = x.BirthDate,
        Gender = x.Gender,
        Tier = x.Tier,
        Language = x.Language,
    });

    private static Dictionary<string, (string?, string)> Differing(Dictionary<string, string?> before, Dictionary<string, string?> after) =>
        after.Where(x => x.Value is not null && before.GetValueOrDefault(x.Key) != x.Value).ToDictionary(x => x.Key, x => (before.GetValueOrDefault(x.Key), x.Value!));
}

/// <summary>Takes back from customers what merges copied into them of traits an import had given to another. Known for as long as the merge can be taken back.</summary>
internal static class MergedCopies
{
    private const int IdsAQuery = 400;

    /// <param name="of">By the customer who had the traits from the import. Several merges may have carried them on.</param>
    public static async Task TakeBackAsync(ConsoleDb db, IReadOnlyDictionary<int, TakenBack> of, CancellationToken cancellationToken)
    {
        for (var seen = new HashSet<int>(); of.Count > 0;)
        {
            var next = new Dictionary<int, TakenBack>();
            foreach (var merge in await MergesAsync(db, [.. of.Keys], cancellationToken))
            {
                var undo = MergeUndo.FromJson(merge.UndoJson!);
                var taken = of[merge.CustomerId].Within(undo);
                if (seen.Add(merge.Id) && taken.Fields.Count + taken.Traits.Count > 0)
                {
                    await TakeBackAsync(db, merge.IntoId, taken, cancellationToken);
                    merge.UndoJson = (undo with { Fields = Left(undo.Fields, taken.Fields), Traits = Left(undo.Traits, taken.Traits) }).ToJson();
                    next[merge.IntoId] = taken;
                }
            }

            await db.SaveChangesAsync(cancellationToken);
            of = next;
        }
    }

    /// <summary>As <see cref="TakeBackAsync(ConsoleDb, IReadOnlyDictionary{int, TakenBack}, CancellationToken)"/>, of customers an import made whom its undo removes: all they had is of the import, unless events they brought along say that they were somebody besides.</summary>
    public static async Task TakeBackAllAsync(ConsoleDb db, IReadOnlyList<int> ids, CancellationToken cancellationToken)
    {
        var of = new Dictionary<int, TakenBack>();
        foreach (var merge in await MergesAsync(db, ids, cancellationToken))
        {
            var undo = MergeUndo.FromJson(merge.UndoJson!);
            var besides = false;
            foreach (var events in undo.Events.Chunk(IdsAQuery))
            {
                besides = besides || await db.Events.AnyAsync(x => events.Contains(x.Id) && x.CustomerId == merge.IntoId, cancellationToken);
            }

            if (!besides)
            {
                of[merge.CustomerId] = TakenBack.All(undo);
            }
        }

        await TakeBackAsync(db, of, cancellationToken);
    }

    private static async Task<List<CustomerMerge>> MergesAsync(ConsoleDb db, IReadOnlyList<int> from, CancellationToken cancellationToken)
    {
        var merges = new List<CustomerMerge>();
        foreach (var ids in from.Chunk(IdsAQuery))
        {
            merges.AddRange(await db.CustomerMerges.Where(x => ids.Contains(x.CustomerId) && x.UndoneAt == null && x.UndoJson != null).OrderBy(x => x.Id).ToListAsync(cancellationToken));
        }

        return merges;
    }

    private static async Task TakeBackAsync(ConsoleDb db, int customerId, TakenBack taken, CancellationToken cancellationToken)
    {
        if (await db.Customers.SingleOrDefaultAsync(x => x.Id == customerId, cancellationToken) is not { } customer)
        {
            return;
        }

        var has = MergeUndo.FieldsOf(customer);
        new CustomerTraits(taken.Fields.Where(x => has[x.Key] == x.Value.After).ToDictionary(x => x.Key, x => x.Value.Before), new Dictionary<string, string?>(), []).Apply(customer);
        var own = await db.CustomerTraits.Where(x => x.CustomerId == customerId).ToListAsync(cancellationToken);
        foreach (var (name, (before, _)) in taken.Traits.Where(x => CustomerTrait.Text(own.Where(t => t.Name == x.Key)) == x.Value.After))
        {
            CustomerIntake.Replace(db, own, name, [.. CustomerTrait.Of(customerId, name, before ?? "")]);
        }
    }

    /// <summary>What the merge's own undo still has to clear.</summary>
    private static Dictionary<string, string> Left(IReadOnlyDictionary<string, string> copied, IReadOnlyDictionary<string, (string? Before, string After)> taken) =>
        copied.Where(x => !taken.TryGetValue(x.Key, out var gone) || gone.Before is not null).ToDictionary(x => x.Key, x => taken.TryGetValue(x.Key, out var back) ? back.Before! : x.Value);
}
