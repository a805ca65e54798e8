using System.ComponentModel.DataAnnotations;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Data;
using Microsoft.Data.Sqlite;

namespace MarketingConsole.Core.Events.Intake;

/// <summary>Configuration section "Intake": receiving events over HTTP.</summary>
public sealed class IntakeOptions
{
    public const string Section = "Intake";

    /// <summary>Where accepted events wait until the database has them: a local disk, one folder a node. Null = beside the SQLite database, otherwise data/intake.</summary>
    public string? Folder { get; set; }

    /// <summary>Events that may wait for the database; beyond it senders are told to come back later (429).</summary>
    [Range(1000, 1_000_000_000)]
    public int MaxBacklog { get; set; } = 2_000_000;

    /// <summary>Events written to the database at once. More at once load faster, but what lives as long as a large batch makes the garbage collector's pauses longer.</summary>
    [Range(1, 200_000)]
    public int BatchEvents { get; set; } = 4_000;

    /// <summary>Milliseconds an acknowledgement may wait for others to share its write to disk; 0 = only while the disk is busy anyway.</summary>
    [Range(0, 1000)]
    public int FlushMilliseconds { get; set; }

    /// <summary>Megabytes of a journal file before the next is begun.</summary>
    [Range(1, 1024)]
    public int SegmentMegabytes { get; set; } = 64;

    /// <summary>Seconds in Retry-After of an answer 429 or 503.</summary>
    [Range(1, 3600)]
    public int RetryAfterSeconds { get; set; } = 5;

    /// <summary>Days for which a merge of two customers can be taken back.</summary>
    [Range(1, 365)]
    public int UndoDays { get; set; } = 30;

    /// <summary>Purpose of each consent category a sender uses beside the purposes' own names: "Advertising": "AdSharing".</summary>
    public Dictionary<string, Purpose> ConsentCategories { get; set; } = [];

    internal string FolderFor(DatabaseOptions database)
    {
        if (Folder is not null)
        {
            return Path.GetFullPath(Folder);
        }

        if (database.Provider != DatabaseProvider.Sqlite)
        {
            return Path.GetFullPath(Path.Combine("data", "intake"));
        }

        return Path.ChangeExtension(Path.GetFullPath(new SqliteConnectionStringBuilder(database.ConnectionString).DataSource), null) + "-intake";
    }
}
