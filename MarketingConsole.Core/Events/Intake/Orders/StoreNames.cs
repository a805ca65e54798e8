using System.Globalization;
using System.Text.Json;
using MarketingConsole.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Events.Intake.Orders;

/// <param name="Name">As sent; null = the event names none.</param>
/// <param name="IsStore">False: an affiliation, which may be something other than a store.</param>
internal readonly record struct NamedStore(string? Name, bool IsStore);

/// <summary>The stores by what events may call them: their name, or the id under which the API lists them.</summary>
internal sealed class StoreNames
{
    private readonly Dictionary<string, int> _ids = new(StringComparer.OrdinalIgnoreCase);

    public static async Task<StoreNames> ReadAsync(ConsoleDb db, CancellationToken cancellationToken)
    {
        var (names, stores) = (new StoreNames(), await db.Stores.OrderBy(x => x.Id).Select(x => new { x.Id, x.Name }).ToListAsync(cancellationToken));
        stores.ForEach(x => names._ids.TryAdd(x.Name, x.Id));
        stores.ForEach(x => names._ids.TryAdd(x.Id.ToString(CultureInfo.InvariantCulture), x.Id)); // a store whose name is a number comes first
        return names;
    }

    /// <summary>Gives the event its store; what happened in one and says no other channel happened there.</summary>
    /// <returns>False: it names a store nobody knows.</returns>
    public bool Place(Event e, NamedStore named)
    {
        if (named.Name is not { } name || !_ids.TryGetValue(name, out var id))
        {
            return !named.IsStore;
        }

        (e.StoreId, e.Channel) = (id, e.Channel == Channel.Other ? Channel.Store : e.Channel);
        return true;
    }

    /// <summary>Reads store_id, storeId or store of the properties; failing these affiliation, where Segment's e-commerce events name the "store or affiliation" of an order.</summary>
    public static NamedStore Of(TrackingMessage message)
    {
        if (message.Properties.IsEmpty)
        {
            return default;
        }

        string? affiliation = null;
        var reader = new Utf8JsonReader(message.Properties.Span);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isStore = reader.ValueTextEquals("store_id"u8) || reader.ValueTextEquals("store"u8) || reader.ValueTextEquals("storeId"u8);
            var isAffiliation = !isStore && reader.ValueTextEquals("affiliation"u8);
            reader.Read();
            if ((isStore || isAffiliation) && Text(ref reader) is { Length: > 0 } text)
            {
                if (isStore)
                {
                    return new(text, true);
                }

                affiliation = text;
            }

            reader.Skip();
        }

        return new(affiliation, false);
    }

    private static string? Text(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => JsonText.Of(ref reader)?.Trim(),
        JsonTokenType.Number => System.Text.Encoding.UTF8.GetString(reader.ValueSpan),
        _ => null,
    };
}
