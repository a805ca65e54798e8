using System.Text.Json;

namespace MarketingConsole.Core.Events.Imports;

/// <summary>What became of a line.</summary>
public enum LineOutcome { Imported = 0, Return = 1, Anonymous = 2, Rejected = 3, Unchanged = 4 }

/// <summary>Lines and cents by outcome; the sums over all outcomes are the file's.</summary>
public sealed class ImportCounts
{
    public long[] Lines { get; set; } = new long[5];
    public long[] Cents { get; set; } = new long[5];

    /// <summary>Rows written.</summary>
    public long Customers { get; set; }
    public long CustomersChanged { get; set; }
    public long Orders { get; set; }
    public long Events { get; set; }
    public long Products { get; set; }
    public long Consents { get; set; }

    /// <summary>A "yes" that was not taken, because the customer had refused and the file does not prove a later change of mind.</summary>
    public long ConsentsNotRaised { get; set; }

    /// <summary>Records of the file that are dealt with: where a restart goes on.</summary>
    public long Done { get; set; }

    public long TotalLines => Lines.Sum();
    public long TotalCents => Cents.Sum();

    public void Add(LineOutcome outcome, long cents = 0)
    {
        Lines[(int)outcome]++;
        Cents[(int)outcome] += cents;
    }

    public long LinesOf(LineOutcome outcome) => Lines[(int)outcome];

    public long CentsOf(LineOutcome outcome) => Cents[(int)outcome];

    public string ToJson() => JsonSerializer.Serialize(this, JsonSerializerOptions.Web);

    public static ImportCounts FromJson(string json) => JsonSerializer.Deserialize<ImportCounts>(json, JsonSerializerOptions.Web) ?? new ImportCounts();

    internal ImportCounts Copy() => FromJson(ToJson());

    /// <summary>Becomes the other: after its batch has committed.</summary>
    internal void Take(ImportCounts x) => (Lines, Cents, Customers, CustomersChanged, Orders, Events, Products, Consents, ConsentsNotRaised, Done) =
        (x.Lines, x.Cents, x.Customers, x.CustomersChanged, x.Orders, x.Events, x.Products, x.Consents, x.ConsentsNotRaised, x.Done);
}
