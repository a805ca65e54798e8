using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace MarketingConsole.Tests.Benchmarks.Learning;

/// <summary>Runs the rival: a script on Debian's Python with numpy, pandas and scikit-learn, one thread, and reads the "name value" lines it prints.</summary>
internal static class ScikitLearn
{
    /// <returns>null where Python or a package is missing, after saying so.</returns>
    public static Dictionary<string, double>? Run(string script, string folder, string needs = "numpy, pandas, sklearn")
    {
        var file = Path.Combine(Path.GetTempPath(), $"peer-{Environment.ProcessId}.py");
        try
        {
            File.WriteAllText(file, $"import sys, time, warnings\nwarnings.filterwarnings('ignore')\ntry:\n    import {needs}\nexcept ImportError as e:\n    print('missing', e, file=sys.stderr); sys.exit(3)\nD=sys.argv[1]+'/'\n{script}");
            var start = new ProcessStartInfo("/usr/bin/python3") { RedirectStandardOutput = true };
            start.ArgumentList.Add(file);
            start.ArgumentList.Add(folder);
            start.Environment["OMP_NUM_THREADS"] = "1";
            start.Environment["OMP_WAIT_POLICY"] = "PASSIVE";
            using var process = Process.Start(start)!;
            var lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
            process.WaitForExit();
            if (process.ExitCode == 0)
            {
                return lines.Select(x => x.Split(' ')).ToDictionary(x => x[0], x => double.Parse(x[1], CultureInfo.InvariantCulture));
            }
        }
        catch (Win32Exception)
        {
            // Said below.
        }
        finally
        {
            File.Delete(file);
        }

        Console.WriteLine("Not compared: needs /usr/bin/python3 with scikit-learn (Debian: apt install python3-sklearn python3-pandas).");
        return null;
    }

    /// <summary>Prints one line of the table.</summary>
    /// <param name="met">Whether the limit holds.</param>
    /// <returns><paramref name="met"/>.</returns>
    public static bool Row(string what, double ours, double theirs, string limit, bool met)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-44} {ours,14:G6} {theirs,14:G6} {ours / theirs,9:F4}  {limit,-10} {(met ? "met" : "NOT MET")}"));
        return met;
    }

    public static void Header() => Console.WriteLine($"{"one thread each, same run",-44} {"ours",14} {"theirs",14} {"ratio",9}  {"limit",-10}");

    /// <summary>Seconds of the fastest of some runs.</summary>
    public static double Fastest(int runs, Action run) => Enumerable.Range(0, runs).Min(_ =>
    {
        var watch = Stopwatch.StartNew();
        run();
        return watch.Elapsed.TotalSeconds;
    });
}
