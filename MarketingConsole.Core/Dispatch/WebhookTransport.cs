using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;

namespace MarketingConsole.Core.Dispatch;

/// <summary>Posts SMS, push and in-store messages as signed JSON. The receiver checks <c>X-Console-Signature: t=seconds,v1=hex</c>, where hex is
/// HMAC-SHA256 over "seconds.body" with the shared secret, refuses old timestamps, and drops a repeated <c>Idempotency-Key</c>.</summary>
public sealed class WebhookTransport(WebhookOptions options, HttpClient http, TimeProvider time) : ITransport
{
    public bool Repeatable => true;
    public int Parallel => options.Parallel;
    public RetryPolicy Retry => new(options.Tries, TimeSpan.FromSeconds(options.RetrySeconds));

    public async Task<Delivery> SendAsync(OutgoingMessage message, Func<Task> commit, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.Serialize(new
        {
            id = message.Id,
            channel = message.Channel.ToString().ToUpperInvariant() switch { "STORE" => "in_store", var x => x.ToLowerInvariant() },
            to = message.Address,
            title = message.Subject.Length == 0 ? null : message.Subject,
            text = message.Text,
            campaign_id = message.Key.CampaignId,
            created_at = message.Date,
        });
        using var request = new HttpRequestMessage(HttpMethod.Post, options.Url) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("Idempotency-Key", message.Id);
        request.Headers.Add("X-Console-Signature", Sign(options.Secret, time.GetUtcNow().ToUnixTimeSeconds(), body));
        await commit();
        try
        {
            using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(options.TimeoutSeconds), time);
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timeout.Token); // once committed the answer must be heard, cancelled or not
            var reason = $"{(int)response.StatusCode} {response.ReasonPhrase}";
            return response.IsSuccessStatusCode ? new Delivery(DeliveryOutcome.Accepted)
                : response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout || (int)response.StatusCode >= 500
                    ? new Delivery(DeliveryOutcome.Deferred, reason) { RetryAfter = Wait(response) }
                    : new Delivery(DeliveryOutcome.Refused, reason);
        }
        catch (HttpRequestException exception)
        {
            return new Delivery(DeliveryOutcome.Deferred, $"The receiver cannot be reached: {exception.HttpRequestError}");
        }
        catch (OperationCanceledException)
        {
            return new Delivery(DeliveryOutcome.Deferred, $"The receiver did not answer within {options.TimeoutSeconds} s.");
        }
    }

    public static string Sign(string secret, long seconds, string body) =>
        $"t={seconds},v1={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{seconds}.{body}")))}";

    private TimeSpan? Wait(HttpResponseMessage response) =>
        response.Headers.RetryAfter is { } after ? after.Delta ?? (after.Date is { } date ? date - time.GetUtcNow() : null) : null;
}
