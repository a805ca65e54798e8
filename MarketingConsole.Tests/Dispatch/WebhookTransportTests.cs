using System.Net;
using System.Security.Cryptography;
using System.Text;
using MarketingConsole.Core.Dispatch;
using MarketingConsole.Core.Events;

namespace MarketingConsole.Tests.Dispatch;

public sealed class WebhookTransportTests
{
    private static readonly OutgoingMessage Message = new(new DispatchKey(1, 2, 3), Channel.Sms, "id-1", "+43 1 234", null, "", "Hello", null, DateTime.UnixEpoch);

    [Theory]
    [InlineData(HttpStatusCode.OK, DeliveryOutcome.Accepted)]
    [InlineData(HttpStatusCode.TooManyRequests, DeliveryOutcome.Deferred)]
    [InlineData(HttpStatusCode.BadGateway, DeliveryOutcome.Deferred)]
    [InlineData(HttpStatusCode.BadRequest, DeliveryOutcome.Refused)]
    [InlineData(HttpStatusCode.Redirect, DeliveryOutcome.Refused)]
    public async Task SendAsync_ByStatus_SignedAndIdempotent(HttpStatusCode status, DeliveryOutcome outcome)
    {
        var receiver = new Receiver(status);
        using var http = new HttpClient(receiver);
        var committed = false;
        var delivery = await new WebhookTransport(new WebhookOptions { Url = "https://sms.test/send", Secret = "a secret of some length" }, http, TimeProvider.System)
            .SendAsync(Message, () => Task.FromResult(committed = true), TestContext.Current.CancellationToken);
        Assert.Equal((outcome, true, "id-1"), (delivery.Outcome, committed, receiver.Key));
        Assert.Equal(status == HttpStatusCode.TooManyRequests ? TimeSpan.FromSeconds(7) : null, delivery.RetryAfter);
        var (seconds, hex) = (receiver.Signature!.Split(',')[0][2..], receiver.Signature.Split(',')[1][3..]);
        Assert.Equal(Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes("a secret of some length"), Encoding.UTF8.GetBytes($"{seconds}.{receiver.Body}"))), hex);
        Assert.Contains("\"channel\":\"sms\"", receiver.Body, StringComparison.Ordinal);
    }

    private sealed class Receiver(HttpStatusCode status) : HttpMessageHandler
    {
        public string? Key { get; private set; }
        public string? Signature { get; private set; }
        public string? Body { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            (Key, Signature, Body) = (request.Headers.GetValues("Idempotency-Key").Single(), request.Headers.GetValues("X-Console-Signature").Single(), await request.Content!.ReadAsStringAsync(cancellationToken));
            var response = new HttpResponseMessage(status);
            response.Headers.RetryAfter = status == HttpStatusCode.TooManyRequests ? new(TimeSpan.FromSeconds(7)) : null;
            return response;
        }
    }
}
