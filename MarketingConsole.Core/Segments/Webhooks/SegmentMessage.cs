using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace MarketingConsole.Core.Segments.Webhooks;

/// <param name="Customer">The shop's key of the customer; nothing else about the person.</param>
/// <param name="Move">"entered" or "left".</param>
public sealed record CustomerMoved(string Customer, string Move, DateTime At);

/// <summary>One delivery, signed as Standard Webhooks asks (standardwebhooks.com, version 1.0): HMAC-SHA256 over "id.timestamp.body".</summary>
public sealed record SegmentMessage(string Id, string Body)
{
    public const string SecretPrefix = "whsec_";
    private const int SecretBytes = 32;

    /// <param name="type">"segment.moved", or "segment.test".</param>
    public static SegmentMessage Of(string id, string type, DateTime at, int segmentId, string segment, IReadOnlyList<CustomerMoved> moves) =>
        new(id, JsonSerializer.Serialize(new { type, timestamp = at, data = new { segment = new { id = segmentId, name = segment }, moves } }, JsonSerializerOptions.Web));

    public static string NewSecret() => SecretPrefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(SecretBytes));

    public static string Sign(string secret, string id, long seconds, string body) =>
        "v1," + Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(secret[SecretPrefix.Length..]), Encoding.UTF8.GetBytes($"{id}.{seconds}.{body}")));
}
