using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace MarketingConsole.Core.Events;

public enum ImportKind { Customers = 1, Transactions = 2, Events = 3 }

public enum ImportStatus { Waiting = 0, Running = 1, Finished = 2, Failed = 3, Cancelled = 4, Undone = 5 }

/// <summary>One file brought in: what it was, how it was read, what became of each line.</summary>
public sealed class Import
{
    public int Id { get; set; }
    public required string FileName { get; set; }
    public ImportKind Kind { get; set; }
    public ImportStatus Status { get; set; }

    /// <summary>SHA-256 of the file as received, hexadecimal.</summary>
    public string FileHash { get; set; } = "";
    public long FileBytes { get; set; }

    /// <summary>How it was read: delimiter, encoding, formats, column mapping.</summary>
    public string FormatJson { get; set; } = "{}";

    /// <summary>Lines and cents by outcome.</summary>
    public string CountsJson { get; set; } = "{}";
    public string? Error { get; set; }
    public required string CreatedBy { get; set; }
    public DateTime CreatedAt { get; set; }
    public DateTime? FinishedAt { get; set; }
    public int? JobRunId { get; set; }
}

/// <summary>A line that was not imported, and why.</summary>
public sealed class ImportRejection
{
    public int ImportId { get; set; }
    public long Line { get; set; }
    public required string Reason { get; set; }
    public string Text { get; set; } = "";
}

/// <summary>A customer as it was before an import changed it, so that the import can be undone.</summary>
public sealed class ImportChange
{
    public int ImportId { get; set; }
    public int CustomerId { get; set; }
    public required string BeforeJson { get; set; }
}

internal sealed class ImportConfiguration : IEntityTypeConfiguration<Import>, IEntityTypeConfiguration<ImportRejection>, IEntityTypeConfiguration<ImportChange>
{
    public void Configure(EntityTypeBuilder<Import> b)
    {
        b.Property(x => x.FileName).HasMaxLength(260);
        b.Property(x => x.FileHash).HasMaxLength(64);
        b.Property(x => x.CreatedBy).HasMaxLength(256);
    }

    public void Configure(EntityTypeBuilder<ImportRejection> b)
    {
        b.HasKey(x => new { x.ImportId, x.Line });
        b.Property(x => x.Reason).HasMaxLength(400);
    }

    public void Configure(EntityTypeBuilder<ImportChange> b) => b.HasKey(x => new { x.ImportId, x.CustomerId });
}
