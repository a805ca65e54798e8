using MarketingConsole.Core.Events.Imports;

namespace MarketingConsole.Imports;

/// <summary>An import as the API shows it.</summary>
/// <param name="Outcomes">Lines and cents by outcome: imported, return, anonymous, rejected, unchanged; "total" is the file's.</param>
/// <param name="Mapping">Field to column name.</param>
internal sealed record ImportAnswer(int Id, string FileName, string Kind, string Status, IReadOnlyDictionary<string, OutcomeAnswer> Outcomes, long Customers, long CustomersChanged, long Orders, long Events, long Products, long Consents,
    long ConsentsNotRaised, IReadOnlyDictionary<string, string> Mapping, string? Error, string CreatedBy, DateTime CreatedAt, DateTime? FinishedAt, int? JobRunId)
{
    public static ImportAnswer Of(ImportView x) => new(x.Id, x.FileName, Lower(x.Kind), Lower(x.Status), OutcomesOf(x.Counts), x.Counts.Customers, x.Counts.CustomersChanged, x.Counts.Orders, x.Counts.Events, x.Counts.Products,
        x.Counts.Consents, x.Counts.ConsentsNotRaised, MappingOf(x.Format), x.Error, x.CreatedBy, x.CreatedAt, x.FinishedAt, x.JobRunId);

    internal static Dictionary<string, OutcomeAnswer> OutcomesOf(ImportCounts counts) =>
        Enum.GetValues<LineOutcome>().ToDictionary(x => Lower(x), x => new OutcomeAnswer(counts.LinesOf(x), counts.CentsOf(x)))
            .Append(new("total", new OutcomeAnswer(counts.TotalLines, counts.TotalCents))).ToDictionary();

    internal static Dictionary<string, string> MappingOf(ImportFormat format) => format.Columns.ToDictionary(x => x.Key, x => format.Headers[x.Value]);

    internal static string Lower<T>(T value) where T : struct, Enum => value.ToString().ToLowerInvariant();
}

internal sealed record OutcomeAnswer(long Lines, long Cents);

/// <summary>What an import would do; nothing was written.</summary>
/// <param name="Missing">Why the file cannot be imported with this mapping.</param>
internal sealed record DryRunAnswer(string Kind, string? Missing, IReadOnlyDictionary<string, OutcomeAnswer> Outcomes, IReadOnlyList<RejectedLine> FirstRejections, IReadOnlyDictionary<string, string> Mapping,
    IReadOnlyList<string> Columns, string Encoding, string Delimiter, string Dates, bool DatesUncertain, string DecimalMark, DateTime? From, DateTime? To)
{
    public static DryRunAnswer Of(ImportPreview x) => new(ImportAnswer.Lower(x.Kind), x.Missing, ImportAnswer.OutcomesOf(x.Counts), x.Rejections, ImportAnswer.MappingOf(x.Format), x.Format.Headers,
        x.Format.Encoding, x.Format.Delimiter.ToString(), x.Format.Dates.ToString(), x.Format.DatesUncertain, x.Format.DecimalMark.ToString(), x.From, x.To);
}
