using System.Security.Claims;
using MarketingConsole.Core.Access;
using MarketingConsole.Core.Campaigns;
using MarketingConsole.Core.Copy;
using MarketingConsole.Core.Events;

namespace MarketingConsole.Campaigns;

/// <summary>How campaigns read on the page.</summary>
internal static class CampaignWords
{
    public static IReadOnlyList<(Channel Channel, string Name, string Note)> Channels { get; } =
    [
        (Channel.Email, "E-mail", "With layout, picture of opens and links, unsubscribe in the footer."),
        (Channel.Sms, "SMS", "Handed to your SMS provider by a signed webhook."),
        (Channel.Push, "Push", "Handed to your app's push service by a signed webhook."),
        (Channel.Store, "In store", "Handed to tills and kiosks by a signed webhook."),
    ];

    public static string Of(Channel channel) => Channels.FirstOrDefault(x => x.Channel == channel).Name ?? channel.ToString();

    public static (string Text, string? Kind) Of(CampaignStatus status) => status switch
    {
        CampaignStatus.Draft => ("draft", null),
        CampaignStatus.AwaitingApproval => ("waits for approval", "warning"),
        CampaignStatus.Approved => ("approved", "ok"),
        CampaignStatus.Scheduled => ("scheduled", "accent"),
        CampaignStatus.Running => ("being sent", "accent"),
        CampaignStatus.Finished => ("finished", "ok"),
        CampaignStatus.Paused => ("paused", "warning"),
        CampaignStatus.Stopped => ("stopped", "danger"),
        _ => ("archived", null),
    };

    /// <summary>Who wrote a version, as the record keeps it.</summary>
    public static string Origin(CopyVariant variant) => variant.Origin switch
    {
        CopyOrigin.LanguageModel => $"Written by AI ({variant.Model ?? "unknown model"})",
        CopyOrigin.Composer => "Written by the built-in composer",
        _ => "Written by hand",
    } + (variant.EditedBy is null ? "" : $", edited by {variant.EditedBy}");

    public static CampaignActor Actor(this ClaimsPrincipal user) =>
        new(user.Identity!.Name!, user.IsInRole(Roles.Manager) || user.IsInRole(Roles.Admin) || user.HasClaim(Access.ApiKeyHandler.ScopeClaim, "campaigns:approve"));
}
