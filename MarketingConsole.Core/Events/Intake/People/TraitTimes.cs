using System.Text.Json;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace MarketingConsole.Core.Events.Intake.People;

/// <summary>When the intake last heard of each trait of a customer, so that what is older and comes later does not win. One instant a customer would not do: a late identify may be the only
/// one to tell of some trait; nor would one at each value: a trait that was taken back has none left.</summary>
public sealed class TraitTimes
{
    public int CustomerId { get; set; }

    /// <summary>Unix milliseconds by trait: a property of <see cref="Customer"/>, or <see cref="Own"/> and the name of a trait of the shop's own.</summary>
    public required string Json { get; set; }

    internal const string Own = "/";

    internal Dictionary<string, long> Read() => JsonSerializer.Deserialize<Dictionary<string, long>>(Json)!;

    internal void Keep(Dictionary<string, long> times) => Json = JsonSerializer.Serialize(times);

    /// <summary>Traits that go over to another customer take their instants along.</summary>
    internal static async Task CarryAsync(ConsoleDb db, int fromId, int intoId, IEnumerable<string> traits, CancellationToken cancellationToken)
    {
        if (await db.TraitTimes.AsNoTracking().SingleOrDefaultAsync(x => x.CustomerId == fromId, cancellationToken) is not { } from)
        {
            return;
        }

        if (await db.TraitTimes.SingleOrDefaultAsync(x => x.CustomerId == intoId, cancellationToken) is not { } into)
        {
            db.TraitTimes.Add(into = new TraitTimes { CustomerId = intoId, Json = "{}" });
        }

        var (theirs, times) = (from.Read(), into.Read());
        foreach (var trait in traits.Where(theirs.ContainsKey))
        {
            times[trait] = theirs[trait];
        }

        into.Keep(times);
    }
}

internal sealed class TraitTimesConfiguration : IEntityTypeConfiguration<TraitTimes>
{
    public void Configure(EntityTypeBuilder<TraitTimes> b)
    {
        b.HasKey(x => x.CustomerId);
        b.Property(x => x.CustomerId).ValueGeneratedNever();
    }
}
