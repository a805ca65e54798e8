using System.Buffers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace MarketingConsole.Core.Dispatch.Mail;

/// <summary>One connection to the mail server (RFC 5321). A message goes out in two steps, <see cref="OfferAsync"/> and <see cref="CommitAsync"/>,
/// so that the caller can make its own record durable before the server takes the message over.</summary>
internal sealed class SmtpConnection : IAsyncDisposable
{
    private static readonly byte[] Terminator = ".\r\n"u8.ToArray();
    private readonly SmtpOptions _options;
    private readonly TimeProvider _time;
    private readonly TcpClient _client;
    private readonly byte[] _buffer = new byte[4096];
    private Stream _stream;
    private int _start, _end;
    private HashSet<string> _extensions = [];
    private string _auth = "";

    private SmtpConnection(SmtpOptions options, TimeProvider time, TcpClient client)
    {
        (_options, _time, _client, _stream) = (options, time, client, client.GetStream());
        UsedAt = time.GetTimestamp();
    }

    /// <summary>Messages offered so far.</summary>
    public int Messages { get; private set; }

    /// <summary>Timestamp of the last use.</summary>
    public long UsedAt { get; private set; }

    /// <summary>True between the message and its end: such a connection must be dropped, never used on.</summary>
    public bool Uncommitted { get; private set; }

    /// <summary>True after an error that leaves the conversation in an unknown state.</summary>
    public bool Broken { get; private set; }

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
            await WriteAsync(Encoding.UTF8.GetBytes(mail + rcpt + "DATA\r\n"), cancellationToken);
            mailReply = await ReadAsync(cancellationToken);
            rcptReply = await ReadAsync(cancellationToken);
            dataReply = await ReadAsync(cancellationToken);
        }
        else
        {
            mailReply = await CommandAsync(mail, cancellationToken);
            rcptReply = mailReply.Positive ? await CommandAsync(rcpt, cancellationToken) : mailReply;
            dataReply = rcptReply.Positive ? await CommandAsync("DATA\r\n", cancellationToken) : rcptReply;
        }

        var refusal = !mailReply.Positive ? mailReply : !rcptReply.Positive ? rcptReply : dataReply.Code != 354 ? dataReply : null;
        if (refusal is null)
        {
            Uncommitted = true;
            await WriteAsync(Stuffed(message), cancellationToken);
            return null;
        }

        if (dataReply.Code == 354)
        {
            await WriteAsync(Terminator, cancellationToken); // accepted DATA without a recipient: end it empty (RFC 2920 3.1)
            await ReadAsync(cancellationToken);
        }

        await ResetAsync(cancellationToken);
        return refusal;
    }

    /// <summary>Ends the data: from here the server may have the message.</summary>
    public async Task<SmtpReply> CommitAsync(CancellationToken cancellationToken)
    {
        await WriteAsync(Terminator, cancellationToken);
        var reply = await ReadAsync(cancellationToken);
        UsedAt = _time.GetTimestamp();
        Uncommitted = false;
        return reply;
    }

    public async ValueTask DisposeAsync()
    {
        if (!Broken && !Uncommitted)
        {
            try
            {
                using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(1), _time);
                await _stream.WriteAsync("QUIT\r\n"u8.ToArray(), soon.Token);
            }
            catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException)
            {
                // It is closed either way.
            }
        }

        await _stream.DisposeAsync();
        _client.Dispose();
    }

    private async Task GreetAsync(CancellationToken cancellationToken)
    {
        if (_options.Security == SmtpSecurity.Tls)
        {
            await SecureAsync(cancellationToken);
        }

        Expect(await ReadAsync(cancellationToken), "greeting");
        await HelloAsync(cancellationToken);
        if (_options.Security is SmtpSecurity.StartTls or SmtpSecurity.Opportunistic)
        {
            if (_extensions.Contains("STARTTLS"))
            {
                Expect(await CommandAsync("STARTTLS\r\n", cancellationToken), "STARTTLS");
                if (_start != _end)
                {
                    throw new SmtpSetupException("The mail server sent data before the TLS handshake: somebody may be tampering with the connection.");
                }

                await SecureAsync(cancellationToken);
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
        var reply = await CommandAsync($"EHLO {_options.Hello ?? HostName()}\r\n", cancellationToken);
        Expect(reply, "EHLO");
        _extensions = [.. reply.Lines.Skip(1).Select(x => x.Split(' ')[0].ToUpperInvariant())];
        _auth = reply.Lines.FirstOrDefault(x => x.StartsWith("AUTH", StringComparison.OrdinalIgnoreCase))?.ToUpperInvariant() ?? "";
    }

    private static string HostName() => System.Net.Dns.GetHostName() is { Length: > 0 } name && name.All(x => char.IsAsciiLetterOrDigit(x) || x is '-' or '.') ? name : "localhost";

    private async Task SecureAsync(CancellationToken cancellationToken)
    {
        var secure = new SslStream(_stream);
        try
        {
            var options = new SslClientAuthenticationOptions { TargetHost = _options.Host };
            if (!_options.ValidateCertificate)
            {
#pragma warning disable CA5359 // the operator asked for it
                options.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
            }

            await secure.AuthenticateAsClientAsync(options, cancellationToken);
            _stream = secure;
        }
        catch (AuthenticationException exception)
        {
            await secure.DisposeAsync();
            throw new SmtpSetupException($"The TLS connection to {_options.Host} failed: {exception.Message}", exception);
        }
    }

    private async Task AuthenticateAsync(CancellationToken cancellationToken)
    {
        SmtpReply reply;
        if (_auth.Contains("PLAIN", StringComparison.Ordinal))
        {
            reply = await CommandAsync($"AUTH PLAIN {Base64($"\0{_options.User}\0{_options.Password}")}\r\n", cancellationToken);
        }
        else if (_auth.Contains("LOGIN", StringComparison.Ordinal))
        {
            reply = await CommandAsync("AUTH LOGIN\r\n", cancellationToken);
            reply = reply.Code == 334 ? await CommandAsync(Base64(_options.User!) + "\r\n", cancellationToken) : reply;
            reply = reply.Code == 334 ? await CommandAsync(Base64(_options.Password!) + "\r\n", cancellationToken) : reply;
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
            Broken = true;
            throw reply.Temporary ? new SmtpConnectionException($"The mail server refused {step} for now: {reply}") : new SmtpSetupException($"The mail server refused {step}: {reply}");
        }
    }

    private async Task ResetAsync(CancellationToken cancellationToken)
    {
        if (!(await CommandAsync("RSET\r\n", cancellationToken)).Positive)
        {
            Broken = true;
        }
    }

    private async Task<SmtpReply> CommandAsync(string line, CancellationToken cancellationToken)
    {
        await WriteAsync(Encoding.UTF8.GetBytes(line), cancellationToken);
        return await ReadAsync(cancellationToken);
    }

    private Task<bool> WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => GuardAsync(async token =>
    {
        await _stream.WriteAsync(bytes, token);
        await _stream.FlushAsync(token);
        return true;
    }, cancellationToken);

    private Task<SmtpReply> ReadAsync(CancellationToken cancellationToken) => GuardAsync(async token =>
    {
        var lines = new List<string>(1);
        while (true)
        {
            var line = await ReadLineAsync(token);
            if (line.Length < 3 || !int.TryParse(line.AsSpan(0, 3), out var code))
            {
                throw new IOException("The mail server's answer is not SMTP.");
            }

            lines.Add(line.Length > 4 ? line[4..] : "");
            if (line.Length == 3 || line[3] != '-')
            {
                return new SmtpReply(code, string.Join(' ', lines), lines);
            }
        }
    }, cancellationToken);

    private async ValueTask<string> ReadLineAsync(CancellationToken cancellationToken)
    {
        var line = new ArrayBufferWriter<byte>(128);
        while (line.WrittenCount < 8192)
        {
            if (_start == _end)
            {
                (_start, _end) = (0, await _stream.ReadAsync(_buffer, cancellationToken));
                if (_end == 0)
                {
                    throw new IOException("The mail server closed the connection.");
                }
            }

            var rest = _buffer.AsSpan(_start, _end - _start);
            var newline = rest.IndexOf((byte)'\n');
            line.Write(newline < 0 ? rest : rest[..newline]);
            _start += newline < 0 ? rest.Length : newline + 1;
            if (newline >= 0)
            {
                return Encoding.UTF8.GetString(line.WrittenSpan).TrimEnd('\r');
            }
        }

        throw new IOException("The mail server's answer is too long.");
    }

    private async Task<T> GuardAsync<T>(Func<CancellationToken, Task<T>> act, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(_options.TimeoutSeconds), _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await act(both.Token);
        }
        catch (Exception exception)
        {
            Broken = true;
            if (exception is IOException or SocketException || (exception is OperationCanceledException && timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested))
            {
                throw new SmtpConnectionException(exception is OperationCanceledException ? $"The mail server did not answer within {_options.TimeoutSeconds} s." : exception.Message, exception);
            }

            throw;
        }
    }

    /// <summary>Doubles the dot at the start of a line (RFC 5321 4.5.2) and makes sure of the last line's end.</summary>
    private static byte[] Stuffed(byte[] message)
    {
        var output = new ArrayBufferWriter<byte>(message.Length + 64);
        ReadOnlySpan<byte> rest = message;
        while (rest.Length > 0)
        {
            if (rest[0] == '.')
            {
                output.Write("."u8);
            }

            var end = rest.IndexOf("\r\n"u8);
            output.Write(end < 0 ? rest : rest[..(end + 2)]);
            if (end < 0)
            {
                output.Write("\r\n"u8);
            }

            rest = end < 0 ? [] : rest[(end + 2)..];
        }

        return output.WrittenSpan.ToArray();
    }
}
