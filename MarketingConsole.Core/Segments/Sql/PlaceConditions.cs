using System.Linq.Expressions;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;

namespace MarketingConsole.Core.Segments;

/// <summary>Places on the Earth and in a random draw as filters on customers.</summary>
internal static class PlaceConditions
{
    private const double Radian = Math.PI / 180;

    public static Expression<Func<Customer, bool>> Compile(BucketRule rule)
    {
        var (seed, (from, to)) = (BucketRule.Seed(rule.Salt), rule.Range);
        Expression<Func<Customer, long>> turned = c => (((long)c.Id * BucketRule.Spread) + seed) % BucketRule.Prime * BucketRule.Multiplier % BucketRule.Prime;
        var draw = turned.Then(x => x * x % BucketRule.Prime % BucketRule.Buckets);
        return Predicates.All([draw.Then(x => x >= from), draw.Then(x => x < to)]);
    }

    /// <summary>By the haversine formula; compared as the square of the sine of half the angle, which needs no function to be turned round.</summary>
    public static Expression<Func<Customer, bool>> Compile(NearRule rule, ConsoleDb db)
    {
        var half = Math.Sin(Math.Min(rule.Kilometres!.Value / (2 * NearRule.EarthRadius), Math.PI / 2));
        var most = half * half;
        if (rule.Store is { } store)
        {
            return c => c.Latitude != null && c.Longitude != null && db.Stores.Any(s => s.Id == store && s.Latitude != null && s.Longitude != null
                && Math.Pow(Math.Sin((c.Latitude.Value - s.Latitude.Value) * Radian / 2), 2)
                    + (Math.Cos(c.Latitude.Value * Radian) * Math.Cos(s.Latitude.Value * Radian) * Math.Pow(Math.Sin((c.Longitude.Value - s.Longitude.Value) * Radian / 2), 2)) <= most);
        }

        var (latitude, longitude) = (rule.Latitude!.Value, rule.Longitude!.Value);
        var cosine = Math.Cos(latitude * Radian);
        return c => c.Latitude != null && c.Longitude != null
            && Math.Pow(Math.Sin((c.Latitude.Value - latitude) * Radian / 2), 2) + (Math.Cos(c.Latitude.Value * Radian) * cosine * Math.Pow(Math.Sin((c.Longitude.Value - longitude) * Radian / 2), 2)) <= most;
    }
}
