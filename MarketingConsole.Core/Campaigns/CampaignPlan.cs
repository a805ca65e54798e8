using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MarketingConsole.Core.Copy;
using MarketingConsole.Core.Events;

namespace MarketingConsole.Core.Campaigns;

public enum ScheduleKind { Now = 0, Once = 1, Cron = 2, OnEntry = 3 }

/// <param name="At">UTC, for <see cref="ScheduleKind.Once"/>.</param>
/// <param name="Cron">Quartz cron expression, for <see cref="ScheduleKind.Cron"/>.</param>
/// <param name="TimeZone">IANA zone the cron expression is read in.</param>
/// <param name="ReentryDays">For <see cref="ScheduleKind.OnEntry"/>: days before the same customer may be written to again; null = once ever.</param>
public sealed record CampaignSchedule(ScheduleKind Kind = ScheduleKind.Now, DateTime? At = null, string? Cron = null, string TimeZone = "Europe/Vienna", int? ReentryDays = null);

/// <summary>Everything that is approved and then done: the JSON in <see cref="Campaign.PlanJson"/>.</summary>
public sealed record CampaignPlan
{
    /// <summary>Channels a campaign can use.</summary>
    public static IReadOnlyList<Channel> Channels { get; } = [Channel.Email, Channel.Sms, Channel.Push, Channel.Store];

    /// <summary>Segments whose members are written to.</summary>
    public IReadOnlyList<int> Include { get; init; } = [];

    /// <summary>Segments whose members are left out.</summary>
    public IReadOnlyList<int> Exclude { get; init; } = [];

    /// <summary>Offers to choose from for each customer; empty = a message without an offer.</summary>
    public IReadOnlyList<int> OfferIds { get; init; } = [];
    public Channel Channel { get; init; } = Channel.Email;
    public CopyBrief Brief { get; init; } = new("", "friendly", "en");

    /// <summary>Versions of the copy; several share the audience evenly, stable per customer.</summary>
    public IReadOnlyList<CopyVariant> Variants { get; init; } = [];
    public CampaignSchedule Schedule { get; init; } = new();

    /// <summary>Per cent of the audience that gets nothing, to measure against: 0 to 50.</summary>
    public double HoldoutPercent { get; init; } = 5;

    /// <summary>Days after the message in which a purchase counts for it: 1 to 90.</summary>
    public int AttributionDays { get; init; } = 7;
    public string FromName { get; init; } = "";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public string ToJson() => JsonSerializer.Serialize(this, Json);

    public static CampaignPlan FromJson(string json) => JsonSerializer.Deserialize<CampaignPlan>(json, Json) ?? new CampaignPlan();

    /// <summary>SHA-256 of the plan's JSON, hexadecimal: what an approval is bound to.</summary>
    public static string Hash(string planJson) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(planJson)));
}
