using System.Globalization;

namespace MarketingConsole.Core.Sample;

/// <summary>Where the sample's cities lie.</summary>
internal static class SamplePlaces
{
    private const double Spread = .05; // degrees, some five kilometres

    // City centres to a hundredth of a degree.
    private static readonly Dictionary<string, (double Latitude, double Longitude)> Cities = """
        Berlin 52.52 13.40|Hamburg 53.55 9.99|München 48.14 11.58|Köln 50.94 6.96|Leipzig 51.34 12.37|Frankfurt 50.11 8.68|Stuttgart 48.78 9.18|Dresden 51.05 13.74|Bremen 53.08 8.80|Freiburg 48.00 7.84
        Wien 48.21 16.37|Graz 47.07 15.44|Linz 48.31 14.29|Salzburg 47.81 13.06|Innsbruck 47.27 11.40|Klagenfurt 46.62 14.31|Villach 46.61 13.86|Wels 48.16 14.03|Dornbirn 47.41 9.74|Krems 48.41 15.60
        Paris 48.86 2.35|Lyon 45.76 4.84|Marseille 43.30 5.37|Bordeaux 44.84 -0.58|Lille 50.63 3.06|Nantes 47.22 -1.55|Toulouse 43.60 1.44|Strasbourg 48.57 7.75|Rennes 48.12 -1.68
        London 51.51 -0.13|Bristol 51.45 -2.59|Leeds 53.80 -1.55|Manchester 53.48 -2.24|Edinburgh 55.95 -3.19|Glasgow 55.86 -4.25|Cardiff 51.48 -3.18|Brighton 50.82 -0.14|York 53.96 -1.09
        Zürich 47.38 8.54|Bern 46.95 7.45|Basel 47.56 7.59|Luzern 47.05 8.31|Winterthur 47.50 8.72|Genève 46.20 6.14|Lausanne 46.52 6.63
        Boston 42.36 -71.06|Portland 45.52 -122.68|Seattle 47.61 -122.33|Chicago 41.88 -87.63|Austin 30.27 -97.74|Denver 39.74 -104.99|Brooklyn 40.68 -73.94|Minneapolis 44.98 -93.27
        Amsterdam 52.37 4.90|Utrecht 52.09 5.12|Rotterdam 51.92 4.48|Haarlem 52.39 4.65|Leiden 52.16 4.50
        """.Split(['|', '\n'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(x => x.Split(' '))
        .ToDictionary(x => x[0], x => (double.Parse(x[1], CultureInfo.InvariantCulture), double.Parse(x[2], CultureInfo.InvariantCulture)), StringComparer.Ordinal);

    /// <summary>The middle of a city; nulls when it is not one of the sample's.</summary>
    public static (double? Latitude, double? Longitude) Of(string? city) => city is not null && Cities.TryGetValue(city, out var at) ? at : (null, null);

    /// <summary>A home in or around a city, the same for the same seed.</summary>
    public static (double? Latitude, double? Longitude) Home(string? city, int seed)
    {
        var ((latitude, longitude), random) = (Of(city), new Random(seed));
        return (latitude + ((random.NextDouble() - .5) * 2 * Spread), longitude + ((random.NextDouble() - .5) * 2 * Spread));
    }
}
