using System.IO.Compression;
using System.Text;
using MarketingConsole.Core.Learning;
using MarketingConsole.Core.Workbench;

namespace MarketingConsole.Tests.Workbench;

public sealed class TableTests
{
    [Fact]
    public void Read_MixedFile_TypesColumnsByLooking()
    {
        var table = Read("customer_id;age;spend;joined;tier;words;empty\nA1;30;1,5;02-01-2026;gold;likes green tea a lot;\nA2;NA;2,25;03-02-2026;gold;asked about the late delivery;\nA3;41;;14-03-2026;basic;never wrote to us before;\nA4;50;7;05-04-2026;basic;wants a catalogue by post;\n");
        Assert.Equal([ColumnKind.Id, ColumnKind.Number, ColumnKind.Number, ColumnKind.Date, ColumnKind.Category, ColumnKind.Text, ColumnKind.Number], table.Columns.Select(x => x.Kind));
        Assert.Equal([1.5, 2.25, double.NaN, 7], table.Need("SPEND").Numbers);
        Assert.Equal("", table.Need("age").Cells[1]);
        Assert.Equal(new DateTime(2026, 3, 14, 0, 0, 0, DateTimeKind.Utc), table.Need("joined").Dates[2]);
        Assert.Equal(["gold", "basic"], table.Take([0, 3]).Need("tier").Cells);
    }

    [Theory]
    [InlineData("1/2/2026", "1/13/2026", ColumnKind.Date, "2026-01-02")]
    [InlineData("1/2/2026", "13/1/2026", ColumnKind.Date, "2026-02-01")]
    [InlineData("1.2.26", "3.4.26", ColumnKind.Date, "2026-02-01")]
    [InlineData("20260201", "20260202", ColumnKind.Date, "2026-02-01")]
    [InlineData("2026-02-01T10:30:00+01:00", "2026-02-02", ColumnKind.Date, "2026-02-01T09:30")]
    [InlineData("1769904000", "1769990400", ColumnKind.Number, "2026-02-01")]
    public void Read_Dates_AreThoseOfTheImport(string first, string second, ColumnKind kind, string expected)
    {
        var column = Read($"day,x\n{first},1\n{second},2\n{first},3\n").Need("day");
        Assert.Equal(kind, column.Kind);
        Assert.Equal(DateTime.Parse(expected, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal | System.Globalization.DateTimeStyles.AdjustToUniversal), column.Dates[0]);
    }

    [Fact]
    public void Read_GzipWithBadLine_SkipsItAndSaysWhich()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionMode.Compress, leaveOpen: true))
        {
            gzip.Write("a,b\n1,2\n3\n4,5\n"u8);
        }

        var table = Table.Read("x.csv.gz", () => new MemoryStream(packed.ToArray()), TestContext.Current.CancellationToken);
        Assert.Equal(2, table.Rows);
        Assert.Equal(["line 3: 1 values instead of 2"], table.Skipped);
    }

    [Theory]
    [InlineData("", "no rows")]
    [InlineData("a,b\n", "no rows")]
    [InlineData("a,A\n1,2\n", "same name (a)")]
    [InlineData("PK\u0003\u0004\0\0\0", "not a text file")]
    public void Read_NoTable_SaysWhy(string text, string why) => Assert.Contains(why, Assert.Throws<LearningException>(() => Read(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Need_UnknownColumn_ListsThose() => Assert.Equal("t.csv has no column “c”. It has a, b.", Assert.Throws<LearningException>(() => Read("a,b\n1,2\n").Need("c")).Message);

    internal static Table Read(string text) => Table.Read("t.csv", () => new MemoryStream(Encoding.UTF8.GetBytes(text)), TestContext.Current.CancellationToken);
}
