using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Events;
using MathNet.Numerics.Distributions;

namespace MarketingConsole.Core.Sample;

/// <summary>One invented customer: who they are and the habits nobody but the sample knows.</summary>
internal sealed record SamplePerson(Customer Customer, SampleHabits Habits)
{
    // Share, days between orders, chance to lapse after an order, pull of the seasons, buys at a discount, opens, clicks.
    private static readonly (double Share, int MinGap, int MaxGap, double Lapse, double Season, double Deal, double Open, double Click)[] Kinds =
    [
        (.10, 9, 16, .008, .6, .15, .50, .14), // enthusiasts
        (.28, 20, 42, .025, 1, .2, .42, .10), // regulars
        (.34, 55, 120, .07, 1, .25, .28, .06), // occasional
        (.14, 45, 80, .05, 2.6, .3, .25, .07), // gift buyers
        (.10, 40, 90, .06, 1.6, .8, .48, .20), // bargain hunters
        (.04, 0, 0, 1, 1, 0, .22, .03), // signed up, never bought
    ];

    public static SamplePerson Draw(SampleShop shop, int index, int id, Random random)
    {
        var country = Pick(random, SampleCountry.All, x => x.Share);
        var female = random.NextDouble() < .6;
        var first = Any(random, female ? country.Women : country.Men);
        var last = Any(random, country.Surnames);
        var joined = JoinedAt(shop, random);
        var customer = new Customer
        {
            Id = id,
            Key = $"C-{index + 1:00000}",
            FirstName = first,
            LastName = last,
            Email = $"{Address(first)}.{Address(last)}{index + 1}@example.{Any(random, "com", "org", "net")}",
            Phone = country.Phone is { } phone && random.NextDouble() < .6 ? string.Format(System.Globalization.CultureInfo.InvariantCulture, phone, random.Next(country.Code == "US" ? 100 : 1000)) : null,
            Country = country.Code,
            City = country.Cities[Math.Min(country.Cities.Length - 1, (int)Exponential.Sample(random, 3.0 / country.Cities.Length))],
            Language = country.Language,
            Gender = random.NextDouble() < .85 ? female ? "female" : "male" : null,
            BirthDate = random.NextDouble() < .6 ? DateOnly.FromDateTime(shop.Now).AddDays(-(int)Math.Clamp(Normal.Sample(random, 43, 14) * 365.25, 18 * 366, 88 * 365)) : null,
            CreatedAt = joined,
            UpdatedAt = joined,
        };
        (customer.Latitude, customer.Longitude) = SamplePlaces.Home(customer.City, unchecked((shop.Seed * 31) + index));
        var kind = Pick(random, Kinds, x => x.Share);
        var near = shop.Stores.Where(x => x.City == customer.City).ToList() is { Count: > 0 } same ? same : [.. shop.Stores.Where(x => x.Country == customer.Country)];
        var store = near.Count == 0 ? 0 : shop.Stores.Any(x => x.City == customer.City) ? .45 * random.NextDouble() + .25 : .12 * random.NextDouble();
        return new SamplePerson(CustomerNormaliser.Apply(customer), new SampleHabits
        {
            GapDays = kind.MinGap + random.NextDouble() * (kind.MaxGap - kind.MinGap),
            GapShape = 1.5 + 2.5 * random.NextDouble(),
            Lapse = kind.Lapse * (.5 + random.NextDouble()),
            SeasonPull = kind.Season,
            DealShare = Math.Clamp(kind.Deal + .1 * Normal.Sample(random, 0, 1), 0, 1),
            OpenChance = Beta.Sample(random, kind.Open * 5, (1 - kind.Open) * 5),
            ClickChance = Beta.Sample(random, kind.Click * 6, (1 - kind.Click) * 6),
            Tastes = [.. SampleCatalogue.Categories.Select(_ => Gamma.Sample(random, .35, 1) + .01)],
            Basket = 1 + Gamma.Sample(random, 1.6, 1.2),
            Weekday = random.Next(7),
            Hour = Pick(random, [(9.5, 1), (13.0, 1), (20.0, 2), (17.5, 1)], x => x.Item2).Item1,
            StoreShare = store,
            AppShare = random.NextDouble() < .35 ? .3 + .5 * random.NextDouble() : 0,
            HomeStoreId = near.Count == 0 ? null : near[random.Next(near.Count)].Id,
            ReturnChance = Beta.Sample(random, .8, 12),
            Browsing = Gamma.Sample(random, 1, .7),
        });
    }

    /// <summary>Nearly half were customers before the sample begins; the others join along the way, more of them before Christmas.</summary>
    private static DateTime JoinedAt(SampleShop shop, Random random)
    {
        if (random.NextDouble() < .45)
        {
            return shop.From.AddDays(-random.NextDouble() * 900);
        }

        while (true)
        {
            var at = shop.From.AddSeconds(random.NextDouble() * ((shop.Now - shop.From).TotalSeconds - 86_400));
            if (random.NextDouble() * 2 < SampleSeasons.Demand(DateOnly.FromDateTime(at)) * (shop.Calendar.ToLocal(at).Hour is > 6 and < 23 ? 1 : 0))
            {
                return at;
            }
        }
    }

    private static string Address(string name) => new([.. CustomerText.Fold(name).Where(char.IsAsciiLetter)]);

    private static T Any<T>(Random random, params T[] items) => items[random.Next(items.Length)];

    internal static T Pick<T>(Random random, IReadOnlyList<T> items, Func<T, double> weight)
    {
        var at = random.NextDouble() * items.Sum(weight);
        foreach (var item in items)
        {
            if ((at -= weight(item)) < 0)
            {
                return item;
            }
        }

        return items[^1];
    }
}

/// <summary>How a sample customer behaves; chances are 0 to 1.</summary>
internal sealed record SampleHabits
{
    /// <summary>Mean days between orders; 0 = never buys.</summary>
    public double GapDays { get; init; }
    public double GapShape { get; init; }
    public double Lapse { get; init; }

    /// <summary>Exponent on <see cref="SampleSeasons.Demand"/>.</summary>
    public double SeasonPull { get; init; }
    public double DealShare { get; init; }
    public double OpenChance { get; init; }
    public double ClickChance { get; init; }

    /// <summary>Weight of each category.</summary>
    public required double[] Tastes { get; init; }

    /// <summary>Mean number of lines in an order.</summary>
    public double Basket { get; init; }

    /// <summary>0 = Monday.</summary>
    public int Weekday { get; init; }
    public double Hour { get; init; }
    public double StoreShare { get; init; }
    public double AppShare { get; init; }
    public int? HomeStoreId { get; init; }
    public double ReturnChance { get; init; }

    /// <summary>Visits without buying per order.</summary>
    public double Browsing { get; init; }

    public Channel Channel(Random random)
    {
        var at = random.NextDouble();
        return at < StoreShare ? Events.Channel.Store : at < StoreShare + ((1 - StoreShare) * AppShare) ? Events.Channel.App : Events.Channel.Web;
    }
}
