using System.Buffers;

namespace MarketingConsole.Core.Dispatch.Mail;

internal static class DotStuffing
{
    /// <summary>Doubles the dot at the start of a line (RFC 5321 4.5.2) and makes sure of the last line's end.</summary>
    public static byte[] Apply(byte[] message)
    {
        var output = new ArrayBufferWriter<byte>(message.Length + 64);
        ReadOnlySpan<byte> rest = message;
        while (rest.Length > 0)
        {
            if (rest[0] == '.')
            {
                output.Write("."u8);
            }

            var end = rest.IndexOf("\r\n"u8);
            output.Write(end < 0 ? rest : rest[..(end + 2)]);
            if (end < 0)
            {
                output.Write("\r\n"u8);
            }

            rest = end < 0 ? [] : rest[(end + 2)..];
        }

        return output.WrittenSpan.ToArray();
    }
}
