using System.Globalization;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;

namespace MarketingConsole.Core.Events.Imports;

internal sealed partial class RowReader
{
    private static readonly Dictionary<string, EventType> TypeNames = new(StringComparer.Ordinal)
    {
        ["pageview"] = EventType.View,
        ["productview"] = EventType.View,
        ["viewed"] = EventType.View,
        ["addtocart"] = EventType.Cart,
        ["order"] = EventType.Purchase,
        ["refund"] = EventType.Return,
        ["sent"] = EventType.EmailSent,
        ["open"] = EventType.EmailOpen,
        ["opened"] = EventType.EmailOpen,
        ["click"] = EventType.EmailClick,
        ["clicked"] = EventType.EmailClick,
        ["bounce"] = EventType.EmailBounce,
        ["unsubscribed"] = EventType.Unsubscribe,
        ["visit"] = EventType.StoreVisit,
        ["beacon"] = EventType.StoreVisit,
    };

    private static readonly (string Field, Purpose Purpose)[] ConsentFields =
        [("email_consent", Purpose.Email), ("sms_consent", Purpose.Sms), ("push_consent", Purpose.Push), ("profiling_consent", Purpose.Profiling), ("in_store_consent", Purpose.InStore), ("ad_sharing_consent", Purpose.AdSharing)];

    private (string? Order, string? Customer, string? Email, string? Time) _before;

    private TransactionRow Transaction(ImportRecord record, string? problem)
    {
        var (customer, email) = (CustomerKey(ref problem), EmailAddress(ref problem));
        var (order, timeText) = (Text("order", 64), Text("time"));
        if (order is not null && order == _before.Order)
        {
            // Shopify writes the order's own columns on its first line only.
            (customer, email) = customer is null && email is null ? (_before.Customer, _before.Email) : (customer, email);
            if (timeText is null && _before.Time is { } time)
            {
                _fields = [.. _fields];
                _fields[format.Columns["time"]] = time;
            }
        }

        _before = (order, customer, email, Text("time"));
        var (price, amount) = (Number("price", ref problem), Number("amount", ref problem));
        var (number, discount) = (Number("quantity", ref problem), Number("discount", ref problem) ?? 0);
        if (price is null && amount is null)
        {
            problem ??= "There is no price.";
        }

        var quantity = Quantity(number, ref problem);
        var total = price is { } one ? (number ?? 1) * one - discount : amount ?? 0;
        var at = Time("time", required: true, ref problem);
        var unreadable = (number is null && Text("quantity") is not null) || (price is null && Text("price") is not null);
        var cents = !unreadable && Math.Abs(total) < 100_000_000_000 ? Cents(total) : 0;
        problem ??= Math.Abs(total) >= 100_000_000_000 ? "The amount is too large."
            : number == 0 ? "The quantity is 0." : Text("cancelled") is not null ? "The order was cancelled." : null;
        // A price below zero is bookkeeping, no sale; a quantity below zero or an invoice number with C gives goods back.
        problem ??= price < 0 && (customer ?? email) is not null ? "The price is negative." : null;
        return new TransactionRow(record, customer, email, cents, problem, order, at ?? default, Text("sku", 64), Text("description"), quantity, Cents(price ?? (quantity == 0 ? 0 : total / quantity)), Cents(discount),
            Text("category", 100), Text("brand", 100), Text("country", 100), ChannelOf(Text("channel")), Text("store", 100), YesNo(Text("email_consent")),
            quantity < 0 || total < 0 || (order is ['C' or 'c', >= '0' and <= '9', ..] && quantity < 0));
    }

    private EventRow Event(ImportRecord record, string? problem)
    {
        var (customer, email) = (CustomerKey(ref problem), EmailAddress(ref problem));
        var name = Text("type", 100);
        problem ??= name is null ? $"Column {Header("type")} is empty." : (customer ?? email) is null ? "There is no customer." : null;
        var plain = ImportFields.Plain(name ?? "");
        var type = TypeNames.TryGetValue(plain, out var known) || (Enum.TryParse(plain, ignoreCase: true, out known) && Enum.IsDefined(known) && !char.IsAsciiDigit(plain[0])) ? known : EventType.Custom;
        var amount = Number("amount", ref problem) ?? 0;
        var quantity = Quantity(Number("quantity", ref problem) ?? 0, ref problem);
        var at = Time("time", required: true, ref problem);
        return new EventRow(record, customer, email, problem is null ? Cents(Math.Abs(amount)) : 0, problem, type, at ?? default, Text("message_id", 200), ChannelOf(Text("channel")), Text("store", 100), Text("sku", 64),
            quantity, Text("reference", 64), type == EventType.Custom ? Text("name", 100) ?? name : null);
    }

    private CustomerRow Customer(ImportRecord record, string? problem)
    {
        var (customer, email) = (CustomerKey(ref problem), EmailAddress(ref problem));
        problem ??= (customer ?? email) is null ? "There is neither a customer id nor an e-mail address." : null;
        var (first, last) = (Text("first_name", 100), Text("last_name", 100));
        if (first is null && last is null && Text("name") is { } name)
        {
            var space = name.LastIndexOf(' ');
            (first, last) = space > 0 ? (name[..space], name[(space + 1)..]) : (name, null);
        }

        DateOnly? birth = null;
        if (Text("birth_date") is { } text)
        {
            birth = _values.Date(text);
            problem ??= birth is null ? $"Column {Header("birth_date")}: “{Cut(text)}” is not a date." : null;
        }

        var country = Text("country", 100);
        var code = CountryNames.Code(country);
        problem ??= country is { Length: 2 } && code is null ? $"Column {Header("country")}: {country} is no country code." : null;
        var (latitude, longitude) = (Degrees("latitude", 90, ref problem), Degrees("longitude", 180, ref problem));
        var consents = Consents(ref problem);
        var traits = format.Columns.Where(x => x.Key.StartsWith("trait:", StringComparison.Ordinal) && x.Value < _fields.Length && !string.IsNullOrWhiteSpace(_fields[x.Value]))
            .Select(x => KeyValuePair.Create(x.Key[6..], _fields[x.Value].Trim() is { Length: > 400 } value ? value[..400] : _fields[x.Value].Trim())).ToList();
        return new CustomerRow(record, customer, email, problem, first, last, Text("phone", 32), code, Text("city", 100), latitude, longitude, birth, Text("gender", 16), Text("tier", 32), Text("language", 8)?.Split('-', '_')[0],
            Time("created", required: false, ref problem), consents, traits) with
        { Problem = problem };
    }

    private double? Degrees(string field, int most, ref string? problem)
    {
        var degrees = Number(field, ref problem);
        problem ??= Math.Abs(degrees ?? 0) > most ? $"Column {Header(field)}: {degrees} is not between -{most} and {most} degrees." : null;
        return (double?)degrees;
    }

    private List<ConsentCell> Consents(ref string? problem)
    {
        var (cells, when) = (new List<ConsentCell>(), Time("consent_time", required: false, ref problem));
        foreach (var (field, purpose) in ConsentFields)
        {
            if (Text(field) is { } text)
            {
                if (YesNo(text) is { } granted)
                {
                    cells.Add(new ConsentCell(purpose, granted, when));
                }
                else
                {
                    problem ??= $"Column {Header(field)}: {Cut(text)} is neither yes nor no.";
                }
            }
        }

        var (optIn, optOut) = (Time("optin_time", required: false, ref problem), Time("optout_time", required: false, ref problem));
        if ((optOut ?? optIn) is { } at && cells.All(x => x.Purpose != Purpose.Email))
        {
            cells.Add(new ConsentCell(Purpose.Email, optOut is null, at));
        }

        return cells;
    }

    private static Channel ChannelOf(string? text) => text?.ToUpperInvariant() switch
    {
        "WEB" or "ONLINE" or "SHOPIFY" => Channel.Web,
        "APP" or "IPHONE" or "ANDROID" or "MOBILE" => Channel.App,
        "STORE" or "POS" or "RETAIL" => Channel.Store,
        "EMAIL" or "E-MAIL" or "MAIL" => Channel.Email,
        "SMS" => Channel.Sms,
        "PUSH" => Channel.Push,
        _ => Channel.Other,
    };
}
