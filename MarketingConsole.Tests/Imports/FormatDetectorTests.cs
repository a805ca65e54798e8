using System.IO.Compression;
using System.Text;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Events.Imports;
using MarketingConsole.Tests.Support;

namespace MarketingConsole.Tests.Imports;

public sealed class FormatDetectorTests
{
    static FormatDetectorTests() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    private static DetectedFile Detect(string text, string encoding = "utf-8") => Detect([.. Encoding.GetEncoding(encoding).GetPreamble(), .. Encoding.GetEncoding(encoding).GetBytes(text)]);

    private static DetectedFile Detect(byte[] bytes) => FormatDetector.Detect(() => new MemoryStream(bytes));

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    [InlineData("windows-1252")]
    public void Detect_Encoding_KeepsUmlauts(string encoding)
    {
        var found = Detect("Customer;Date;Amount\nMüller;03.04.2026;1.234,50\n", encoding);
        Assert.Equal("Müller", found.Sample[0].Fields[0]);
        Assert.Equal((';', ',', DateOrder.DayMonthYear), (found.Format.Delimiter, found.Format.DecimalMark, found.Format.Dates));
    }

    [Fact]
    public void Detect_FirstForeignByteFarIntoTheFile_IsWindows1252() =>
        Assert.Equal("windows-1252", Detect([.. Encoding.ASCII.GetBytes("customer,date,amount\n" + string.Concat(Enumerable.Repeat("1,2026-01-01,5.00\n", 40_000))), 0xFC, (byte)'\n']).Format.Encoding);

    [Theory]
    [InlineData("1/13/2026", DateOrder.MonthDayYear)]
    [InlineData("13/1/2026", DateOrder.DayMonthYear)]
    [InlineData("2026-01-13", DateOrder.YearMonthDay)]
    [InlineData("1768262400", DateOrder.UnixSeconds)]
    public void Detect_Dates_FromTheData(string date, DateOrder expected) => Assert.Equal(expected, Detect($"customer,date,amount\n1,1/2/2026,5\n1,{date},5\n".Replace(date.Contains('/', StringComparison.Ordinal) ? "#" : "1/2/2026", date, StringComparison.Ordinal)).Format.Dates);

    [Fact]
    public void Detect_Gzip_IsUnpacked()
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionMode.Compress))
        {
            gzip.Write("customer|date|amount\n1|2026-01-01|5\n"u8);
        }

        var found = Detect(packed.ToArray());
        Assert.Equal((true, '|', 3), (found.Format.Gzip, found.Format.Delimiter, found.Format.Columns.Count));
    }

    [Fact]
    public void Detect_Binary_SaysSo() => Assert.Contains("not a text file", Assert.Throws<InvalidDataException>(() => Detect([.. "PK"u8, 3, 4, 0, 0, 0])).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("shopify_orders_export.csv", ImportKind.Transactions, "order email time sku description quantity price")]
    [InlineData("shopify_customers_export.csv", ImportKind.Customers, "email first_name last_name city phone country email_consent sms_consent")]
    [InlineData("mailchimp_members_export.csv", ImportKind.Customers, "email first_name last_name phone optin_time")]
    public void Detect_KnownExports_MapWithoutHelp(string file, ImportKind kind, string fields)
    {
        var path = OpenData.Path($"export_headers/{file}");
        var found = FormatDetector.Detect(() => File.OpenRead(path));
        Assert.Equal(kind, found.Kind);
        Assert.Null(ImportFields.Missing(kind, found.Format.Columns));
        Assert.Subset(found.Format.Columns.Keys.ToHashSet(), fields.Split(' ').ToHashSet());
    }

    [Fact]
    public void Detect_CdnowLines_MapByContent()
    {
        var found = Detect(" 00004 0001 19970101  2   29.33\n 00004 0001 19970118  2   29.73\n");
        Assert.False(found.Format.HasHeader);
        Assert.Equal((0, 2, 3, 4), (found.Format.Columns["customer"], found.Format.Columns["time"], found.Format.Columns["quantity"], found.Format.Columns["amount"]));
    }
}
