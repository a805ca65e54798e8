using System.Security.Cryptography;

namespace MarketingConsole.Core.Events.Imports;

/// <summary>Stores what is received, piece by piece, up to a limit.</summary>
internal static class Upload
{
    /// <returns>Bytes stored; null when there were more than <paramref name="most"/>, of which the first are left in the file.</returns>
    public static async Task<long?> SaveAsync(Stream content, string path, long most, IncrementalHash? hash, Action<long>? received, CancellationToken cancellationToken)
    {
        var total = 0L;
        await using var file = File.Create(path);
        var buffer = new byte[128 * 1024];
        for (int read; (read = await content.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            total += read;
            if (total > most)
            {
                return null;
            }

            hash?.AppendData(buffer, 0, read);
            await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            received?.Invoke(total);
        }

        return total;
    }
}
