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
        Assert.Equal([1.5, 2.25, double.NaN, 7], table.Need("SPEND").Numbers());
        Assert.Equal("", table.Need("age").Cells[1]);
        Assert.Equal(new DateTime(2026, 3, 14, 0, 0, 0, DateTimeKind.Utc), table.Need("joined").Dates()[2]);
        Assert.Equal(["gold", "basic"], table.Take([0, 3]).Need("tier").Cells);
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
