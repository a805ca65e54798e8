namespace MarketingConsole.Core.Events.Imports;

/// <summary>A thing a column may hold.</summary>
/// <param name="Name">Name in the mapping's JSON.</param>
/// <param name="Headers">Known column names, letters and digits only, lower case; first wins.</param>
public sealed record ImportField(string Name, string Label, string[] Headers);

/// <summary>The fields of each kind of file and the headers known for them: our own, Online Retail, Shopify, Mailchimp.</summary>
public static class ImportFields
{
    private static readonly ImportField
        Customer = Of("customer", "Customer id", "customer customerid customerkey customernumber custid customerno memberid userid leid"),
        Email = Of("email", "E-mail address", "email emailaddress mail customeremail"),
        Sku = Of("sku", "Product (SKU)", "sku stockcode lineitemsku productid productcode itemid product"),
        Channel = Of("channel", "Channel", "channel source saleschannel"),
        Store = Of("store", "Store", "store storename location shop"),
        EmailConsent = Of("email_consent", "Allows e-mail (yes/no)", "emailconsent acceptsemailmarketing acceptsmarketing emailmarketing newsletter emailoptin"),
        Country = Of("country", "Country", "countrycode country billingcountry cc shippingcountry");

    public static IReadOnlyList<ImportField> Transactions { get; } =
    [
        Customer, Email,
        Of("order", "Order number", "order orderid ordernumber invoiceno invoice invoicenumber name transactionid receiptnumber"),
        Of("time", "Date and time", "time date datetime orderdate invoicedate createdat purchasedat timestamp day paidat"),
        Sku,
        Of("description", "Product name", "description lineitemname productname itemname title product"),
        Of("quantity", "Quantity", "quantity lineitemquantity qty units cds"),
        Of("price", "Price of one", "price unitprice lineitemprice itemprice"),
        Of("amount", "Amount of the line", "amount total linetotal lineamount revenue dollars sum"),
        Of("discount", "Discount of the line", "discount lineitemdiscount linediscount"),
        Of("category", "Category", "category productcategory producttype department"),
        Of("brand", "Brand", "brand vendor"),
        Country, Channel, Store, EmailConsent,
        Of("cancelled", "Cancelled at", "cancelledat"),
    ];

    public static IReadOnlyList<ImportField> Customers { get; } =
    [
        Of("customer", "Customer id", "customer customerid customerkey customernumber key id memberid userid leid"), Email,
        Of("first_name", "First name", "firstname givenname vorname prenom"),
        Of("last_name", "Last name", "lastname surname familyname nachname nom"),
        Of("name", "Full name", "name fullname displayname"),
        Of("phone", "Phone", "phone phonenumber mobile telephone"),
        Country,
        Of("city", "City", "city town ort ville"),
        Of("latitude", "Latitude (degrees)", "latitude lat"),
        Of("longitude", "Longitude (degrees)", "longitude lon lng long"),
        Of("birth_date", "Birth date", "birthdate birthday dateofbirth dob"),
        Of("gender", "Gender", "gender sex"),
        Of("tier", "Tier", "tier loyaltytier level"),
        Of("language", "Language", "language locale lang"),
        Of("created", "Customer since", "created createdat customersince signupdate joinedat"),
        EmailConsent,
        Of("sms_consent", "Allows SMS (yes/no)", "smsconsent acceptssmsmarketing smsoptin"),
        Of("push_consent", "Allows push (yes/no)", "pushconsent"),
        Of("profiling_consent", "Allows profiling (yes/no)", "profilingconsent"),
        Of("in_store_consent", "Allows in-store recognition (yes/no)", "instoreconsent"),
        Of("ad_sharing_consent", "Allows sharing with ad platforms (yes/no)", "adsharingconsent"),
        Of("consent_time", "When consent was given", "consenttime consentdate consentat"),
        Of("optin_time", "E-mail allowed since", "confirmtime optintime"),
        Of("optout_time", "E-mail refused since", "unsubtime unsubscribedat"),
    ];

    public static IReadOnlyList<ImportField> Events { get; } =
    [
        Customer, Email,
        Of("type", "What happened", "type event eventtype eventname action"),
        Of("time", "Date and time", "time timestamp at date datetime occurredat eventtime createdat"),
        Of("message_id", "Message id", "messageid eventid id uuid"),
        Channel, Store, Sku,
        Of("amount", "Amount", "amount value revenue total"),
        Of("quantity", "Quantity", "quantity qty"),
        Of("reference", "Reference", "reference order orderid"),
        Of("name", "Name of a custom event", "name customname"),
    ];

    public static IReadOnlyList<ImportField> Of(ImportKind kind) => kind switch
    {
        ImportKind.Customers => Customers,
        ImportKind.Transactions => Transactions,
        _ => Events,
    };

    /// <summary>What a mapping lacks, in words; null when the file can be read with it.</summary>
    public static string? Missing(ImportKind kind, IReadOnlyDictionary<string, int> columns)
    {
        bool Has(string name) => columns.ContainsKey(name);
        return (kind, Has("customer") || Has("email")) switch
        {
            (_, false) => "Say which column holds the customer id or the e-mail address.",
            (ImportKind.Transactions, _) when !Has("time") => "Say which column holds the date of the order.",
            (ImportKind.Transactions, _) when !Has("amount") && !(Has("price") && Has("quantity")) => "Say which columns hold the quantity and the price of one, or the amount of the line.",
            (ImportKind.Events, _) when !Has("time") => "Say which column holds the date of the event.",
            (ImportKind.Events, _) when !Has("type") => "Say which column holds what happened.",
            _ => null,
        };
    }

    internal static string Plain(string header) => new([.. header.Where(char.IsLetterOrDigit).Select(char.ToLowerInvariant)]);

    private static ImportField Of(string name, string label, string headers) => new(name, label, headers.Split(' '));
}
