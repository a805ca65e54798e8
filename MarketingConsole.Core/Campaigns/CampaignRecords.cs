using MarketingConsole.Core.Events;

namespace MarketingConsole.Core.Campaigns;

/// <summary>A campaign in the list.</summary>
public sealed record CampaignSummary(int Id, string Name, CampaignStatus Status, Channel Channel, int Version, string CreatedBy, string ChangedBy, DateTime UpdatedAt);

/// <summary>A campaign with its plan and every decision taken on it, newest first.</summary>
/// <param name="Seal">What an approval given now would be bound to.</param>
/// <param name="Approval">The approval in force, null when there is none for exactly this version.</param>
public sealed record CampaignDetails(CampaignSummary Summary, CampaignPlan Plan, DateTime CreatedAt, string Seal, CampaignDecision? Approval, IReadOnlyList<CampaignDecision> Decisions)
{
    public int Id => Summary.Id;
}

public sealed record CampaignDecision(int Version, bool Approved, string By, DateTime At, string Note, string Seal);

/// <summary>Who acts, as far as approval cares.</summary>
/// <param name="MayApprove">Holds the role manager or admin, or an API key with campaigns:approve.</param>
public sealed record CampaignActor(string Name, bool MayApprove);

/// <summary>This version was approved: it may be scheduled.</summary>
public sealed record CampaignApproved(int CampaignId, int Version);

/// <summary>A paused campaign goes on where it stopped.</summary>
public sealed record CampaignResumed(int CampaignId, string By);

/// <summary>A campaign was made, changed, decided or archived: what was approved may no longer be.</summary>
public sealed record CampaignChanged(int CampaignId);
