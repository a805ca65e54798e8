using System.Globalization;
using System.IO.Compression;
using MarketingConsole.Core.Events.Imports;

namespace MarketingConsole.Tests.Support;

/// <summary>Open data sets beside the repository, with published figures to reach. A test that reads one is skipped where it is absent.</summary>
internal static class OpenData
{
    /// <param name="file">E.g. "cdnow/cdnow_customers_summary.csv.gz".</param>
    public static string Path(string file)
    {
        var path = System.IO.Path.Combine(Repository.Root(), "../shared/data", file);
        Assert.SkipUnless(File.Exists(path), $"the open data file {file} is not here");
        return path;
    }

    /// <returns>The rows as text by column name.</returns>
    public static List<Dictionary<string, string>> Rows(string file, char delimiter = ',')
    {
        using var reader = new StreamReader(Open(file));
        using var records = new RecordReader(reader, delimiter).Read().GetEnumerator();
        Assert.True(records.MoveNext());
        var header = records.Current.Fields;
        var rows = new List<Dictionary<string, string>>();
        while (records.MoveNext())
        {
            rows.Add(header.Zip(records.Current.Fields).ToDictionary(x => x.First, x => x.Second));
        }

        return rows;
    }

    public static double Number(this Dictionary<string, string> row, string column) => double.Parse(row[column], CultureInfo.InvariantCulture);

    private static Stream Open(string file)
    {
        var stream = File.OpenRead(Path(file));
        return file.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(stream, CompressionMode.Decompress) : stream;
    }
}
