using System.Globalization;

namespace MarketingConsole.Tests.Benchmarks.Learning;

/// <summary>The data of the benchmarks: features.csv (40 features of 100,000 customers) and interactions.csv (about a million customer-product counts), from a folder or made from a seed.</summary>
internal static class ShopData
{
    /// <summary>The folder given, or a new one with made-up data.</summary>
    public static string Folder(string[] args)
    {
        if (args.Length > 0)
        {
            return args[0];
        }

        var folder = Directory.CreateTempSubdirectory("learning-benchmark").FullName;
        var random = new Random(42);
        const int Customers = 100_000, Products = 5000, Columns = 40, Kinds = 10;
        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        var centres = Enumerable.Range(0, Kinds).Select(_ => Enumerable.Range(0, Columns).Select(_ => 1.5 * Normal()).ToArray()).ToArray();
        using (var features = new StreamWriter(Path.Combine(folder, "features.csv")))
        {
            features.WriteLine($"id,{string.Join(',', Enumerable.Range(0, Columns).Select(j => $"f{j}"))},label");
            for (var id = 1; id <= Customers; id++)
            {
                // Dense kinds of customers and a third of stragglers; every fourth column is a count.
                var kind = random.Next(Kinds);
                var spread = random.NextDouble() < 0.67 ? 0.35 : 2.0;
                var row = centres[kind].Select((c, j) => j % 4 == 0 ? Math.Round(Math.Exp(c + (spread * Normal() * 0.5))) : c + (spread * Normal()));
                features.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{id},{string.Join(',', row.Select(x => x.ToString("G5", CultureInfo.InvariantCulture)))},{(random.NextDouble() < 0.05 + (0.02 * kind) ? 1 : 0)}"));
            }
        }

        using (var interactions = new StreamWriter(Path.Combine(folder, "interactions.csv")))
        {
            interactions.WriteLine("customer_id,product_id,w");
            var bought = new SortedDictionary<int, int>();
            for (var id = 1; id <= Customers; id++)
            {
                bought.Clear();
                var (taste, count) = (random.Next(50), 1 + (int)(-10.5 * Math.Log(1 - random.NextDouble())));
                for (var n = 0; n < count; n++)
                {
                    var popular = (int)(Products * Math.Pow(random.NextDouble(), 3));
                    var product = 1 + (random.NextDouble() < 0.6 ? ((popular / 50 * 50) + taste) % Products : popular);
                    bought[product] = bought.GetValueOrDefault(product) + 1;
                }

                foreach (var (product, weight) in bought)
                {
                    interactions.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{id},{product},{weight}"));
                }
            }
        }

        return folder;
    }

    /// <summary>The 40 features, without id and label.</summary>
    public static double[][] Features(string folder) =>
        [.. File.ReadLines(Path.Combine(folder, "features.csv")).Skip(1).Select(x => x.Split(',')[1..^1].Select(v => double.Parse(v, CultureInfo.InvariantCulture)).ToArray())];

    /// <summary>Each column with mean 0 and standard deviation 1, as StandardScaler does.</summary>
    public static double[][] Standardised(double[][] rows)
    {
        var columns = rows[0].Length;
        var means = Enumerable.Range(0, columns).Select(j => rows.Average(x => x[j])).ToArray();
        var scales = Enumerable.Range(0, columns).Select(j => Math.Sqrt(rows.Average(x => Math.Pow(x[j] - means[j], 2)))).Select(x => x > 0 ? x : 1).ToArray();
        return [.. rows.Select(x => x.Select((v, j) => (v - means[j]) / scales[j]).ToArray())];
    }
}
