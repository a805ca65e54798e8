using System.Globalization;
using CsvHelper;
using FsCheck;
using FsCheck.Fluent;
using MarketingConsole.Core.Events.Imports;

namespace MarketingConsole.Tests.Imports;

public sealed class RecordReaderTests
{
    private static List<ImportRecord> Read(string text, char delimiter = ',') => [.. new RecordReader(new StringReader(text), delimiter).Read()];

    [Fact]
    public void Read_WhatCsvHelperWrites_ReadsBack()
    {
        var cell = Gen.Elements("", "a", "ü", " x ", "1,5", "2;5", "say \"hi\"", "two\nlines", "\"", "a\tb").ArrayOf().Select(x => string.Concat(x.Take(4)));
        Prop.ForAll(cell.NonEmptyListOf().Select(x => x.Take(6).ToArray()).ToArbitrary(), row =>
        {
            var text = new StringWriter();
            using (var csv = CsvWriter.Create(text, new CsvWriterOptions(), false))
            {
                csv.WriteRecord(row);
            }

            var read = Read(text.ToString());
            return row.All(string.IsNullOrWhiteSpace) || (read.Count == 1 && read[0].Problem is null && read[0].Fields.SequenceEqual(row.Select(x => x.ReplaceLineEndings("\n"))));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Read_QuoteNeverClosed_CostsOneLine()
    {
        var read = Read("a,b\n1,\"open\n2,fine\n3,fine\n");
        Assert.Equal([1L, 2, 3, 4], read.Select(x => x.Line));
        Assert.Contains("never closed", read[1].Problem, StringComparison.Ordinal);
        Assert.Equal(["3", "fine"], read[3].Fields);
    }

    [Fact]
    public void Read_HugeLine_IsRejectedAndTheRestRead()
    {
        var read = Read("a,b\n" + new string('x', 3_000_000) + "\n1,2\r\n3,4");
        Assert.Contains("longer than", read[1].Problem, StringComparison.Ordinal);
        Assert.Equal((3L, "2"), (read[2].Line, read[2].Fields[1]));
        Assert.Equal((4L, "4"), (read[3].Line, read[3].Fields[1]));
    }

    [Fact]
    public void Read_WhiteSpace_SplitsOnRuns() => Assert.Equal(["00004", "0001", "19970101", "2", "29.33"], Read(" 00004 0001 19970101  2   29.33\n", ' ')[0].Fields);

    [Theory]
    [InlineData("1,234.56", '.', "1234.56")]
    [InlineData("1.234,56", ',', "1234.56")]
    [InlineData("€ 1 234,5", ',', "1234.5")]
    [InlineData("(12.00)", '.', "-12.00")]
    [InlineData("12,5.0", ',', null)]
    [InlineData("abc", '.', null)]
    public void Decimal_Formats_AreRead(string text, char mark, string? expected) =>
        Assert.Equal(expected is null ? null : decimal.Parse(expected, CultureInfo.InvariantCulture), Values(DateOrder.YearMonthDay, mark).Decimal(text));

    [Theory]
    [InlineData("2026-03-04 10:30", DateOrder.YearMonthDay, "2026-03-04T09:30:00Z")]
    [InlineData("4.3.26 10:30", DateOrder.DayMonthYear, "2026-03-04T09:30:00Z")]
    [InlineData("03/04/2026 10:30 PM", DateOrder.MonthDayYear, "2026-03-04T21:30:00Z")]
    [InlineData("2026-07-04 10:30:00 +0100", DateOrder.YearMonthDay, "2026-07-04T09:30:00Z")]
    [InlineData("19970101", DateOrder.YearMonthDay, "1997-01-01T11:00:00Z")]
    [InlineData("1772613000", DateOrder.UnixSeconds, "2026-03-04T08:30:00Z")]
    [InlineData("31.02.2026", DateOrder.DayMonthYear, null)]
    [InlineData("soon", DateOrder.YearMonthDay, null)]
    public void Time_Formats_AreRead(string text, DateOrder order, string? expected) =>
        Assert.Equal(expected is null ? null : DateTime.Parse(expected, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal), Values(order, '.').Time(text));

    private static ValueReader Values(DateOrder order, char mark) => new(order, mark, new Core.Data.ShopCalendar(Microsoft.Extensions.Options.Options.Create(new Core.Data.ShopOptions())));
}
