using System.Net.Sockets;
using System.Text;

namespace MarketingConsole.Core.Dispatch.Mail;

/// <summary>One connection to the mail server (RFC 5321). A message goes out in two steps, <see cref="OfferAsync"/> and <see cref="CommitAsync"/>,
/// so that the caller can make its own record durable before the server takes the message over.</summary>
internal sealed class SmtpConnection : IAsyncDisposable
{
    private static readonly byte[] Terminator = ".\r\n"u8.ToArray();
    private readonly SmtpOptions _options;
    private readonly TimeProvider _time;
    private readonly SmtpChannel _channel;
    private HashSet<string> _extensions = [];
    private string _auth = "";

    private SmtpConnection(SmtpOptions options, TimeProvider time, TcpClient client)
    {
        (_options, _time, _channel) = (options, time, new SmtpChannel(options, time, client));
        UsedAt = time.GetTimestamp();
    }

    /// <summary>Messages offered so far.</summary>
    public int Messages { get; private set; }

    /// <summary>Timestamp of the last use.</summary>
    public long UsedAt { get; private set; }

    /// <summary>True between the message and its end: such a connection must be dropped, never used on.</summary>
    public bool Uncommitted { get; private set; }

    /// <summary>True after an error that leaves the conversation in an unknown state.</summary>
    public bool Broken => _channel.Broken;

    /// <exception cref="SmtpSetupException">Credentials, TLS or the greeting are refused for good.</exception>
    /// <exception cref="SmtpConnectionException">The server cannot be reached now.</exception>
    public static async Task<SmtpConnection> OpenAsync(SmtpOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        var client = new TcpClient { NoDelay = true };
        try
        {
            using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(options.TimeoutSeconds), time);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
            await client.ConnectAsync(options.Host!, options.Port, both.Token);
            var connection = new SmtpConnection(options, time, client);
            await connection.GreetAsync(cancellationToken);
            return connection;
        }
        catch (Exception exception) when (exception is SocketException or IOException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            client.Dispose();
            throw new SmtpConnectionException($"The mail server {options.Host}:{options.Port} cannot be reached: {exception.Message}", exception);
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>Everything up to, but without, the end of the data. Null when the server waits for that end; otherwise its refusal of this message.</summary>
    /// <param name="message">MIME with CRLF line ends, not dot-stuffed.</param>
    public async Task<SmtpReply?> OfferAsync(string from, string to, byte[] message, CancellationToken cancellationToken)
    {
        Messages++;
        var (sender, recipient) = (HeaderText.AsciiDomain(from), HeaderText.AsciiDomain(to));
        var eightBit = !Ascii.IsValid(message);
        var utf8 = !Ascii.IsValid(sender) || !Ascii.IsValid(recipient);
        if (utf8 && !_extensions.Contains("SMTPUTF8"))
        {
            return new SmtpReply(553, "5.6.7 The address has non-ASCII characters and the mail server does not support SMTPUTF8.", []);
        }

        var mail = $"MAIL FROM:<{sender}>{(eightBit && _extensions.Contains("8BITMIME") ? " BODY=8BITMIME" : "")}{(utf8 ? " SMTPUTF8" : "")}\r\n";
        var rcpt = $"RCPT TO:<{recipient}>\r\n";
        SmtpReply mailReply, rcptReply, dataReply;
        if (_extensions.Contains("PIPELINING"))
        {
            await _channel.WriteAsync(Encoding.UTF8.GetBytes(mail + rcpt + "DATA\r\n"), cancellationToken);
            mailReply = await _channel.ReadAsync(cancellationToken);
            rcptReply = await _channel.ReadAsync(cancellationToken);
            dataReply = await _channel.ReadAsync(cancellationToken);
        }
        else
        {
            mailReply = await _channel.CommandAsync(mail, cancellationToken);
            rcptReply = mailReply.Positive ? await _channel.CommandAsync(rcpt, cancellationToken) : mailReply;
            dataReply = rcptReply.Positive ? await _channel.CommandAsync("DATA\r\n", cancellationToken) : rcptReply;
        }

        var refusal = !mailReply.Positive ? mailReply : !rcptReply.Positive ? rcptReply : dataReply.Code != 354 ? dataReply : null;
        if (refusal is null)
        {
            Uncommitted = true;
            await _channel.WriteAsync(DotStuffing.Apply(message), cancellationToken);
            return null;
        }

        if (dataReply.Code == 354)
        {
            await _channel.WriteAsync(Terminator, cancellationToken); // accepted DATA without a recipient: end it empty (RFC 2920 3.1)
            await _channel.ReadAsync(cancellationToken);
        }

        await ResetAsync(cancellationToken);
        return refusal;
    }

    /// <summary>Ends the data: from here the server may have the message.</summary>
    public async Task<SmtpReply> CommitAsync(CancellationToken cancellationToken)
    {
        await _channel.WriteAsync(Terminator, cancellationToken);
        var reply = await _channel.ReadAsync(cancellationToken);
        UsedAt = _time.GetTimestamp();
        Uncommitted = false;
        return reply;
    }

    public async ValueTask DisposeAsync()
    {
        if (!Broken && !Uncommitted)
        {
            await _channel.QuitAsync();
        }

        await _channel.DisposeAsync();
    }

    private async Task GreetAsync(CancellationToken cancellationToken)
    {
        if (_options.Security == SmtpSecurity.Tls)
        {
            await _channel.SecureAsync(cancellationToken);
        }

        Expect(await _channel.ReadAsync(cancellationToken), "greeting");
        await HelloAsync(cancellationToken);
        if (_options.Security is SmtpSecurity.StartTls or SmtpSecurity.Opportunistic)
        {
            if (_extensions.Contains("STARTTLS"))
            {
                Expect(await _channel.CommandAsync("STARTTLS\r\n", cancellationToken), "STARTTLS");
                if (_channel.Unread)
                {
                    throw new SmtpSetupException("The mail server sent data before the TLS handshake: somebody may be tampering with the connection.");
                }

                await _channel.SecureAsync(cancellationToken);
                await HelloAsync(cancellationToken);
            }
            else if (_options.Security == SmtpSecurity.StartTls)
            {
                throw new SmtpSetupException("The mail server does not offer STARTTLS. Set Smtp:Security to Tls (port 465) or, on a trusted network only, to Opportunistic.");
            }
        }

        if (!string.IsNullOrEmpty(_options.User))
        {
            await AuthenticateAsync(cancellationToken);
        }
    }

    private async Task HelloAsync(CancellationToken cancellationToken)
    {
        var reply = await _channel.CommandAsync($"EHLO {_options.Hello ?? HostName()}\r\n", cancellationToken);
        Expect(reply, "EHLO");
        _extensions = [.. reply.Lines.Skip(1).Select(x => x.Split(' ')[0].ToUpperInvariant())];
        _auth = reply.Lines.FirstOrDefault(x => x.StartsWith("AUTH", StringComparison.OrdinalIgnoreCase))?.ToUpperInvariant() ?? "";
    }

    private static string HostName() => System.Net.Dns.GetHostName() is { Length: > 0 } name && name.All(x => char.IsAsciiLetterOrDigit(x) || x is '-' or '.') ? name : "localhost";

    private async Task AuthenticateAsync(CancellationToken cancellationToken)
    {
        SmtpReply reply;
        if (_auth.Contains("PLAIN", StringComparison.Ordinal))
        {
            reply = await _channel.CommandAsync($"AUTH PLAIN {Base64($"\0{_options.User}\0{_options.Password}")}\r\n", cancellationToken);
        }
        else if (_auth.Contains("LOGIN", StringComparison.Ordinal))
        {
            reply = await _channel.CommandAsync("AUTH LOGIN\r\n", cancellationToken);
            reply = reply.Code == 334 ? await _channel.CommandAsync(Base64(_options.User!) + "\r\n", cancellationToken) : reply;
            reply = reply.Code == 334 ? await _channel.CommandAsync(Base64(_options.Password!) + "\r\n", cancellationToken) : reply;
        }
        else
        {
            throw new SmtpSetupException("The mail server offers neither AUTH PLAIN nor AUTH LOGIN. Leave Smtp:User empty or use TLS.");
        }

        Expect(reply, "Smtp:User and Smtp:Password");
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private void Expect(SmtpReply reply, string step)
    {
        if (!reply.Positive)
        {
            _channel.Broken = true;
            throw reply.Temporary ? new SmtpConnectionException($"The mail server refused {step} for now: {reply}") : new SmtpSetupException($"The mail server refused {step}: {reply}");
        }
    }

    private async Task ResetAsync(CancellationToken cancellationToken)
    {
        if (!(await _channel.CommandAsync("RSET\r\n", cancellationToken)).Positive)
        {
            _channel.Broken = true;
        }
    }
}
