using MarketingConsole.Core.Campaigns;
using MarketingConsole.Core.Dispatch.Mail;
using MarketingConsole.Core.Events;
using Microsoft.Extensions.Options;

namespace MarketingConsole.Core.Dispatch;

/// <summary>The way out for each channel as configured.</summary>
public sealed class TransportChooser(IOptions<SmtpOptions> smtp, IOptions<DispatchOptions> options, SmtpSender sender, Outbox outbox, IHttpClientFactory clients, TimeProvider time)
{
    internal const string ClientName = "dispatch-webhook";

    /// <returns>Null when the channel has no way out; <see cref="Missing"/> says which setting it lacks.</returns>
    public ITransport? For(Channel channel) =>
        channel == Channel.Email ? smtp.Value.Configured ? sender : outbox
        : options.Value.Webhooks.TryGetValue(Name(channel), out var webhook) ? new WebhookTransport(webhook, clients.CreateClient(ClientName), time) : null;

    /// <summary>Of the channels a campaign can use, those without a way out.</summary>
    public ConnectedChannels Connected() => new(CampaignPlan.Channels.Where(x => For(x) is null).ToDictionary(x => x, Missing));

    public static string Missing(Channel channel) => $"Nothing can be sent by {channel}: set Dispatch:Webhooks:{Name(channel)}:Url and :Secret.";

    private static string Name(Channel channel) => channel == Channel.App ? nameof(Channel.Push) : channel.ToString();
}
