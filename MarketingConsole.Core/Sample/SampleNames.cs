namespace MarketingConsole.Core.Sample;

/// <summary>Countries, cities and common names the sample's people are drawn from.</summary>
internal sealed record SampleCountry(string Code, string Language, int Share, string[] Cities, string[] Women, string[] Men, string[] Surnames, string? Phone)
{
    private const string GermanWomen = "Anna Lena Sophie Marie Julia Katharina Laura Sarah Lisa Eva Johanna Theresa Clara Birgit Monika Petra Sabine Renate Ingrid Hannah Emma Nina Carina Barbara Elisabeth Martina Claudia Susanne";
    private const string GermanMen = "Lukas Maximilian Paul Jakob Felix Thomas Stefan Michael Andreas Markus Christian Florian David Johannes Georg Martin Peter Wolfgang Franz Josef Leon Jonas Moritz Tobias Sebastian Matthias Klaus Jürgen";

    // A share of 100. Numbers that regulators keep free for fiction; null where there are none.
    public static IReadOnlyList<SampleCountry> All { get; } =
    [
        Of("DE", "de", 33, "Berlin Hamburg München Köln Leipzig Frankfurt Stuttgart Dresden Bremen Freiburg", GermanWomen, GermanMen, "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Koch Richter Klein Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hartmann Lange Werner Krause", "+493023125{0:000}"),
        Of("AT", "de", 30, "Wien Graz Linz Salzburg Innsbruck Klagenfurt Villach Wels Dornbirn Krems", GermanWomen, GermanMen, "Gruber Huber Bauer Wagner Müller Pichler Steiner Moser Mayer Hofer Leitner Berger Fuchs Eder Fischer Schmid Winkler Weber Schwarz Maier Schneider Reiter Brunner Lang", null),
        Of("FR", "fr", 11, "Paris Lyon Marseille Bordeaux Lille Nantes Toulouse Strasbourg Rennes", "Camille Léa Manon Chloé Inès Sarah Julie Marie Claire Sophie Nathalie Isabelle Hélène Élodie Amélie Margaux Aurélie Céline", "Lucas Hugo Louis Gabriel Arthur Jules Thomas Nicolas Pierre Antoine Julien Mathieu François Benoît Rémi Olivier Étienne Loïc", "Martin Bernard Dubois Thomas Robert Richard Petit Durand Leroy Moreau Simon Laurent Lefebvre Michel Garcia David Bertrand Roux Fournier Girard", "+3363998{0:0000}"),
        Of("GB", "en", 9, "London Bristol Leeds Manchester Edinburgh Glasgow Cardiff Brighton York", "Olivia Amelia Isla Emily Grace Sophie Charlotte Lucy Hannah Rebecca Emma Sarah Helen Fiona Alice Harriet", "Oliver George Harry Jack James William Thomas Daniel Matthew Andrew Simon Callum Rory Ewan Hugh Edward", "Smith Jones Taylor Brown Williams Wilson Johnson Davies Patel Robinson Wright Thompson Evans Walker White Roberts Green Hall Campbell Stewart", "+447700900{0:000}"),
        Of("CH", "de", 8, "Zürich Bern Basel Luzern Winterthur Genève Lausanne", GermanWomen, GermanMen, "Müller Meier Schmid Keller Weber Huber Schneider Meyer Steiner Fischer Gerber Brunner Baumann Frei Zimmermann Moser Widmer Wyss", null),
        Of("US", "en", 6, "Boston Portland Seattle Chicago Austin Denver Brooklyn Minneapolis", "Emma Ava Olivia Madison Abigail Megan Ashley Jessica Lauren Rachel Hannah Natalie", "Liam Noah Ethan Mason Logan Tyler Ryan Brandon Justin Kyle Aaron Nathan", "Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Anderson Taylor Moore Jackson Lee Clark Lewis Young", "+120255501{0:00}"),
        Of("NL", "en", 3, "Amsterdam Utrecht Rotterdam Haarlem Leiden", "Sanne Lotte Fleur Anouk Femke Iris Marloes Eva Maud", "Daan Sem Bram Lars Thijs Ruben Jeroen Koen Stijn", "De_Jong Jansen De_Vries Bakker Visser Smit Meijer De_Boer Mulder Bos Vos Peters", null),
    ];

    private static SampleCountry Of(string code, string language, int share, string cities, string women, string men, string surnames, string? phone) =>
        new(code, language, share, cities.Split(' '), women.Split(' '), men.Split(' '), [.. surnames.Split(' ').Select(x => x.Replace('_', ' '))], phone);
}
