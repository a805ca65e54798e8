using System.Buffers;
using System.Data.Common;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events.Intake;
using MarketingConsole.Core.Events.Touchpoints;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace MarketingConsole.Intake;

/// <summary>Takes a call of the tracking API: who sends it, what is in it, and an answer once it is on disk.</summary>
internal sealed partial class TrackingRequest(SourceService sources, IntakeJournal journal, IntakeMeter meter, IOptions<IntakeOptions> options, IOptions<ShopOptions> shop, TimeProvider time, ILogger<TrackingRequest> log)
{
    private const string Success = """{"success":true}""";

    /// <summary>As many read events as there are processors, however many send: who looks what those already taken change shall get their turn.</summary>
    private static readonly SemaphoreSlim Parsing = new(Environment.ProcessorCount);
    private static readonly string[] Types = ["application/json", "text/json", "text/plain", "application/x-www-form-urlencoded"];

    /// <param name="type">Of an endpoint for one type; null = a batch.</param>
    public Task<IResult> TakeAsync(HttpContext http, MessageType? type) => ReceiveAsync(http, type is not null, (body, source) => TakeAsync(http, body, type, source));

    /// <summary>Readings of devices in the stores. They are in the database when the answer is sent.</summary>
    public Task<IResult> TakeReadingsAsync(HttpContext http, TouchpointService touchpoints) => ReceiveAsync(http, single: false, async (body, source) =>
    {
        if (source is null)
        {
            return Unknown(http);
        }

        TouchpointAnswer answer;
        try
        {
            answer = await touchpoints.TakeAsync(body, source.Id, http.RequestAborted);
        }
        catch (Exception exception) when (exception is DbException or DbUpdateException)
        {
            ReadingsFailed(log, source.Id, exception);
            return Later(http, StatusCodes.Status503ServiceUnavailable);
        }

        return answer.Counted + answer.Repeated > 0 || answer.Rejected.Count == 0 ? Results.Ok(answer) : Results.ValidationProblem(
            answer.Rejected.GroupBy(x => x.Field == "readings" ? x.Field : $"readings[{x.Index}].{x.Field}".TrimEnd('.')).ToDictionary(x => x.Key, x => x.Select(y => y.Message).ToArray()), title: "No reading was taken.");
    });

    private async Task<IResult> ReceiveAsync(HttpContext http, bool single, Func<ReadOnlyMemory<byte>, SourceLine?, Task<IResult>> take)
    {
        var stop = http.RequestAborted;
        var header = KeyOf(http.Request.Headers.Authorization.ToString());
        var source = header is { Length: > 0 } ? await sources.FindAsync(header, stop) : null;
        if (header is { Length: > 0 } && source is null)
        {
            return Unknown(http);
        }

        if (http.Request.ContentType is { Length: > 0 } content && !(MediaTypeHeaderValue.TryParse(content, out var media) && Types.Contains(media.MediaType.ToString(), StringComparer.OrdinalIgnoreCase)))
        {
            return Problem(StatusCodes.Status415UnsupportedMediaType, "Send JSON, as application/json, text/plain or application/x-www-form-urlencoded.");
        }

        var encoding = http.Request.Headers.ContentEncoding.ToString();
        if (encoding.ToLowerInvariant() is not ("" or "identity" or "gzip"))
        {
            return Problem(StatusCodes.Status415UnsupportedMediaType, "Of content encodings only gzip is understood.");
        }

        if (!journal.IsOpen || journal.Backlog > options.Value.MaxBacklog)
        {
            var (status, what) = journal.IsOpen ? (StatusCodes.Status429TooManyRequests, "The backlog is full") : (StatusCodes.Status503ServiceUnavailable, "The journal is not open yet");
            meter.TurnedAway(source?.Id ?? 0, $"{what}: senders are told to come back.");
            return Later(http, status);
        }

        var buffer = ArrayPool<byte>.Shared.Rent(IntakeBatch.MaxBytes + 1);
        try
        {
            var length = await ReadAsync(http.Request, encoding.Length > 0 && !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase), buffer, stop);
            if (length > IntakeBatch.MaxBytes)
            {
                return Problem(StatusCodes.Status413PayloadTooLarge, $"A request has at most {IntakeBatch.MaxBytes / 1024} KB, unpacked.");
            }

            if (single && length > 32 * 1024)
            {
                return Problem(StatusCodes.Status413PayloadTooLarge, "An event has at most 32 KB.");
            }

            return Utf8.IsValid(buffer.AsSpan(0, length)) ? await take(buffer.AsMemory(0, length), source) : throw new InvalidDataException();
        }
        catch (Exception exception) when (exception is JsonException or InvalidDataException)
        {
            return Refused([new(0, "body", exception is JsonException { LineNumber: { } line } json ? $"This is not JSON (line {line + 1}, byte {json.BytePositionInLine})." : "The body cannot be read: it is not gzip, or not Unicode.")], single);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task<IResult> TakeAsync(HttpContext http, ReadOnlyMemory<byte> body, MessageType? type, SourceLine? source)
    {
        var receivedAt = time.GetUtcNow().UtcDateTime;
        var batch = await ParseAsync(source);
        if (source is null)
        {
            // Browsers that leave a page cannot send headers: their key stands in the body.
            if (batch.WriteKey is not { Length: > 0 } key || await sources.FindAsync(key, http.RequestAborted) is not { } found)
            {
                return Unknown(http);
            }

            (source, batch) = (found, await ParseAsync(found));
        }

        if (batch.Record is not null)
        {
            try
            {
                await journal.AppendAsync(batch.Record, http.RequestAborted);
            }
            catch (Exception exception) when (exception is IOException or System.Threading.Channels.ChannelClosedException)
            {
                return Later(http, StatusCodes.Status503ServiceUnavailable);
            }
        }

        meter.Received(source.Id, batch.Events, batch.Refused);
        return batch.Refused.Count == 0 ? Results.Text(Success, "application/json")
            : batch.Events == 0 ? Refused(batch.Refused, type is not null)
            : Results.Json(new TrackingAnswer(true, batch.Events, batch.Refused));

        async Task<IntakeBatch> ParseAsync(SourceLine? by)
        {
            await Parsing.WaitAsync(http.RequestAborted);
            try
            {
                return IntakeBatch.Read(body, type, by?.Id ?? 0, by?.Kind ?? SourceKind.Web, receivedAt, shop.Value.Currency);
            }
            finally
            {
                Parsing.Release();
            }
        }
    }

    /// <returns>Bytes read; more than the limit when there is more.</returns>
    private static async Task<int> ReadAsync(HttpRequest request, bool gzip, byte[] buffer, CancellationToken cancellationToken)
    {
        await using var packed = gzip ? new GZipStream(request.Body, CompressionMode.Decompress, leaveOpen: true) : null;
        var (stream, length) = (packed ?? request.Body, 0);
        while (length <= IntakeBatch.MaxBytes && await stream.ReadAsync(buffer.AsMemory(length, IntakeBatch.MaxBytes + 1 - length), cancellationToken) is > 0 and var read)
        {
            length += read;
        }

        return length;
    }

    /// <summary>The write key: user name of Basic authentication; the password is empty and ignored.</summary>
    private static string? KeyOf(string authorization)
    {
        if (!authorization.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        Span<byte> bytes = stackalloc byte[256];
        return Convert.TryFromBase64String(authorization[6..].Trim(), bytes, out var length) ? Encoding.UTF8.GetString(bytes[..length]).Split(':')[0] : " ";
    }

    private static IResult Unknown(HttpContext http)
    {
        http.Response.Headers.WWWAuthenticate = "Basic realm=\"MarketingConsole events\"";
        return Problem(StatusCodes.Status401Unauthorized, "No enabled source has this write key. Send it as the user name of Basic authentication.");
    }

    private IResult Later(HttpContext http, int status)
    {
        http.Response.Headers.RetryAfter = options.Value.RetryAfterSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return Problem(status, "Nothing was taken: send it again after the time in Retry-After.");
    }

    private static IResult Refused(IReadOnlyList<IntakeRefusal> refused, bool single) => Results.ValidationProblem(
        refused.GroupBy(x => x.Field is "batch" or "body" ? x.Field : single ? (x.Field.Length == 0 ? "body" : x.Field) : x.Field.Length == 0 ? $"batch[{x.Index}]" : $"batch[{x.Index}].{x.Field}").ToDictionary(x => x.Key, x => x.Select(y => y.Message).ToArray()),
        title: "No event was taken.");

    private static IResult Problem(int status, string detail) => Results.Problem(detail, statusCode: status);

    [LoggerMessage(LogLevel.Error, "Readings of source {Source} could not be stored; the sender was told to come back")]
    private static partial void ReadingsFailed(ILogger logger, int source, Exception exception);
}

/// <param name="Accepted">Events on disk.</param>
/// <param name="Rejected">Events that were not taken: sending them again as they are is of no use.</param>
internal sealed record TrackingAnswer(bool Success, int Accepted, IReadOnlyList<IntakeRefusal> Rejected);
