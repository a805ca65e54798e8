using System.Security.Cryptography;
using MarketingConsole.Core.Data;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace MarketingConsole.Core.Events.Imports;

/// <summary>Uploads, kept only until they are processed. Several nodes need <c>Imports:Folder</c> on a disk they share.</summary>
public sealed class ImportFiles(IConfiguration configuration, IOptions<DatabaseOptions> database)
{
    /// <summary>Largest file taken, in bytes, as received; <c>Imports:MaxMegabytes</c>.</summary>
    public long MaxBytes { get; } = configuration.GetValue("Imports:MaxMegabytes", 512L) * 1024 * 1024;

    private string Folder => configuration["Imports:Folder"] ?? Path.Combine(
        database.Value.Provider == DatabaseProvider.Sqlite ? Path.GetDirectoryName(Path.GetFullPath(new SqliteConnectionStringBuilder(database.Value.ConnectionString).DataSource))! : "data", "imports");

    public string PathOf(int importId) => Path.Combine(Folder, $"{importId}.upload");

    /// <summary>Stores what is received under a temporary name.</summary>
    /// <returns>Where, its SHA-256 and its size.</returns>
    /// <exception cref="InvalidDataException">The file is empty or larger than <see cref="MaxBytes"/>.</exception>
    public async Task<(string Path, string Hash, long Bytes)> ReceiveAsync(Stream content, Action<long>? received, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Folder);
        var path = Path.Combine(Folder, Guid.NewGuid().ToString("N") + ".part");
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var total = await Upload.SaveAsync(content, path, MaxBytes, hash, received, cancellationToken) ?? throw new InvalidDataException($"The file is larger than {MaxBytes / 1024 / 1024:N0} MB.");
            return total > 0 ? (path, Convert.ToHexStringLower(hash.GetHashAndReset()), total) : throw new InvalidDataException("The file is empty.");
        }
        catch
        {
            File.Delete(path);
            throw;
        }
    }

    public void Keep(string received, int importId) => File.Move(received, PathOf(importId), overwrite: true);

    public Stream Open(int importId) => File.Exists(PathOf(importId)) ? File.OpenRead(PathOf(importId))
        : throw new InvalidDataException("The uploaded file is not here any more. Upload it again.");

    public void Delete(int importId)
    {
        if (Directory.Exists(Folder))
        {
            File.Delete(PathOf(importId));
        }
    }
}
