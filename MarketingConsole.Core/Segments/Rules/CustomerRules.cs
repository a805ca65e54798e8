using System.Text;
using System.Text.Json.Serialization;
using MarketingConsole.Core.Consent;

namespace MarketingConsole.Core.Segments;

/// <summary>What the consent rules and the customer's choices allow. <c>{"type":"consent","purpose":"email","allowed":true}</c></summary>
public sealed record PermissionRule : SegmentRule
{
    public Purpose? Purpose { get; init; }
    public bool Allowed { get; init; } = true;
}

/// <summary>Member of another segment, as it was last counted. <c>{"type":"member","segment":3,"member":true,"days":30}</c></summary>
public sealed record MemberRule : SegmentRule
{
    public int? Segment { get; init; }
    public bool Member { get; init; } = true;

    /// <summary>Without a break for at least so many days of 24 hours; only of members.</summary>
    public int? Days { get; init; }
}

/// <summary>Resembles the members of a segment, as the twin was last scored. <c>{"type":"lookalike","segment":3,"atLeast":60}</c>
/// <para>Members themselves are not left out: combine it with a <see cref="MemberRule"/>.</para></summary>
public sealed record LookalikeRule : SegmentRule
{
    public int? Segment { get; init; }

    /// <summary>Per cent of the members who look less like a member than this customer does: 50 is a typical member.</summary>
    public double AtLeast { get; init; } = 50;
}

/// <summary>Among the first or the last by a value. <c>{"type":"rank","percent":5,"field":"revenue12Months"}</c>,
/// <c>{"type":"rank","count":100,"field":"age"}</c>, <c>{"type":"rank","count":100,"event":{"event":"purchase","measure":"sum","days":365}}</c>
/// <para>All who may be profiled are ranked, whatever the rest of the rule says; those without a value (no such event, or none that has what is measured) are not.
/// Of equals the smaller id comes first. Days since an event are ranked by its instant, an age by the birth date; of two days or instants the later is the larger; of a trait with several numbers the largest counts.</para></summary>
public sealed record RankRule : SegmentRule
{
    /// <summary>The largest values: the latest, the oldest; false = the smallest.</summary>
    public bool Top { get; init; } = true;

    /// <summary>So many per cent of all who may be profiled, rounded up: this, or <see cref="Count"/>.</summary>
    public double? Percent { get; init; }
    public int? Count { get; init; }

    /// <summary>A number, day or instant of the twin or of the traits, or <c>custom.NAME</c>: this, or <see cref="Event"/>.</summary>
    public string? Field { get; init; }

    /// <summary>Ranked by its measure; its operator and value mean nothing here.</summary>
    public EventRule? Event { get; init; }

    /// <summary>How many places there are.</summary>
    /// <param name="eligible">Customers who may be profiled.</param>
    public int Places(int eligible) => Percent is { } percent ? (int)Math.Ceiling((eligible * percent / 100) - Slack) : Count ?? 0;

    /// <summary>The largest stored value comes first: the more days or years there are since an instant or a birth, the earlier it was.</summary>
    internal bool Descending => Top != (Field == RuleFields.Age || Event is { Measure: EventMeasure.DaysSinceFirst or EventMeasure.DaysSinceLast });

    internal const double Slack = 1e-9; // 7 % of 100 is 7, not 8
}

/// <summary>A stable random part of the customers. <c>{"type":"bucket","from":0,"to":50,"salt":"spring"}</c>
/// <para>The same salt draws the same customers each time, another salt others. Looks at nothing but the customer's id.</para></summary>
public sealed record BucketRule : SegmentRule
{
    internal const long Prime = 2_147_483_647, Multiplier = 48_271; // the minimal standard generator: Park, Miller and Stockmeyer, Communications of the ACM 36(7), 1993
    internal const int Spread = 7919, Buckets = 10_000;

    /// <summary>Per cent, inclusive; two decimals count.</summary>
    public double From { get; init; }

    /// <summary>Per cent, exclusive.</summary>
    public double To { get; init; }
    public string Salt { get; init; } = "";

    /// <summary><see cref="From"/> and <see cref="To"/> in hundredths of a per cent.</summary>
    [JsonIgnore]
    public (int From, int To) Range => ((int)Math.Round(From * 100), (int)Math.Round(To * 100));

    /// <summary>31 bits of the salt: FNV-1a over its UTF-8.</summary>
    public static int Seed(string salt)
    {
        var hash = 2_166_136_261u;
        foreach (var b in Encoding.UTF8.GetBytes(salt))
        {
            hash = (hash ^ b) * 16_777_619u;
        }

        return (int)(hash & 0x7FFF_FFFF);
    }

    /// <summary>0 to 9999: the customer's place in the draw.</summary>
    public static int Draw(int customerId, int seed)
    {
        var x = (((long)customerId * Spread) + seed) % Prime * Multiplier % Prime;
        return (int)(x * x % Prime % Buckets); // squared, because the step before only turns one salt's draw into another's by a shift
    }
}

/// <summary>Lives within a distance of a store or a point. <c>{"type":"near","kilometres":10,"store":1}</c>, <c>{"type":"near","kilometres":25,"latitude":48.2,"longitude":16.4}</c>
/// <para>Great-circle distance; customers and stores whose place is unknown are near nothing.</para></summary>
public sealed record NearRule : SegmentRule
{
    /// <summary>Mean radius of the Earth in kilometres (IUGG).</summary>
    public const double EarthRadius = 6371.0088;

    public double? Kilometres { get; init; }
    public int? Store { get; init; }

    /// <summary>Degrees north, −90 to 90.</summary>
    public double? Latitude { get; init; }

    /// <summary>Degrees east, −180 to 180.</summary>
    public double? Longitude { get; init; }

    /// <summary>Kilometres between two places in degrees, by the haversine formula.</summary>
    public static double Distance(double north, double east, double latitude, double longitude)
    {
        const double Radian = Math.PI / 180;
        var (up, across) = (Math.Sin((north - latitude) * Radian / 2), Math.Sin((east - longitude) * Radian / 2));
        return 2 * EarthRadius * Math.Asin(Math.Sqrt(Math.Min(1, (up * up) + (Math.Cos(north * Radian) * Math.Cos(latitude * Radian) * across * across))));
    }
}
