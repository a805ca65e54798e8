using System.CommandLine;
using System.Globalization;
using MarketingConsole.Core.Learning;
using MarketingConsole.Core.Workbench;

namespace MarketingConsole.Workbench;

/// <summary><c>learn TASK --train FILE …</c>: the workbench on the command line, without the web application.</summary>
internal static class LearnCommand
{
    /// <returns>0, 1 where the data does not allow what was asked, 130 when cancelled.</returns>
    public static Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand("MarketingConsole's learning core on your own files: CSV or CSV.gz with a header; delimiter, encoding and kinds of columns are found by looking.");
        var learn = new Command("learn", "Asks a question of a table.");
        root.Subcommands.Add(learn);
        foreach (var task in WorkbenchTasks.All)
        {
            learn.Subcommands.Add(Of(task));
        }

        return root.Parse(args).InvokeAsync();
    }

    private static Command Of(WorkbenchTask task)
    {
        var train = new Option<FileInfo>("--train") { Description = $"Input: {task.Input}.", Required = true }.AcceptExistingOnly();
        var score = new Option<FileInfo>("--score") { Description = "rows to be scored (default: those kept back of --train)" }.AcceptExistingOnly();
        var output = new Option<FileInfo>("--out") { Description = $"CSV to write: {task.Output}." };
        var json = new Option<FileInfo>("--json") { Description = "also write the figures as JSON to this file" };
        var seed = new Option<int>("--seed") { Description = "the same seed gives the same answer", DefaultValueFactory = _ => 1 };
        var own = task.Options.Select(x => (x.Name, Option: new Option<string>("--" + x.Name) { Description = x.Help, Required = x.Required })).ToList();
        var command = new Command(task.Name, task.Summary) { train, output, json, seed };
        if (task.TakesScore)
        {
            command.Options.Add(score);
        }

        own.ForEach(x => command.Options.Add(x.Option));
        command.SetAction((parsed, cancellation) => Task.FromResult(Run(
            task, parsed.GetRequiredValue(train), task.TakesScore ? parsed.GetValue(score) : null, parsed.GetValue(output), parsed.GetValue(json), parsed.GetValue(seed),
            own.Select(x => (x.Name, Value: parsed.GetValue(x.Option))).Where(x => x.Value is not null).ToDictionary(x => x.Name, x => x.Value!), cancellation)));
        return command;
    }

    private static int Run(WorkbenchTask task, FileInfo train, FileInfo? score, FileInfo? output, FileInfo? json, int seed, Dictionary<string, string> options, CancellationToken cancellation)
    {
        try
        {
            var result = WorkbenchTasks.Run(task, new TaskInput(Read(train, cancellation), score is null ? null : Read(score, cancellation), options, seed, Console.IsErrorRedirected ? null : new ErrorProgress(), cancellation));
            if (output is not null)
            {
                using var text = new StreamWriter(output.FullName);
                WorkbenchOutput.WriteCsv(text, result);
            }

            var width = result.Figures.Select(x => x.Name.Length).DefaultIfEmpty().Max();
            foreach (var figure in result.Figures)
            {
                Console.WriteLine($"{figure.Name.PadRight(width)}  {figure.Value?.ToString("0.######", CultureInfo.InvariantCulture) ?? "–",14}  {figure.Meaning}");
            }

            Console.WriteLine();
            foreach (var note in result.Notes)
            {
                Console.WriteLine(note);
            }

            if (output is not null)
            {
                Console.WriteLine($"{result.Rows.Count} rows written to {output.FullName}.");
            }

            if (json is not null)
            {
                File.WriteAllText(json.FullName, WorkbenchOutput.Json(task, result));
            }

            return 0;
        }
        catch (Exception exception) when (exception is LearningException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(exception.Message);
            return 1;
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine("Cancelled.");
            return 130;
        }
    }

    private static Table Read(FileInfo file, CancellationToken cancellation) => Table.Read(file.Name, file.OpenRead, cancellation);

    private sealed class ErrorProgress : IProgress<double>
    {
        public void Report(double value) => Console.Error.Write($"\r{value:P0}  ");
    }
}
