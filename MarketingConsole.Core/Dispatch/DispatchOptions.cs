using Microsoft.Extensions.Options;

namespace MarketingConsole.Core.Dispatch;

/// <summary>Configuration section "Dispatch".</summary>
public sealed class DispatchOptions
{
    public const string Section = "Dispatch";

    /// <summary>Folder of .eml files, used when no SMTP host is set; relative to the content root.</summary>
    public string OutboxFolder { get; set; } = "data/outbox";

    /// <summary>Messages one customer may get in seven days over all campaigns and channels; 0 = no limit.</summary>
    public int MaxPerWeek { get; set; } = 3;

    /// <summary>Seconds in which customers who enter a segment are gathered into one run.</summary>
    public int EntryDelaySeconds { get; set; } = 5;

    /// <summary>Where SMS, push and in-store messages are posted to, by channel name: Sms, Push, Store.</summary>
    public Dictionary<string, WebhookOptions> Webhooks { get; set; } = new(StringComparer.OrdinalIgnoreCase);
}

/// <summary>One webhook channel.</summary>
public sealed class WebhookOptions
{
    public string Url { get; set; } = "";

    /// <summary>Shared with the receiver, at least 16 characters; signs each call with HMAC-SHA256.</summary>
    public string Secret { get; set; } = "";

    /// <summary>Calls under way at once.</summary>
    public int Parallel { get; set; } = 8;
    public int TimeoutSeconds { get; set; } = 15;

    /// <summary>Tries for one message before it counts as failed.</summary>
    public int Tries { get; set; } = 5;

    /// <summary>Wait before the second try in seconds; doubles each time.</summary>
    public double RetrySeconds { get; set; } = 2;
}

internal sealed class DispatchOptionsValidator : IValidateOptions<DispatchOptions>
{
    public ValidateOptionsResult Validate(string? name, DispatchOptions options)
    {
        var faults = new List<string>();
        if (string.IsNullOrWhiteSpace(options.OutboxFolder))
        {
            faults.Add("Dispatch:OutboxFolder must name a folder.");
        }

        if (options.MaxPerWeek < 0)
        {
            faults.Add("Dispatch:MaxPerWeek must be 0 (no limit) or more.");
        }

        if (options.EntryDelaySeconds is < 1 or > 3600)
        {
            faults.Add("Dispatch:EntryDelaySeconds must be between 1 and 3600.");
        }

        foreach (var (channel, webhook) in options.Webhooks)
        {
            var key = $"Dispatch:Webhooks:{channel}";
            if (channel.ToUpperInvariant() is not ("SMS" or "PUSH" or "STORE"))
            {
                faults.Add($"{key} is not a webhook channel; use Sms, Push or Store.");
            }

            if (!Uri.TryCreate(webhook.Url, UriKind.Absolute, out var url) || (url.Scheme != Uri.UriSchemeHttps && !url.IsLoopback))
            {
                faults.Add($"{key}:Url must be an https address.");
            }

            if (webhook.Secret.Length < 16)
            {
                faults.Add($"{key}:Secret must have at least 16 characters.");
            }

            if (webhook.Parallel is < 1 or > 64)
            {
                faults.Add($"{key}:Parallel must be between 1 and 64.");
            }

            if (webhook.TimeoutSeconds is < 1 or > 300)
            {
                faults.Add($"{key}:TimeoutSeconds must be between 1 and 300.");
            }

            if (webhook.Tries is < 1 or > 20 || webhook.RetrySeconds is <= 0 or > 3600)
            {
                faults.Add($"{key}:Tries must be between 1 and 20 and {key}:RetrySeconds above 0 and at most 3600.");
            }
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
