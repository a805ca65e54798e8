using System.Collections.Concurrent;
using MarketingConsole.Core.Data;
using Microsoft.Extensions.Options;

namespace MarketingConsole.Core.Dispatch.Mail;

/// <summary>Sends e-mails over a pool of kept connections; safe to call from many tasks at once, at most <see cref="SmtpOptions.Connections"/> speak at a time.</summary>
public sealed class SmtpSender(IOptions<SmtpOptions> options, TimeProvider time) : ITransport, IAsyncDisposable
{
    private static readonly TimeSpan IdleLimit = TimeSpan.FromSeconds(20);
    private readonly ConcurrentStack<SmtpConnection> _idle = new();
    private readonly SemaphoreSlim _slots = new(options.Value.Connections);
    private SmtpOptions Options => options.Value;

    public bool Repeatable => false;
    public int Parallel => Options.Connections;
    public RetryPolicy Retry => new(Options.Tries, TimeSpan.FromSeconds(Options.RetrySeconds));

    public async Task<Delivery> SendAsync(OutgoingMessage message, Func<Task> commit, CancellationToken cancellationToken)
    {
        byte[] mime;
        try
        {
            mime = MimeWriter.Write(message.ToMail(Options));
        }
        catch (ArgumentException exception)
        {
            return new Delivery(DeliveryOutcome.Refused, exception.Message);
        }

        await _slots.WaitAsync(cancellationToken);
        SmtpConnection? connection = null;
        try
        {
            connection = await RentAsync(cancellationToken);
            SmtpReply? refusal;
            try
            {
                refusal = await connection.OfferAsync(Options.From, message.Address, mime, cancellationToken);
            }
            catch (SmtpConnectionException) when (connection.Messages > 1)
            {
                await connection.DisposeAsync(); // the server closed a kept connection; nothing was handed over, so a fresh one is safe
                connection = await SmtpConnection.OpenAsync(Options, time, cancellationToken);
                refusal = await connection.OfferAsync(Options.From, message.Address, mime, cancellationToken);
            }

            if (refusal is not null)
            {
                return Of(refusal);
            }

            await commit();
            try
            {
                var reply = await connection.CommitAsync(CancellationToken.None); // once the end is on its way the answer must be heard
                return reply.Positive ? new Delivery(DeliveryOutcome.Accepted) : Of(reply);
            }
            catch (SmtpConnectionException exception)
            {
                return new Delivery(DeliveryOutcome.Unconfirmed, exception.Message);
            }
        }
        finally
        {
            await ReturnAsync(connection);
            _slots.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        while (_idle.TryPop(out var connection))
        {
            await connection.DisposeAsync();
        }

        _slots.Dispose();
    }

    private static Delivery Of(SmtpReply reply) => new(reply.Temporary ? DeliveryOutcome.Deferred : DeliveryOutcome.Refused, reply.ToString()) { HardBounce = reply.HardBounce };

    private async Task<SmtpConnection> RentAsync(CancellationToken cancellationToken)
    {
        while (_idle.TryPop(out var connection))
        {
            if (time.GetElapsedTime(connection.UsedAt) < IdleLimit)
            {
                return connection;
            }

            await connection.DisposeAsync();
        }

        return await SmtpConnection.OpenAsync(Options, time, cancellationToken);
    }

    private async Task ReturnAsync(SmtpConnection? connection)
    {
        if (connection is null)
        {
            return;
        }

        if (connection.Broken || connection.Messages >= Options.MessagesPerConnection || connection.Uncommitted)
        {
            await connection.DisposeAsync();
        }
        else
        {
            _idle.Push(connection);
        }
    }
}
