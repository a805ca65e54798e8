using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace MarketingConsole.Core.Jobs;

/// <summary>Numbers are stored: append only.</summary>
public enum JobStatus { Waiting = 0, Running = 1, Finished = 2, Failed = 3, Cancelled = 4 }

/// <summary>One run of a job: what, for whom, how far, how it ended.</summary>
public sealed class JobRun
{
    public int Id { get; set; }

    /// <summary>Name of the job's class without "Job".</summary>
    public required string Kind { get; set; }
    public required string Title { get; set; }

    /// <summary>What makes a scheduled run unique, such as schedule and instant; null for runs a person starts.</summary>
    public string? Key { get; set; }

    /// <summary>The instant a schedule meant; null for runs a person starts.</summary>
    public DateTime? ScheduledAt { get; set; }
    public JobStatus Status { get; set; }
    public string ArgumentJson { get; set; } = "{}";
    public required string StartedBy { get; set; }
    public DateTime CreatedAt { get; set; }
    public DateTime? StartedAt { get; set; }
    public DateTime? FinishedAt { get; set; }
    public long Done { get; set; }

    /// <summary>0 while unknown.</summary>
    public long Total { get; set; }
    public string Phase { get; set; } = "";

    /// <summary>Counts by outcome, name to number, as JSON.</summary>
    public string CountsJson { get; set; } = "{}";
    public string? Error { get; set; }
    public bool CancelRequested { get; set; }

    /// <summary>Starts of this run: more than one after a crash.</summary>
    public int Attempts { get; set; }
}

public sealed class JobLogLine
{
    public long Id { get; set; }
    public int JobRunId { get; set; }
    public DateTime At { get; set; }
    public bool Warning { get; set; }
    public required string Text { get; set; }
}

internal sealed class JobConfiguration : IEntityTypeConfiguration<JobRun>, IEntityTypeConfiguration<JobLogLine>
{
    public void Configure(EntityTypeBuilder<JobRun> b)
    {
        b.Property(x => x.Kind).HasMaxLength(60);
        b.Property(x => x.Title).HasMaxLength(200);
        b.Property(x => x.StartedBy).HasMaxLength(256);
        b.Property(x => x.Phase).HasMaxLength(200);
        b.HasIndex(x => x.Status);
        b.Property(x => x.Key).HasMaxLength(200);
        b.HasIndex(x => x.CreatedAt);
        b.HasIndex(x => x.Key).IsUnique();
    }

    public void Configure(EntityTypeBuilder<JobLogLine> b)
    {
        b.Property(x => x.Text).HasMaxLength(1000);
        b.HasIndex(x => new { x.JobRunId, x.Id });
    }
}
