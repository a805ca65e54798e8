using System.Buffers.Text;
using System.Security.Cryptography;

namespace MarketingConsole.Core.Dispatch.Tracking;

/// <summary>What a signed link does. Numbers are in links already sent: append only.</summary>
public enum LinkKind : byte { Open = 1, Click = 2, Unsubscribe = 3, Preferences = 4 }

/// <param name="LinkId">Target of a click; 0 otherwise.</param>
public readonly record struct LinkToken(LinkKind Kind, DispatchKey Key, int LinkId);

/// <summary>Writes and reads the tokens in public links: numbers only, no personal data, signed with HMAC-SHA256 cut to 128 bits.</summary>
public sealed class LinkTokens(byte[] secret)
{
    private const int MacBytes = 16;

    public string Write(LinkToken token)
    {
        Span<byte> bytes = stackalloc byte[64];
        var length = 0;
        bytes[length++] = (byte)token.Kind;
        foreach (var number in (ReadOnlySpan<long>)[token.Key.CampaignId, token.Key.Occurrence, token.Key.CustomerId, token.LinkId])
        {
            var rest = (ulong)number;
            for (; rest >= 128; rest >>= 7)
            {
                bytes[length++] = (byte)(rest | 128);
            }

            bytes[length++] = (byte)rest;
        }

        Span<byte> mac = stackalloc byte[32];
        HMACSHA256.HashData(secret, bytes[..length], mac);
        mac[..MacBytes].CopyTo(bytes[length..]);
        return Base64Url.EncodeToString(bytes[..(length + MacBytes)]);
    }

    /// <returns>Null when the token was not written with this secret or is of another kind.</returns>
    public LinkToken? Read(string text, LinkKind kind)
    {
        Span<byte> bytes = stackalloc byte[96];
        if (text.Length > 100 || !Base64Url.IsValid(text) || !Base64Url.TryDecodeFromChars(text, bytes, out var total) || total <= MacBytes + 4
            || Base64Url.EncodeToString(bytes[..total]) != text)
        {
            return null;
        }

        var length = total - MacBytes;
        Span<byte> mac = stackalloc byte[32];
        HMACSHA256.HashData(secret, bytes[..length], mac);
        if (!CryptographicOperations.FixedTimeEquals(mac[..MacBytes], bytes[length..total]) || bytes[0] != (byte)kind)
        {
            return null;
        }

        var position = 1;
        long Next(ReadOnlySpan<byte> from)
        {
            ulong value = 0;
            for (var shift = 0; ; shift += 7)
            {
                var x = from[position++];
                value |= (ulong)(x & 127) << shift;
                if (x < 128)
                {
                    return (long)value;
                }
            }
        }

        return new LinkToken(kind, new DispatchKey((int)Next(bytes), Next(bytes), (int)Next(bytes)), (int)Next(bytes));
    }

    /// <summary>Stable, unguessable id of a message: 32 hexadecimal digits.</summary>
    public string MessageId(DispatchKey key) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(secret, System.Text.Encoding.ASCII.GetBytes($"message {key.CampaignId} {key.Occurrence} {key.CustomerId}"))[..16]);
}
