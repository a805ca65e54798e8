using System.Buffers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace MarketingConsole.Core.Dispatch.Mail;

/// <summary>The bytes of one SMTP connection: commands out, replies in, TLS, the time limit of each step.</summary>
internal sealed class SmtpChannel(SmtpOptions options, TimeProvider time, TcpClient client) : IAsyncDisposable
{
    private readonly byte[] _buffer = new byte[4096];
    private Stream _stream = client.GetStream();
    private int _start, _end;

    /// <summary>True after an error that leaves the conversation in an unknown state.</summary>
    public bool Broken { get; set; }

    /// <summary>True when the server has said more than was read.</summary>
    public bool Unread => _start != _end;

    public async Task<SmtpReply> CommandAsync(string line, CancellationToken cancellationToken)
    {
        await WriteAsync(Encoding.UTF8.GetBytes(line), cancellationToken);
        return await ReadAsync(cancellationToken);
    }

    public Task<bool> WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => GuardAsync(async token =>
    {
        await _stream.WriteAsync(bytes, token);
        await _stream.FlushAsync(token);
        return true;
    }, cancellationToken);

    public Task<SmtpReply> ReadAsync(CancellationToken cancellationToken) => GuardAsync(async token =>
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

    /// <summary>Says goodbye without waiting for an answer.</summary>
    public async Task QuitAsync()
    {
        try
        {
            using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(1), time);
            await _stream.WriteAsync("QUIT\r\n"u8.ToArray(), soon.Token);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // It is closed either way.
        }
    }

    public async Task SecureAsync(CancellationToken cancellationToken)
    {
        var secure = new SslStream(_stream);
        try
        {
            var tls = new SslClientAuthenticationOptions { TargetHost = options.Host };
            if (!options.ValidateCertificate)
            {
#pragma warning disable CA5359 // the operator asked for it
                tls.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
            }

            await secure.AuthenticateAsClientAsync(tls, cancellationToken);
            _stream = secure;
        }
        catch (AuthenticationException exception)
        {
            await secure.DisposeAsync();
            throw new SmtpSetupException($"The TLS connection to {options.Host} failed: {exception.Message}", exception);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        client.Dispose();
    }

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
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(options.TimeoutSeconds), time);
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
                throw new SmtpConnectionException(exception is OperationCanceledException ? $"The mail server did not answer within {options.TimeoutSeconds} s." : exception.Message, exception);
            }

            throw;
        }
    }
}
