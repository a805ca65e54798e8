using System.Diagnostics;
using System.Text.Json;

namespace MarketingConsole.Tests.Dispatch;

/// <summary>The npm smtp-server as a process of its own; replies by recipient, see SmtpServer/server.js.</summary>
public sealed class TestSmtpServer : IAsyncDisposable
{
    private readonly Process _process;

    private TestSmtpServer(Process process, int port, string folder) => (_process, Port, Folder) = (process, port, folder);

    public int Port { get; }

    /// <summary>Holds accepted.txt and, when asked for, each message as it came.</summary>
    public string Folder { get; }

    /// <summary>Recipient and Message-ID of each accepted message.</summary>
    public IReadOnlyList<(string To, string MessageId)> Accepted()
    {
        using var file = new FileStream(Path.Combine(Folder, "accepted.txt"), FileMode.OpenOrCreate, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(x => x.Split('\t')).Where(x => x.Length == 2).Select(x => (x[0], x[1]))];
    }

    public IReadOnlyList<string> Messages() => [.. Directory.GetFiles(Folder, "*.eml").Order(StringComparer.Ordinal).Select(x => File.ReadAllText(x))];

    public static async Task<TestSmtpServer> StartAsync(object? options = null, bool keepMessages = false)
    {
        var folder = Directory.CreateTempSubdirectory("smtp-test-").FullName;
        var settings = JsonSerializer.SerializeToNode(options ?? new { })!.AsObject();
        settings["log"] = Path.Combine(folder, "accepted.txt");
        settings["folder"] = keepMessages ? folder : null;
        var script = Path.Combine(Root(), "MarketingConsole.Tests", "SmtpServer", "server.js");
        var process = Process.Start(new ProcessStartInfo("node", [script, settings.ToJsonString()]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var line = await process.StandardOutput.ReadLineAsync();
        Assert.True(int.TryParse(line, out var port), $"The SMTP server did not start: {line}{(line is null ? await process.StandardError.ReadToEndAsync() : "")}");
        return new TestSmtpServer(process, port, folder);
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    public static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "MarketingConsole.sln")))
        {
            folder = folder.Parent;
        }

        return folder.FullName;
    }
}
