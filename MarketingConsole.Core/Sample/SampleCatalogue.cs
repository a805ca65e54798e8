using System.Globalization;
using MarketingConsole.Core.Events;

namespace MarketingConsole.Core.Sample;

/// <summary>What the sample shop sells. All names are invented.</summary>
internal static class SampleCatalogue
{
    // Category | demand January to December, 5 = average | brands | product:price; a product's brand goes round robin.
    private const string Text = """
        Tea|777543334679|Hollerbach,Mei Garden,Nordblatt|Assam Second Flush 250 g:14.90;Darjeeling First Flush 100 g:16.50;Earl Grey Organic 250 g:12.90;Sencha Morning Dew 100 g:13.50;Jasmine Pearls 100 g:18.90;Mountain Herbs Blend:8.90;Rooibos Vanilla 200 g:9.90;Peppermint Leaf 75 g:6.50;Ginger Lemon Infusion:7.90;Chai Spice Mix 200 g:11.50;White Peony 50 g:15.90;Winter Orange Tea 150 g:9.50;Tea Discovery Box:29.00;Matcha Ceremonial 40 g:27.50
        Coffee|666555445667|Rösthaus Vier,Kaldi & Sons,Nordblatt|House Espresso 500 g:13.90;Filter Roast 500 g:12.90;Ethiopia Sidamo 250 g:11.50;Colombia Huila 250 g:10.90;Decaf Mountain Water 250 g:10.50;Cold Brew Blend 500 g:14.50;Christmas Roast 250 g:11.90;Espresso Pods 30 pieces:12.50;Barista Oat Drink 6 pack:15.90;Moka Pot 3 Cups:34.00;Hand Grinder:59.00;Pour-over Set:39.00;Milk Frother:24.90
        Chocolate|644632225689|Cacao Linden,Maison Perle|Dark 72 % Bar:3.90;Milk Hazelnut Bar:3.50;Sea Salt Caramel Bar:4.20;Praline Box 16:18.50;Praline Box 32:32.00;Drinking Chocolate 300 g:9.90;Chocolate Almonds 200 g:7.50;Advent Chocolate Calendar:24.90;Easter Assortment:16.90;Nougat Cubes 250 g:8.90;Orange Sticks 150 g:6.90;Baking Chocolate 500 g:9.50
        Pantry|555554445566|Hofladen Auer,Olivaia|Olive Oil Extra Virgin 500 ml:13.90;Balsamic Aged 250 ml:15.50;Forest Honey 500 g:9.80;Acacia Honey 500 g:9.90;Apricot Preserve:5.90;Wild Berry Preserve:6.20;Fig Mustard:4.90;Sea Salt Flakes:5.50;Smoked Paprika:4.20;Pumpkin Seed Oil 250 ml:12.90;Antipasti Trio:16.90;Granola Nut 500 g:7.90;Pasta Artigianale 500 g:4.50
        Kitchen|555555445668|Ferrum,Kochwerk,Studio Lind|Cast Iron Pan 24 cm:49.00;Chef's Knife 20 cm:79.00;Paring Knife:19.90;Walnut Cutting Board:45.00;Enamel Pot 3 l:54.00;Mixing Bowls Set:29.90;Baking Tin Round:17.90;Silicone Spatulas:12.90;Salad Spinner:24.90;Kitchen Scale:29.00;Storage Jars 4 pieces:22.90;Apron Linen:27.00;Spice Rack Oak:39.00
        Tableware|444555444679|Studio Lind,Keramos|Stoneware Mug:14.90;Stoneware Plate:19.90;Breakfast Bowl:15.90;Teapot Cast 0.8 l:49.00;Glass Teapot 1 l:32.00;Wine Glasses 4 pieces:38.00;Water Carafe:24.00;Linen Napkins 4 pieces:22.00;Serving Tray Ash:36.00;Espresso Cups 2 pieces:19.00;Cutlery Set 24 pieces:119.00;Cake Stand:42.00
        Home textiles|765543334777|Wollwerk,Leinenhaus|Wool Throw:89.00;Cotton Throw:49.00;Linen Bed Set:139.00;Percale Pillow Case:19.90;Cushion Cover Velvet:24.90;Cushion Cover Linen:22.90;Bath Towel:24.90;Hand Towel:12.90;Tea Towels 3 pieces:17.90;Sheepskin:99.00;Hot Water Bottle Wool:34.90;Curtain Linen 2 m:79.00
        Candles & scent|654433334789|Lumen & Vale,Bienenwerk|Beeswax Pillar Candle:16.90;Beeswax Tapers 4 pieces:14.90;Scented Candle Fig:27.00;Scented Candle Cedar:27.00;Scented Candle Winter:29.00;Reed Diffuser Citrus:32.00;Room Spray Lavender:18.50;Tealights 30 pieces:8.90;Lantern Steel:39.00;Incense Set:15.90;Oil Burner:24.50;Candle Snuffer:13.90
        Garden|225898766322|Grünhand,Ferrum|Herb Seeds Set:12.90;Tomato Seeds Heirloom:4.50;Wildflower Mix:5.90;Bulbs Spring 40 pieces:19.90;Trowel Ash:18.90;Secateurs:39.00;Watering Can 5 l:34.00;Terracotta Pots 3 pieces:29.00;Raised Bed Kit:129.00;Garden Gloves:14.90;Bee Hotel:36.00;Bird Feeder:27.90;Hammock Cotton:79.00
        Apparel|555556645668|Fjellgarn,Atelier Nord|Merino Socks 2 pairs:19.90;Wool Scarf:45.00;Beanie Merino:29.00;Linen Shirt:69.00;Cotton T-shirt:25.00;House Slippers Felt:49.00;Rain Jacket:119.00;Tote Bag Canvas:19.00;Sun Hat Straw:34.00;Gloves Lambswool:27.00;Pyjamas Flannel:69.00;Cardigan Merino:109.00;Swim Towel Light:32.00
        Bath & body|555555555568|Seifenkontor,Maison Perle|Olive Soap Bar:6.90;Lavender Soap Bar:6.90;Shampoo Bar:9.50;Hand Cream 75 ml:11.90;Body Oil Almond:18.90;Bath Salts 500 g:13.50;Lip Balm Trio:9.90;Face Cloth Set:14.00;Beard Oil:16.50;Sun Cream SPF 30:17.90;Foot Balm:10.90;Room & Body Mist:19.50
        Gifts & paper|444544444589|Papierlade,Studio Lind|Greeting Cards 6 pieces:14.90;Gift Wrap Set:9.90;Notebook Linen:16.90;Calendar Botanical:22.00;Fountain Pen:39.00;Puzzle 1000 Pieces:24.90;Playing Cards Birds:12.90;Gift Basket Small:39.00;Gift Basket Large:79.00;Advent Wreath Kit:44.00;Photo Frame Oak:26.00;Wax Seal Set:28.00
        """;

    public static SampleCategory[] Categories { get; } = [.. Text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(line => line.Split('|')).Select(x => new SampleCategory(x[0], [.. x[1].Select(c => (c - '0') / 5.0)]))];

    /// <param name="firstId">The first of ids taken for all products.</param>
    public static IReadOnlyList<Product> Products(int firstId)
    {
        var products = new List<Product>();
        foreach (var parts in Text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(x => x.Split('|')))
        {
            var brands = parts[2].Split(',');
            foreach (var (n, item) in parts[3].Split(';').Index())
            {
                var colon = item.LastIndexOf(':');
                products.Add(new Product
                {
                    Id = firstId + products.Count,
                    Sku = $"{parts[0][..3].ToUpperInvariant()}-{101 + n}",
                    Name = item[..colon],
                    Category = parts[0],
                    Brand = brands[n % brands.Length],
                    PriceCents = (long)(decimal.Parse(item[(colon + 1)..], CultureInfo.InvariantCulture) * 100),
                });
            }
        }

        return products;
    }

    public static int ProductCount { get; } = Products(1).Count;

    public static IReadOnlyList<Store> Stores(int firstId) =>
    [
        .. new[] { ("Wien Neubau", "Wien", "AT"), ("Graz Altstadt", "Graz", "AT"), ("München Glockenbach", "München", "DE"), ("Berlin Mitte", "Berlin", "DE"), ("Hamburg Ottensen", "Hamburg", "DE"), ("Zürich Seefeld", "Zürich", "CH"), ("Lyon Presqu'île", "Lyon", "FR"), ("London Marylebone", "London", "GB") }
            .Select((x, i) => new Store { Id = firstId + i, Name = x.Item1, City = x.Item2, Country = x.Item3, Latitude = SamplePlaces.Of(x.Item2).Latitude, Longitude = SamplePlaces.Of(x.Item2).Longitude }),
    ];
}

/// <param name="Demand">January to December, 1 = average.</param>
internal sealed record SampleCategory(string Name, double[] Demand);
