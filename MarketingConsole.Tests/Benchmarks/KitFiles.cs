using System.Globalization;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;

namespace MarketingConsole.Tests.Benchmarks;

/// <summary>An event of the kit; a purchase or return is of one article.</summary>
/// <param name="At">Unix milliseconds.</param>
/// <param name="Product">0 = none. Place alike.</param>
internal readonly record struct KitEvent(int Customer, EventType Type, long At, int Product, int AmountCents, int Place);

/// <summary>Reads the benchmark kit's customers.csv, products.csv and events.csv as the product would hold them.</summary>
internal static class KitFiles
{
    /// <summary>Name of the trait that holds consent_profiling, which one of the kit's segments asks for.</summary>
    public const string Profiling = "profiling";

    public static bool AreIn(string folder) => File.Exists(Path.Combine(folder, "events.csv"));

    public static IEnumerable<Product> Products(string folder) => Rows(folder, "products.csv").Select(x => new Product { Id = Whole(x[0]), Sku = x[0], Name = x[0], Category = x[1], Brand = x[2], PriceCents = Whole(x[3]) });

    public static IEnumerable<(Customer Customer, string Profiling, List<ConsentChoice> Choices)> Customers(string folder) => Rows(folder, "customers.csv").Select(x =>
    {
        var signUp = DateTime.UnixEpoch.AddMilliseconds(Milliseconds(x[7]));
        var customer = new Customer
        {
            Id = Whole(x[0]),
            Key = "K-" + x[0],
            Email = x[1],
            Country = x[2],
            City = x[3],
            BirthDate = new DateOnly(Whole(x[4]), 7, 1),
            Gender = x[5],
            Tier = x[6],
            Jurisdiction = Jurisdictions.Of(x[2]),
            CreatedAt = signUp,
            UpdatedAt = signUp,
        };
        return (customer, x[11], new[] { (Purpose.Email, x[8]), (Purpose.Sms, x[9]), (Purpose.Push, x[10]) }
            .Select(said => new ConsentChoice { CustomerId = customer.Id, Purpose = said.Item1, Granted = said.Item2 == "1", At = signUp }).ToList());
    });

    public static IEnumerable<KitEvent> Events(string folder) => File.ReadLines(Path.Combine(folder, "events.csv")).Skip(1).Select(line =>
    {
        var x = line.AsSpan();
        var customer = Next(ref x);
        var at = Milliseconds(x[..19]);
        x = x[20..];
        var comma = x.IndexOf(',');
        var type = x[..comma] switch
        {
            "view" => EventType.View,
            "cart" => EventType.Cart,
            "purchase" => EventType.Purchase,
            "email_open" => EventType.EmailOpen,
            "email_click" => EventType.EmailClick,
            "beacon" => EventType.StoreVisit,
            "rfid" => EventType.RfidRead,
            _ => EventType.Return,
        };
        x = x[(comma + 1)..];
        return new KitEvent(customer, type, at, Next(ref x), Next(ref x), Next(ref x));
    });

    private static IEnumerable<string[]> Rows(string folder, string file) => File.ReadLines(Path.Combine(folder, file)).Skip(1).Select(x => x.Split(','));

    private static int Whole(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static int Next(ref ReadOnlySpan<char> rest)
    {
        var comma = rest.IndexOf(',');
        var value = int.Parse(comma < 0 ? rest : rest[..comma], CultureInfo.InvariantCulture);
        rest = comma < 0 ? [] : rest[(comma + 1)..];
        return value;
    }

    private static long Milliseconds(ReadOnlySpan<char> at)
    {
        int Part(ReadOnlySpan<char> text) => text.IsEmpty ? 0 : int.Parse(text, CultureInfo.InvariantCulture);
        var time = at.Length > 10;
        return ((DateOnly.FromDateTime(new DateTime(Part(at[..4]), Part(at[5..7]), Part(at[8..10]))).DayNumber - 719_162L) * 86_400_000)
            + (time ? ((Part(at[11..13]) * 3600L) + (Part(at[14..16]) * 60) + Part(at[17..19])) * 1000 : 0);
    }
}
