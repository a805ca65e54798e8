using MarketingConsole.Core.Data;
using MarketingConsole.Core.Dispatch.Mail;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace MarketingConsole.Core.Dispatch;

/// <summary>Stands in for a mail server: each message becomes an .eml file named by its message id, so that writing it twice leaves one.</summary>
public sealed class Outbox(IOptions<DispatchOptions> options, IOptions<SmtpOptions> smtp, IHostEnvironment environment) : ITransport
{
    public string Folder { get; } = Path.Combine(environment.ContentRootPath, options.Value.OutboxFolder);
    public bool Repeatable => true;
    public int Parallel => 4;
    public RetryPolicy Retry { get; } = new(1, TimeSpan.FromSeconds(1));

    public async Task<Delivery> SendAsync(OutgoingMessage message, Func<Task> commit, CancellationToken cancellationToken)
    {
        byte[] mime;
        try
        {
            mime = MimeWriter.Write(message.ToMail(smtp.Value));
        }
        catch (ArgumentException exception)
        {
            return new Delivery(DeliveryOutcome.Refused, exception.Message);
        }

        Directory.CreateDirectory(Folder);
        var (part, final) = (Path.Combine(Folder, message.Id + ".part"), Path.Combine(Folder, message.Id + ".eml"));
        await File.WriteAllBytesAsync(part, mime, cancellationToken);
        await commit();
        File.Move(part, final, overwrite: true);
        return new Delivery(DeliveryOutcome.Accepted);
    }

    /// <summary>Newest messages first.</summary>
    /// <param name="search">Part of the subject or the recipient; empty = all.</param>
    public OutboxPage List(string search, int page, int size, CancellationToken cancellationToken)
    {
        var folder = new DirectoryInfo(Folder);
        if (!folder.Exists)
        {
            return new OutboxPage([], 0);
        }

        var files = folder.EnumerateFiles("*.eml").OrderByDescending(x => x.LastWriteTimeUtc).ThenBy(x => x.Name, StringComparer.Ordinal);
        var (rows, total) = (new List<OutboxEntry>(size), 0);
        foreach (var file in files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (search.Length == 0 && (total < page * size || rows.Count == size))
            {
                total++; // a page needs only its own files read
                continue;
            }

            var mail = EmlReader.ReadHead(file.FullName);
            if (search.Length > 0 && !mail.Subject.Contains(search, StringComparison.CurrentCultureIgnoreCase) && !mail.To.Contains(search, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            if (total++ >= page * size && rows.Count < size)
            {
                rows.Add(new OutboxEntry(Path.GetFileNameWithoutExtension(file.Name), file.LastWriteTimeUtc, mail.To, mail.Subject));
            }
        }

        return new OutboxPage(rows, total);
    }

    /// <summary>Deletes the messages to one address.</summary>
    /// <returns>How many.</returns>
    public int DeleteTo(string address)
    {
        var deleted = 0;
        foreach (var file in Directory.Exists(Folder) ? Directory.EnumerateFiles(Folder, "*.eml") : [])
        {
            if (EmlReader.ReadHead(file).To.Contains(address, StringComparison.OrdinalIgnoreCase))
            {
                File.Delete(file);
                deleted++;
            }
        }

        return deleted;
    }

    /// <returns>Null when there is no such message.</returns>
    public EmlMessage? Get(string id) =>
        id.Length is > 0 and <= 80 && id.All(char.IsAsciiLetterOrDigit) && Path.Combine(Folder, id + ".eml") is var path && File.Exists(path) ? EmlReader.Read(path) : null;

}

public sealed record OutboxEntry(string Id, DateTime At, string To, string Subject);

public sealed record OutboxPage(IReadOnlyList<OutboxEntry> Rows, int Total);
