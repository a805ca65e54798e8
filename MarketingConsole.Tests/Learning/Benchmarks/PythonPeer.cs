using System.Diagnostics;
using System.Globalization;

namespace MarketingConsole.Tests.Learning.Benchmarks;

/// <summary>Runs a script with Debian's Python, one thread, to measure its libraries in the same run.</summary>
internal static class PythonPeer
{
    private const string Python = "/usr/bin/python3";

    /// <returns>The numbers in the script's last line; null, with a line that says so, where Python or a library is missing.</returns>
    public static double[]? Run(string script, params string[] arguments)
    {
        var file = Path.Combine(Path.GetTempPath(), $"peer-{Environment.ProcessId}.py");
        try
        {
            File.WriteAllText(file, script);
            if (!File.Exists(Python))
            {
                Console.WriteLine($"{Python} is not here: no comparison with scikit-learn.");
                return null;
            }

            var start = new ProcessStartInfo(Python, [file, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
            start.Environment["OMP_NUM_THREADS"] = start.Environment["OPENBLAS_NUM_THREADS"] = "1";
            start.Environment["OMP_WAIT_POLICY"] = "PASSIVE";
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode == 0)
            {
                return [.. output.Trim().Split('\n')[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(x => double.Parse(x, CultureInfo.InvariantCulture))];
            }

            var error = errors.Result;
            Console.WriteLine(error.Contains("ModuleNotFoundError", StringComparison.Ordinal) ? "python3-sklearn or python3-pandas is not installed: no comparison with scikit-learn." : error);
            return null;
        }
        finally
        {
            File.Delete(file);
        }
    }
}
