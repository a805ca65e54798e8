namespace MarketingConsole.Core.Segments.Webhooks;

/// <summary>Of configuration section "Segments".</summary>
public sealed class SegmentWebhookOptions
{
    /// <summary>Lets webhooks of segments call private addresses, this machine's among them. Marketers set webhooks: leave it off unless all of them may reach your network.</summary>
    public bool PrivateWebhooks { get; set; }
}
