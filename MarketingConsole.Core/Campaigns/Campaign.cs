using MarketingConsole.Core.Events;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace MarketingConsole.Core.Campaigns;

/// <summary>Numbers are stored: append only. Stopped: its only run ended before everything was sent, and the rest waits.</summary>
public enum CampaignStatus { Draft = 0, AwaitingApproval = 1, Approved = 2, Scheduled = 3, Running = 4, Finished = 5, Paused = 6, Archived = 7, Stopped = 8 }

/// <summary>A message with an offer for an audience on a schedule. What is sent is exactly the approved <see cref="Version"/>.</summary>
public sealed class Campaign
{
    public int Id { get; set; }
    public required string Name { get; set; }
    public CampaignStatus Status { get; set; }

    /// <summary>Raised by every change to <see cref="PlanJson"/>; an approval holds for one version only.</summary>
    public int Version { get; set; } = 1;

    /// <summary>Audience, offers, channel, copy, schedule, holdout: <c>CampaignPlan</c> as JSON.</summary>
    public string PlanJson { get; set; } = "{}";
    public Channel Channel { get; set; }
    public required string CreatedBy { get; set; }
    public DateTime CreatedAt { get; set; }

    /// <summary>Who changed the plan last: as much an author as <see cref="CreatedBy"/> when approval is asked.</summary>
    public required string ChangedBy { get; set; }
    public DateTime UpdatedAt { get; set; }
}

/// <summary>A person's yes or no to one version of a campaign. Rows are never changed.</summary>
public sealed class CampaignApproval
{
    public int Id { get; set; }
    public int CampaignId { get; set; }
    public int Version { get; set; }

    /// <summary>SHA-256 of the plan approved.</summary>
    public required string PlanHash { get; set; }
    public bool Approved { get; set; }
    public required string DecidedBy { get; set; }
    public DateTime DecidedAt { get; set; }
    public string Note { get; set; } = "";
}

internal sealed class CampaignConfiguration : IEntityTypeConfiguration<Campaign>, IEntityTypeConfiguration<CampaignApproval>
{
    public void Configure(EntityTypeBuilder<Campaign> b)
    {
        b.Property(x => x.Name).HasMaxLength(120);
        b.Property(x => x.CreatedBy).HasMaxLength(256);
        b.Property(x => x.ChangedBy).HasMaxLength(256);
        b.HasIndex(x => x.Status);
    }

    public void Configure(EntityTypeBuilder<CampaignApproval> b)
    {
        b.Property(x => x.PlanHash).HasMaxLength(64);
        b.Property(x => x.DecidedBy).HasMaxLength(256);
        b.HasIndex(x => new { x.CampaignId, x.Version });
    }
}
