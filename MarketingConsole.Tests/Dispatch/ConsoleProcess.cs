using System.Diagnostics;

namespace MarketingConsole.Tests.Dispatch;

/// <summary>The real app as a process of its own, to be killed.</summary>
internal sealed class ConsoleProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _folder;

    private ConsoleProcess(Process process, string folder) => (_process, _folder) = (process, folder);

    public static ConsoleProcess Start(params (string Key, string Value)[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("console-process-").FullName;
        var dll = Path.Combine(AppContext.BaseDirectory.Replace($"{Path.DirectorySeparatorChar}MarketingConsole.Tests{Path.DirectorySeparatorChar}", $"{Path.DirectorySeparatorChar}MarketingConsole{Path.DirectorySeparatorChar}", StringComparison.Ordinal), "MarketingConsole.dll");
        var start = new ProcessStartInfo("dotnet", [dll, "--urls", "http://127.0.0.1:0", "--contentRoot", folder]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        foreach (var (key, value) in settings.Append(("SampleData", "false")))
        {
            start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, x) => File.AppendAllText(Path.Combine(folder, "output.txt"), x.Data + "\n");
        process.BeginOutputReadLine();
        return new ConsoleProcess(process, folder);
    }

    public bool Ended => _process.HasExited;

    public string Output() => File.Exists(Path.Combine(_folder, "output.txt")) ? File.ReadAllText(Path.Combine(_folder, "output.txt")) : "";

    /// <summary>SIGKILL: nothing is flushed, closed or said goodbye to.</summary>
    public Task KillAsync()
    {
        _process.Kill();
        return _process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>SIGTERM, as a service manager or container platform stops it.</summary>
    public async Task StopAsync()
    {
        using var kill = Process.Start("kill", $"-TERM {_process.Id}");
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
