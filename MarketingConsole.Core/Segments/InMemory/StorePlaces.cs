using MarketingConsole.Core.Twins.Store;

namespace MarketingConsole.Core.Segments.InMemory;

/// <summary>Distance over the store's columns, by the haversine formula.</summary>
internal static class StorePlaces
{
    private const double Radian = Math.PI / 180;

    public static SlotSet Near(TwinStore store, NearRule rule)
    {
        var set = new SlotSet(store.Slots);
        var place = rule.Store is { } id ? store.Places.GetValueOrDefault(id) : (rule.Latitude!.Value, rule.Longitude!.Value);
        if (place is not var (latitude, longitude))
        {
            return set;
        }

        var half = Math.Sin(Math.Min(rule.Kilometres!.Value / (2 * NearRule.EarthRadius), Math.PI / 2));
        var (most, cosine) = (half * half, Math.Cos(latitude * Radian));
        var north = store.Number(TwinStore.Latitude).Values(store.Slots);
        var east = store.Number(TwinStore.Longitude).Values(store.Slots);
        for (var slot = 0; slot < north.Length; slot++)
        {
            if (Math.Pow(Math.Sin((north[slot] - latitude) * Radian / 2), 2) + (Math.Cos(north[slot] * Radian) * cosine * Math.Pow(Math.Sin((east[slot] - longitude) * Radian / 2), 2)) <= most)
            {
                set.Add(slot); // NaN, an unknown place, is not within anything
            }
        }

        return set;
    }
}
