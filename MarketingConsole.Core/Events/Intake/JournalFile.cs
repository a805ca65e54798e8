using System.Buffers.Binary;
using System.Numerics;
using Microsoft.Win32.SafeHandles;

namespace MarketingConsole.Core.Events.Intake;

/// <summary>One record on its way to disk: length, checksum, number of events, payload.</summary>
public sealed class JournalEntry
{
    internal const int HeadBytes = 12;

    private JournalEntry(byte[] bytes, int events) => (Bytes, Events) = (bytes, events);

    /// <summary>No record: asks for a new file.</summary>
    internal static JournalEntry NewFile { get; } = new([], 0);

    public int Events { get; }
    internal byte[] Bytes { get; }

    /// <summary>To be filled by the writer.</summary>
    internal Memory<byte> Payload => Bytes.AsMemory(HeadBytes);
    /// <summary>What it holds, read.</summary>
    internal List<JournaledMessage> Messages { get; } = [];

    /// <summary>How many events were appended with this one, since the journal was opened.</summary>
    internal long Through { get; set; }
    internal TaskCompletionSource Written { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal static JournalEntry Create(int payloadBytes, int events) => new(new byte[HeadBytes + payloadBytes], events);

    internal ReadOnlyMemory<byte> Sealed()
    {
        BinaryPrimitives.WriteInt32LittleEndian(Bytes, Bytes.Length - HeadBytes);
        BinaryPrimitives.WriteInt32LittleEndian(Bytes.AsSpan(8), Events);
        BinaryPrimitives.WriteUInt32LittleEndian(Bytes.AsSpan(4), JournalFile.Checksum(Bytes));
        return Bytes;
    }
}

/// <summary>A place in the journal: file number and byte.</summary>
public readonly record struct JournalPosition(long File, long Offset) : IComparable<JournalPosition>
{
    public int CompareTo(JournalPosition other) => File != other.File ? File.CompareTo(other.File) : Offset.CompareTo(other.Offset);

    public static bool operator <(JournalPosition a, JournalPosition b) => a.CompareTo(b) < 0;

    public static bool operator >(JournalPosition a, JournalPosition b) => a.CompareTo(b) > 0;

    public static bool operator <=(JournalPosition a, JournalPosition b) => a.CompareTo(b) <= 0;

    public static bool operator >=(JournalPosition a, JournalPosition b) => a.CompareTo(b) >= 0;
}

/// <summary>The form of a journal file: eight bytes of name and version, then records.</summary>
internal static class JournalFile
{
    public const int StartBytes = 8;
    private const int MaxRecord = 64 * 1024 * 1024;

    public static ReadOnlySpan<byte> Start => "MCJRNL01"u8;

    public static string NameOf(long number) => $"{number:0000000000000000}.journal";

    /// <summary>CRC-32C over everything but the checksum itself.</summary>
    public static uint Checksum(ReadOnlySpan<byte> record)
    {
        var crc = uint.MaxValue;
        crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt32LittleEndian(record));
        for (record = record[8..]; record.Length >= 8; record = record[8..])
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(record));
        }

        foreach (var value in record)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return ~crc;
    }

    /// <summary>Reads one record.</summary>
    /// <returns>null where there is no whole, sound record before <paramref name="end"/>.</returns>
    public static (ReadOnlyMemory<byte> Payload, int Events)? Read(SafeFileHandle file, long offset, long end)
    {
        Span<byte> head = stackalloc byte[JournalEntry.HeadBytes];
        if (end - offset < head.Length || RandomAccess.Read(file, head, offset) < head.Length)
        {
            return null;
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(head);
        if (length is <= 0 or > MaxRecord || end - offset - head.Length < length)
        {
            return null;
        }

        var record = new byte[head.Length + length];
        head.CopyTo(record);
        for (var read = head.Length; read < record.Length;)
        {
            var n = RandomAccess.Read(file, record.AsSpan(read), offset + read);
            if (n == 0)
            {
                return null;
            }

            read += n;
        }

        return Checksum(record) == BinaryPrimitives.ReadUInt32LittleEndian(head[4..]) ? (record.AsMemory(head.Length), BinaryPrimitives.ReadInt32LittleEndian(head[8..])) : null;
    }
}
