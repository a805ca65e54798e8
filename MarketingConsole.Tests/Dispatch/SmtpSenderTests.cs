using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MarketingConsole.Core.Dispatch;
using MarketingConsole.Core.Dispatch.Mail;
using MarketingConsole.Core.Events;
using Microsoft.Extensions.Options;

namespace MarketingConsole.Tests.Dispatch;

public sealed class SmtpSenderTests
{
    private static SmtpSender Sender(TestSmtpServer server, Action<SmtpOptions>? change = null) => Sender(server.Port, change);

    private static SmtpSender Sender(int port, Action<SmtpOptions>? change = null)
    {
        var options = new SmtpOptions { Host = "localhost", Port = port, Security = SmtpSecurity.None, From = "news@shop.test", TimeoutSeconds = 10, Connections = 2 };
        change?.Invoke(options);
        return new SmtpSender(Options.Create(options), TimeProvider.System);
    }

    private static OutgoingMessage Message(string to, int number = 1) =>
        new(new DispatchKey(1, 1, number), Channel.Email, $"m{number}", to, "Zoë Test", "Grüße 🎉", ".a line with a dot\n..two\ntext", "<p>.html ü</p>", new DateTime(2026, 6, 1, 0, 0, 0, DateTimeKind.Utc)) { FromName = "Shop", UnsubscribeUrl = "https://shop.test/t/u/abc" };

    private static Task<Delivery> SendAsync(SmtpSender sender, string to, Func<Task>? commit = null) => sender.SendAsync(Message(to), commit ?? (() => Task.CompletedTask), TestContext.Current.CancellationToken);

    [Fact]
    public async Task SendAsync_ManyAtOnce_EachAcceptedOnce()
    {
        await using var server = await TestSmtpServer.StartAsync();
        await using var sender = Sender(server, x => x.MessagesPerConnection = 20);
        var commits = 0;
        var deliveries = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => sender.SendAsync(Message($"c{i}@shop.test", i), () => Task.FromResult(Interlocked.Increment(ref commits)), TestContext.Current.CancellationToken)));
        Assert.All(deliveries, x => Assert.Equal(DeliveryOutcome.Accepted, x.Outcome));
        Assert.Equal(200, commits);
        Assert.Equal(Enumerable.Range(0, 200).Select(i => $"c{i}@shop.test").Order(), server.Accepted().Select(x => x.To).Order());
    }

    [Theory]
    [InlineData("hard-1@shop.test", DeliveryOutcome.Refused, true, 0)]
    [InlineData("soft-1@shop.test", DeliveryOutcome.Deferred, false, 0)]
    [InlineData("refuse-1@shop.test", DeliveryOutcome.Refused, false, 1)]
    public async Task SendAsync_ServerRefuses_OutcomeByReply(string to, DeliveryOutcome outcome, bool hardBounce, int commits)
    {
        await using var server = await TestSmtpServer.StartAsync();
        await using var sender = Sender(server);
        var committed = 0;
        var delivery = await SendAsync(sender, to, () => Task.FromResult(committed++));
        Assert.Equal((outcome, hardBounce, commits), (delivery.Outcome, delivery.HardBounce, committed));
        Assert.Empty(server.Accepted());
        Assert.Equal(DeliveryOutcome.Accepted, (await SendAsync(sender, "next@shop.test")).Outcome); // the connection is still in order
    }

    [Theory]
    [InlineData("later-1@shop.test")]
    [InlineData("late-1@shop.test")]
    public async Task SendAsync_PutOffThenTriedAgain_Accepted(string to)
    {
        await using var server = await TestSmtpServer.StartAsync();
        await using var sender = Sender(server);
        Assert.Equal(DeliveryOutcome.Deferred, (await SendAsync(sender, to)).Outcome);
        Assert.Equal(DeliveryOutcome.Accepted, (await SendAsync(sender, to)).Outcome);
        Assert.Single(server.Accepted());
    }

    [Fact]
    public async Task SendAsync_CommitFails_ServerTakesNothing()
    {
        await using var server = await TestSmtpServer.StartAsync();
        await using var sender = Sender(server);
        await Assert.ThrowsAsync<TimeoutException>(() => SendAsync(sender, "a@shop.test", () => throw new TimeoutException()));
        Assert.Equal(DeliveryOutcome.Accepted, (await SendAsync(sender, "b@shop.test")).Outcome);
        Assert.Equal(["b@shop.test"], server.Accepted().Select(x => x.To));
    }

    [Theory]
    [InlineData(SmtpSecurity.StartTls)]
    [InlineData(SmtpSecurity.Opportunistic)]
    [InlineData(SmtpSecurity.Tls)]
    public async Task SendAsync_SelfMadeCertificate_OnlyWhenValidationIsOff(SmtpSecurity security)
    {
        var (key, cert) = Certificate();
        await using var server = await TestSmtpServer.StartAsync(new { key, cert, secure = security == SmtpSecurity.Tls, auth = new { user = "u", password = "p" } });
        await using var strict = Sender(server, x => (x.Security, x.User, x.Password) = (security, "u", "p"));
        var refused = await Assert.ThrowsAsync<SmtpSetupException>(() => SendAsync(strict, "a@shop.test"));
        Assert.Contains("TLS", refused.Message, StringComparison.Ordinal);
        await using var open = Sender(server, x => (x.Security, x.User, x.Password, x.ValidateCertificate) = (security, "u", "p", false));
        Assert.Equal(DeliveryOutcome.Accepted, (await SendAsync(open, "a@shop.test")).Outcome);
    }

    [Fact]
    public async Task SendAsync_StartTlsRequiredButNotOffered_SaysSo()
    {
        await using var server = await TestSmtpServer.StartAsync();
        await using var sender = Sender(server, x => x.Security = SmtpSecurity.StartTls);
        Assert.Contains("Smtp:Security", (await Assert.ThrowsAsync<SmtpSetupException>(() => SendAsync(sender, "a@shop.test"))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PLAIN", "right", true)]
    [InlineData("LOGIN", "right", true)]
    [InlineData("PLAIN", "wrong", false)]
    [InlineData("LOGIN", "wrong", false)]
    public async Task SendAsync_Auth_ByPassword(string method, string password, bool accepted)
    {
        await using var server = await TestSmtpServer.StartAsync(new { auth = new { user = "user", password = "right" }, methods = new[] { method }, insecure = true });
        await using var sender = Sender(server, x => (x.User, x.Password) = ("user", password));
        if (accepted)
        {
            Assert.Equal(DeliveryOutcome.Accepted, (await SendAsync(sender, "a@shop.test")).Outcome);
        }
        else
        {
            var refused = await Assert.ThrowsAsync<SmtpSetupException>(() => SendAsync(sender, "a@shop.test"));
            Assert.Contains("Smtp:Password", refused.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("wrong", refused.Message.Replace("Wrong user", "", StringComparison.Ordinal), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task SendAsync_NobodyListens_ConnectionError()
    {
        await using var sender = Sender(1);
        await Assert.ThrowsAsync<SmtpConnectionException>(() => SendAsync(sender, "a@shop.test"));
    }

    [Fact]
    public async Task SendAsync_Dots_ArriveAsWritten()
    {
        await using var server = await TestSmtpServer.StartAsync(keepMessages: true);
        await using var sender = Sender(server);
        await SendAsync(sender, "a@shop.test");
        var mail = EmlReader.Parse(Assert.Single(server.Messages()));
        Assert.Equal(".a line with a dot\r\n..two\r\ntext", mail.Text.TrimEnd());
        Assert.Equal(("Grüße 🎉", "<p>.html ü</p>"), (mail.Subject, mail.Html!.TrimEnd()));
    }

    [Fact]
    public void Validate_EveryFaultAtOnce_NamesTheKeys()
    {
        var result = new SmtpOptionsValidator().Validate(null, new SmtpOptions { From = "no address", Port = 0, Connections = 0, User = "u" });
        Assert.Equal(["Smtp:From", "Smtp:Port", "Smtp:Connections", "Smtp:User"], result.Failures!.Select(x => x.Split(' ')[0]));
    }

    private static (string Key, string Cert) Certificate()
    {
        using var rsa = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var folder = Directory.CreateTempSubdirectory("smtp-cert-").FullName;
        var (key, cert) = (Path.Combine(folder, "key.pem"), Path.Combine(folder, "cert.pem"));
        File.WriteAllText(key, rsa.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(cert, certificate.ExportCertificatePem());
        return (key, cert);
    }
}
