using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace MarketingConsole.Core.Events;

public static class MessageIds
{
    /// <summary>63 bits of SHA-256: the same message id always gives the same event id, and nobody can craft two that meet.</summary>
    public static long Hash(string messageId)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes(messageId), hash);
        return BinaryPrimitives.ReadInt64BigEndian(hash) & long.MaxValue;
    }
}
