using System.Globalization;
using System.IO.Compression;
using MarketingConsole.Core.Learning.Purchases;
using MarketingConsole.Tests.Support;

namespace MarketingConsole.Tests.Learning.Purchases;

/// <summary>The CDNOW sample: 39 weeks to learn from, 39 to judge by.</summary>
internal static class CdNow
{
    public static readonly DateTime CutOff = new(1997, 9, 30, 0, 0, 0, DateTimeKind.Utc), End = new(1998, 6, 30, 0, 0, 0, DateTimeKind.Utc);
    private static List<List<(DateTime At, double Amount)>>? _customers;

    public static List<List<(DateTime At, double Amount)>> Customers() => _customers ??= Read();

    public static List<PurchaseSplit> Splits() => [.. Customers().Select(x => new PurchaseSplit(PurchaseHistory.Of(x, CutOff)!.Value, PurchaseHistory.Of(x, End)!.Value))];

    public static List<PurchaseHistory> Histories() => [.. Splits().Select(x => x.Before)];

    private static List<List<(DateTime At, double Amount)>> Read()
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(OpenData.Path("cdnow/CDNOW_sample.txt.gz")), CompressionMode.Decompress));
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(x => x.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .GroupBy(x => x[1], x => (DateTime.ParseExact(x[2], "yyyyMMdd", CultureInfo.InvariantCulture), double.Parse(x[4], CultureInfo.InvariantCulture)))
            .Select(x => x.ToList())];
    }
}
