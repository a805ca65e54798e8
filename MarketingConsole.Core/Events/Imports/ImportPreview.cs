using MarketingConsole.Core.Data;

namespace MarketingConsole.Core.Events.Imports;

/// <param name="Line">Line number in the file, from 1.</param>
public sealed record RejectedLine(long Line, string Reason, string Text);

/// <summary>What an import would do.</summary>
/// <param name="Missing">Why the file cannot be read with this mapping; null when it can.</param>
/// <param name="Counts">Over the whole file; orders known already are not looked up.</param>
/// <param name="Sample">The first records, to look at.</param>
public sealed record ImportPreview(ImportKind Kind, ImportFormat Format, string? Missing, ImportCounts Counts, IReadOnlyList<RejectedLine> Rejections, IReadOnlyList<ImportRecord> Sample, DateTime? From, DateTime? To);

/// <summary>Reads a whole file without writing anything.</summary>
internal static class DryRun
{
    private const int ShownRejections = 20, ShownRecords = 8;

    public static ImportPreview Run(Func<Stream> open, ImportKind kind, ImportFormat format, ShopCalendar calendar, DateTime now, CancellationToken cancellationToken)
    {
        var (counts, rejections, sample) = (new ImportCounts(), new List<RejectedLine>(), new List<ImportRecord>());
        var (from, to) = (DateTime.MaxValue, DateTime.MinValue);
        var missing = ImportFields.Missing(kind, format.Columns);
        using var file = open();
        using var text = format.Open(file);
        var rows = new RowReader(kind, format, calendar, now);
        foreach (var record in new RecordReader(text, format.Delimiter).Read().Skip(format.HasHeader ? 1 : 0))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (sample.Count < ShownRecords)
            {
                sample.Add(record);
            }
            else if (missing is not null)
            {
                break;
            }

            if (missing is not null)
            {
                continue;
            }

            var row = rows.Read(record);
            counts.Done++;
            if (row.Problem is not null)
            {
                counts.Add(LineOutcome.Rejected, row.Cents);
                if (rejections.Count < ShownRejections)
                {
                    rejections.Add(new RejectedLine(record.Line, row.Problem, record.Text.Length > 300 ? record.Text[..300] + "…" : record.Text));
                }

                continue;
            }

            counts.Add((row.Customer ?? row.Email) is null ? LineOutcome.Anonymous : row is TransactionRow { IsReturn: true } or EventRow { Type: EventType.Return } ? LineOutcome.Return : LineOutcome.Imported, row.Cents);
            if ((row is TransactionRow order ? order.At : row is EventRow e ? e.At : (DateTime?)null) is { } at)
            {
                (from, to) = (at < from ? at : from, at > to ? at : to);
            }
        }

        return new ImportPreview(kind, format, missing, counts, rejections, sample, from <= to ? from : null, from <= to ? to : null);
    }
}
