using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace MarketingConsole.Intake;

// The bodies of the tracking API as the OpenAPI document describes them. They are read by hand (MessageReader, OrderReader, ReadingReader): several hundred thousand events a second, one bad event beside good ones.

internal abstract record Call
{
    [Description("Unique for this call: sent again it changes nothing."), MaxLength(254)] public string? MessageId { get; init; }
    [Description("The shop's own id of the customer. Needed unless there is an anonymousId."), MaxLength(254)] public string? UserId { get; init; }
    [Description("Cookie or device of somebody who may not have signed in yet. Together with a userId it ties what was done before to the customer."), MaxLength(254)] public string? AnonymousId { get; init; }
    [Description("When it happened, by the sender's clock; without it, when it is received. At most one day ahead.")] public DateTimeOffset? Timestamp { get; init; }
    [Description("When it is sent, by the same clock: what that clock is wrong by is taken off the timestamp.")] public DateTimeOffset? SentAt { get; init; }
    [Description("Where and how; of it consent is used.")] public CallContext? Context { get; init; }
    [Description("The source's write key, from senders that cannot send an Authorization header.")] public string? WriteKey { get; init; }
}

internal sealed record CallContext
{
    [Description("What the customer allowed.")] public CallConsent? Consent { get; init; }
    [Description("Traits of an identify call that has none of its own.")] public IReadOnlyDictionary<string, object?>? Traits { get; init; }
}

internal sealed record CallConsent
{
    [Description("By purpose (email, sms, push, profiling, inStore, …) or by a category set up under Intake:ConsentCategories.")] public IReadOnlyDictionary<string, bool>? CategoryPreferences { get; init; }
}

internal record IdentifyCall : Call
{
    [Description("email, phone, firstName, lastName or name, birthday, gender, tier, language, address { city, country }, latitude, longitude, consent { purpose: true | false | { granted, at } }; anything else is kept as a trait of the shop's own. null takes a trait back. What is older than what is known of a trait does not change it.")]
    public IReadOnlyDictionary<string, object?>? Traits { get; init; }
}

internal record TrackCall : Call
{
    [Required, Description("What happened: a name of Segment's e-commerce, e-mail or mobile specification (Order Completed, Order Refunded, Order Cancelled, Product Viewed, Product Added, …) or one of the shop's own."), MaxLength(100)] public string Event { get; init; } = "";
    [Description("What is to be known about it; anything beyond these is kept as it is.")] public TrackProperties? Properties { get; init; }
}

internal sealed record TrackProperties : TrackProduct
{
    [JsonPropertyName("order_id"), Description("Number of an order. Order Refunded or Order Cancelled with it alone gives back all that is left of the order; with products or an amount, these."), MaxLength(64)] public string? OrderId { get; init; }
    [Description("What the customer pays, or gets back: 12.90 as number or text. Otherwise value, revenue or the sum of the products.")] public decimal? Total { get; init; }
    [Description("ISO 4217; must be the shop's."), StringLength(3, MinimumLength = 3)] public string? Currency { get; init; }
    [Description("Lines of an order, at most 1000.")] public IReadOnlyList<TrackProduct>? Products { get; init; }
    [Description("Name of the store in which it happened, or its id in GET /api/v1/stores/now. An unknown one is remarked on the Live page, and the event taken without it.")] public string? Store { get; init; }
    [JsonPropertyName("store_id"), Description("As store.")] public string? StoreId { get; init; }
    [Description("As store, where it is the name of one.")] public string? Affiliation { get; init; }
    [Description("Where it happened, said by a server: web, app, store, email, sms or push.")] public string? Channel { get; init; }
}

internal record TrackProduct
{
    [Description("The shop's article number; otherwise product_id."), MaxLength(64)] public string? Sku { get; init; }
    [JsonPropertyName("product_id"), Description("As sku."), MaxLength(64)] public string? ProductId { get; init; }
    [Description("Of the product."), MaxLength(200)] public string? Name { get; init; }
    [Description("Of the product."), MaxLength(100)] public string? Category { get; init; }
    [Description("Of the product."), MaxLength(100)] public string? Brand { get; init; }
    [Description("Of one piece.")] public decimal? Price { get; init; }
    [Description("Pieces; 1 unless said."), Range(0, 100_000)] public int? Quantity { get; init; }
    [Description("Taken off the line.")] public decimal? Discount { get; init; }
}

internal record PageCall : Call
{
    [Description("Of the page or screen."), MaxLength(100)] public string? Name { get; init; }
    [Description("path, url, title, referrer, store and whatever else is to be kept.")] public IReadOnlyDictionary<string, object?>? Properties { get; init; }
}

internal record GroupCall : Call
{
    [Required, Description("The company, household or club."), MaxLength(254)] public string GroupId { get; init; } = "";
    [Description("Of the group.")] public IReadOnlyDictionary<string, object?>? Traits { get; init; }
}

internal record AliasCall : Call
{
    [Required, Description("The id that userId replaces: an anonymousId, or from a server a userId too."), MaxLength(254)] public string PreviousId { get; init; } = "";
}

internal sealed record BatchedCall : Call
{
    [Required, AllowedValues("identify", "track", "page", "screen", "group", "alias"), Description("Which call it is: identify, track, page, screen, group or alias. The other fields are those of that call.")] public string Type { get; init; } = "";
    [Description("track: what happened."), MaxLength(100)] public string? Event { get; init; }
    [Description("page and screen: the name."), MaxLength(100)] public string? Name { get; init; }
    [Description("track, page and screen.")] public TrackProperties? Properties { get; init; }
    [Description("identify and group.")] public IReadOnlyDictionary<string, object?>? Traits { get; init; }
    [Description("group."), MaxLength(254)] public string? GroupId { get; init; }
    [Description("alias."), MaxLength(254)] public string? PreviousId { get; init; }
}

internal sealed record BatchCall
{
    [Required, Description("At most 32 KB each and 500 KB together.")] public IReadOnlyList<BatchedCall> Batch { get; init; } = [];
    [Description("Of all of them that have none of their own.")] public DateTimeOffset? SentAt { get; init; }
    [Description("The source's write key, from senders that cannot send an Authorization header.")] public string? WriteKey { get; init; }
}

internal sealed record TouchpointCall
{
    [Required, Description("1 to 1000 readings."), Length(1, 1000)] public IReadOnlyList<TouchpointReading> Readings { get; init; } = [];
}

internal sealed record TouchpointReading
{
    [Description("Unique for this reading of the device: sent again within seven days it changes nothing. Without it a reading with the same instant and content is the same."), MaxLength(254)] public string? MessageId { get; init; }
    [Required, Description("External id of a registered device."), MaxLength(254)] public string Device { get; init; } = "";
    [Description("When it was noticed, at most seven days ago; without it, now.")] public DateTimeOffset? At { get; init; }
    [AllowedValues("enter", "dwell", "leave"), Description("enter, dwell or leave.")] public string? Event { get; init; }
    [Description("The shop's own id of the customer, where the device knows it."), MaxLength(254)] public string? UserId { get; init; }
    [Description("What the device recognises somebody by: only its keyed hash is kept."), MaxLength(254)] public string? Subject { get; init; }
    [Description("How many were counted, without names."), Range(0, 1_000_000)] public long? People { get; init; }
    [Description("How long they stayed, together."), Range(0, 1_000_000)] public long? DwellSeconds { get; init; }
    [Description("Article numbers of RFID tags, at most 200."), MaxLength(200)] public IReadOnlyList<string>? Articles { get; init; }
}

internal static class TrackingBody
{
    /// <summary>Describes the body in the OpenAPI document only: accepting a type would have routing turn away the content types that clients use besides JSON's.</summary>
    public static TBuilder Describes<TBuilder>(this TBuilder endpoint, Type body) where TBuilder : IEndpointConventionBuilder => endpoint.AddOpenApiOperationTransformer(async (operation, context, stop) =>
    {
        var schema = await context.GetOrCreateSchemaAsync(body, null, stop);
        DescribeInner(schema);
        context.Document!.AddComponent(body.Name, schema);
        operation.RequestBody = new OpenApiRequestBody
        {
            Required = true,
            Content = new Dictionary<string, OpenApiMediaType> { ["application/json"] = new() { Schema = new OpenApiSchemaReference(body.Name, context.Document) } },
        };
    });

    /// <summary>The generator keeps descriptions of properties with a schema of their own for references to it; here it stands in place.</summary>
    private static void DescribeInner(OpenApiSchema schema)
    {
        foreach (var inner in (schema.Properties?.Values ?? []).Append(schema.Items).OfType<OpenApiSchema>())
        {
            inner.Description ??= inner.Metadata?.TryGetValue("x-ref-description", out var text) == true ? text as string : null;
            DescribeInner(inner);
        }
    }
}
