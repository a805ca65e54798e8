using MarketingConsole.Core.Learning;
using MarketingConsole.Core.Workbench.Tasks;

namespace MarketingConsole.Core.Workbench;

/// <summary>The questions the workbench answers.</summary>
public static class WorkbenchTasks
{
    public static IReadOnlyList<WorkbenchTask> All { get; } = [PurchasesTask.Task, PurchasesTask.Value, ClassifyTask.Task, ClassifyTask.Explain, ForecastTask.Task, FairnessTask.Task, UpliftTask.Task, RecommendTask.Task, GroupsTask.Lookalike, GroupsTask.Cluster, GroupsTask.Anomalies, TextTask.Topics, TextTask.Sentiment];

    /// <returns>null when there is no such question.</returns>
    public static WorkbenchTask? Find(string? name) => All.FirstOrDefault(x => x.Name == name);

    /// <exception cref="OptionException">A required option is missing or a value cannot be used.</exception>
    /// <exception cref="LearningException">The data does not allow the question.</exception>
    public static TaskResult Run(WorkbenchTask task, TaskInput input)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(input);
        foreach (var option in task.Options)
        {
            Check(option, input);
        }

        var result = task.Run(input);
        result = result with { Figures = [.. result.Figures.Select(x => x.Value is { } value && !double.IsFinite(value) ? x with { Value = null } : x)] };
        return input.Train.Skipped.Count == 0 ? result : result with { Notes = [.. result.Notes, $"Lines of {input.Train.Name} that could not be read: {string.Join("; ", input.Train.Skipped)}."] };
    }

    private static void Check(TaskOption option, TaskInput input)
    {
        if (option.IsColumn)
        {
            input.Column(option.Name);
        }

        if (input.Option(option.Name) is not { } value)
        {
            if (option.Required)
            {
                throw new OptionException(option.Name, $"is needed: {option.Help}.{(option.IsColumn ? $" {input.Train.Name} has {input.Train.ColumnNames}." : "")}");
            }
        }
        else if (option.Choices is { } choices && !choices.Contains(value, StringComparer.OrdinalIgnoreCase))
        {
            throw new OptionException(option.Name, $"must be {string.Join(", ", choices.SkipLast(1))} or {choices[^1]}, not “{value}”.");
        }
    }
}
