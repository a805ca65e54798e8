using MarketingConsole.Core.Events;

namespace MarketingConsole.Core.Segments.Describing;

/// <summary>Which events count: products, channels, stores, campaigns, prices and properties of an event clause.</summary>
internal sealed class EventObject(Cursor cursor, Quantities quantities, ShopNames names, FieldValues values)
{
    private static readonly (string Phrase, Channel[] Channels)[] Channels =
    [
        ("by/via/through/on/over the? web/website", [Channel.Web]), ("by/via/through/on/in the? app", [Channel.App]), ("by/via/through email", [Channel.Email]), ("by/via/through sms", [Channel.Sms]), ("by/via/through push", [Channel.Push]),
        ("by/via other", [Channel.Other]), ("online", [Channel.Web, Channel.App]), ("by/via store|in a/any/our/the? store/stores/shop/shops|in-store|offline", [Channel.Store]),
    ];

    private static readonly (string Word, Channel Channel)[] More = [.. Enum.GetValues<Channel>().Select(x => (x.ToString().ToLowerInvariant(), x))];

    /// <summary>Two products with "and" between them: both are meant.</summary>
    public bool Both { get; private set; }

    /// <returns>The filter with one part more; null when none stands here.</returns>
    public EventFilter? Part(EventFilter where, EventType? type) =>
        cursor.Try(() => Bracket(where, type)) ?? cursor.Try(() => Products(where)) ?? cursor.Try(() => Price(where)) ?? cursor.Try(() => Worth(where)) ?? cursor.Try(() => Property(where)) ?? cursor.Try(() => Campaign(where)) ?? cursor.Try(() => Store(where, type)) ?? cursor.Try(() => Way(where));

    /// <summary>"opened an e-mail (Tea of Bergland priced 30 EUR or less)".</summary>
    private EventFilter? Bracket(EventFilter where, EventType? type)
    {
        if (type is null || RuleWords.OfProducts(type.Value) || !cursor.Take("("))
        {
            return null;
        }

        var inner = where;
        while ((cursor.Try(() => Products(inner)) ?? cursor.Try(() => Price(inner))) is { } more)
        {
            inner = more;
        }

        return inner != where && cursor.Take(")") ? inner : null;
    }

    private EventFilter? Products(EventFilter where)
    {
        cursor.Take("of|from|by|in|on|for");
        cursor.Take("the|our|a|an|some|any|both");
        var said = cursor.Take("category|categories") ? NameKind.Category : cursor.Take("brand|brands") ? NameKind.Brand : cursor.Take("product|products|sku|article") ? NameKind.Sku : default(NameKind?);
        if (Name(where, said, false) is not (var kind, var list))
        {
            return null;
        }

        var many = list.ToList();
        while (true)
        {
            var (at, both) = (cursor.At, false);
            if (cursor.Take(", or/and?|or|nor|/") || (both = cursor.Take("and|as well as")))
            {
                cursor.Take("the|our|a|an|some|any|of|from");
                if (Name(where, kind, true) is (_, var other))
                {
                    Both |= both;
                    many.AddRange(other);
                    continue;
                }
            }

            cursor.At = at;
            break;
        }

        cursor.Take(kind == NameKind.Category ? "category|categories|products" : kind == NameKind.Brand ? "brand|products" : "product|products");
        return kind switch
        {
            NameKind.Category => where with { Categories = many },
            NameKind.Brand => where with { Brands = many },
            _ => where with { Skus = many },
        };
    }

    private (NameKind Kind, IReadOnlyList<string> Values)? Name(EventFilter where, NameKind? only, bool next)
    {
        var at = cursor.At;
        var found = names.Products.Take(cursor) is { } name ? (name.Value.Kind, (IReadOnlyList<string>)[name.Value.Value]) : names.Loosely(cursor);
        var taken = found?.Item1 switch { NameKind.Category => where.Categories, NameKind.Brand => where.Brands, NameKind.Sku => where.Skus, _ => null };
        if (found is null || (only is { } kind && kind != found.Value.Item1) || (taken is not null && !next))
        {
            cursor.At = at;
            return null;
        }

        return found;
    }

    private EventFilter? Price(EventFilter where) => cursor.Take("priced|costing|that cost/costs|which cost/costs|with a price of?|at a price of?") && Amount() is (var low, var high) ? where with { PriceAtLeast = low, PriceAtMost = high } : null;

    private EventFilter? Worth(EventFilter where)
    {
        if (!cursor.Take("worth|of a value of?|with a value of?|for") || Amount() is not (var low, var high))
        {
            return null;
        }

        return cursor.Take("each|apiece|per order/purchase|at a time") ? where with { AmountAtLeast = low, AmountAtMost = high } : null;
    }

    private (double? Low, double? High)? Amount()
    {
        if (quantities.Compare(quantities.Money, null) is not { } amount)
        {
            return null;
        }

        if (amount.Op is EventOperator.Above or EventOperator.Below)
        {
            cursor.Note($"“{(amount.Op == EventOperator.Above ? "more" : "less")} than {Quantities.Text(amount.Value)}” is read as {Quantities.Text(amount.Value)} or {(amount.Op == EventOperator.Above ? "more" : "less")}.");
        }

        return amount.Op switch
        {
            EventOperator.AtLeast or EventOperator.Above => (amount.Value, null),
            EventOperator.AtMost or EventOperator.Below => (null, amount.Value),
            EventOperator.Between => (amount.Value, amount.To),
            _ => (amount.Value, amount.Value),
        };
    }

    private EventFilter? Property(EventFilter where)
    {
        if (!cursor.Take("where|whose|with") || !cursor.Is(TokenKind.Quoted))
        {
            return null;
        }

        var all = new List<PropertyFilter>(where.Properties ?? []);
        do
        {
            var name = cursor.Now.Word;
            cursor.At++;
            if (values.Compare(FieldValues.Property) is not { } rule)
            {
                return null;
            }

            all.Add(new PropertyFilter { Name = name, Op = rule.Op, Value = rule.Value, To = rule.To, Values = rule.Values });
        }
        while (cursor.Is(TokenKind.Quoted, 1) && cursor.Take("and"));
        return where with { Properties = all };
    }

    private EventFilter? Campaign(EventFilter where) => where.Campaigns is null && cursor.Take("from/of/in/after the? campaign/campaigns") && Ids(names.Campaigns) is { } ids ? where with { Campaigns = ids } : null;

    private EventFilter? Store(EventFilter where, EventType? type)
    {
        var lead = cursor.Take("in/at/from the/our? store/stores/shop?") || type == EventType.StoreVisit;
        cursor.Take("the|our");
        return lead && where.Stores is null && Ids(names.Stores) is { } ids ? where with { Stores = ids } : null;
    }

    private EventFilter? Way(EventFilter where)
    {
        foreach (var (phrase, channels) in Channels)
        {
            if (where.Channels is not null || !cursor.Take(phrase))
            {
                continue;
            }

            if (channels.Length > 1)
            {
                cursor.Note("“online” is read as the web or the app.");
            }

            var all = channels.ToList();
            for (var at = cursor.At; ; at = cursor.At)
            {
                cursor.Take(",");
                cursor.Take("or/and");
                cursor.Take("by|via|on|in");
                cursor.Take("the");
                if (cursor.At == at || More.FirstOrDefault(x => cursor.Sees(x.Word)) is not { Word: { } word } more)
                {
                    cursor.At = at;
                    return where with { Channels = all };
                }

                cursor.Take(word);
                all.Add(more.Channel);
            }
        }

        return null;
    }

    private List<int>? Ids(NameList<int> list)
    {
        if (list.Take(cursor) is not { } first)
        {
            return null;
        }

        var ids = new List<int> { first.Value };
        for (var at = cursor.At; ; at = cursor.At)
        {
            if (!cursor.Take(", or/and?|or|and") || list.Take(cursor) is not { } next)
            {
                cursor.At = at;
                return ids;
            }

            ids.Add(next.Value);
        }
    }
}
