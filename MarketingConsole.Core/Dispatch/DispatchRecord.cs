using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace MarketingConsole.Core.Dispatch;

/// <summary>Numbers are stored: append only.</summary>
public enum DispatchStatus { Planned = 0, Sending = 1, Sent = 2, Failed = 3, Skipped = 4, HeldOut = 5 }

/// <summary>One message of one campaign occurrence to one customer: written, unique, before anything is sent.</summary>
[KeptAnonymous(nameof(Reason))]
public sealed class DispatchRecord
{
    public int CampaignId { get; set; }

    /// <summary>Which firing of the campaign's schedule: the scheduled instant in Unix seconds.</summary>
    public long Occurrence { get; set; }
    public int CustomerId { get; set; }
    public DispatchStatus Status { get; set; }

    /// <summary>Why skipped or failed; null otherwise.</summary>
    public string? Reason { get; set; }
    public Channel Channel { get; set; }
    public int? OfferId { get; set; }
    public int Variant { get; set; }
    public double? Score { get; set; }
    public int Attempts { get; set; }
    public DateTime CreatedAt { get; set; }
    public DateTime? SentAt { get; set; }
    public DateTime? OpenedAt { get; set; }
    public DateTime? ClickedAt { get; set; }
    public DateTime? ConvertedAt { get; set; }
    public long RevenueCents { get; set; }
}

/// <summary>One firing of a campaign with its sums: sent + failed + skipped + held out = audience.</summary>
public sealed class CampaignRun
{
    public int CampaignId { get; set; }
    public long Occurrence { get; set; }
    public int CampaignVersion { get; set; }
    public int? JobRunId { get; set; }
    public DateTime StartedAt { get; set; }
    public DateTime? FinishedAt { get; set; }

    /// <summary>True once every dispatch of the audience is written: from here on a restart only sends.</summary>
    public bool Planned { get; set; }
    public int Audience { get; set; }
    public int Sent { get; set; }
    public int Failed { get; set; }
    public int Skipped { get; set; }
    public int HeldOut { get; set; }
}

internal sealed class DispatchConfiguration : IEntityTypeConfiguration<DispatchRecord>, IEntityTypeConfiguration<CampaignRun>
{
    public void Configure(EntityTypeBuilder<DispatchRecord> b)
    {
        b.ToTable("Dispatches");
        b.HasKey(x => new { x.CampaignId, x.Occurrence, x.CustomerId });
        b.Property(x => x.Reason).HasMaxLength(300);
        b.HasIndex(x => new { x.CampaignId, x.Occurrence, x.Status, x.CustomerId }); // with the customer: without it SQLite scans all planned rows for each step
        b.HasIndex(x => x.CustomerId);
    }

    public void Configure(EntityTypeBuilder<CampaignRun> b)
    {
        b.HasKey(x => new { x.CampaignId, x.Occurrence });
        b.HasIndex(x => x.StartedAt);
    }
}
