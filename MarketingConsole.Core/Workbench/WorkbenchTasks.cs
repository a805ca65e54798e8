using MarketingConsole.Core.Learning;
using MarketingConsole.Core.Workbench.Tasks;

namespace MarketingConsole.Core.Workbench;

/// <summary>The questions the workbench answers.</summary>
public static class WorkbenchTasks
{
    public static IReadOnlyList<WorkbenchTask> All { get; } = [PurchasesTask.Task, PurchasesTask.Value, ClassifyTask.Task, ClassifyTask.Explain, ForecastTask.Task, FairnessTask.Task, UpliftTask.Task, RecommendTask.Task, GroupsTask.Lookalike, GroupsTask.Cluster, GroupsTask.Anomalies, TextTask.Topics, TextTask.Sentiment];

    /// <exception cref="LearningException">A required option is missing, or the data does not allow the question.</exception>
    public static TaskResult Run(WorkbenchTask task, TaskInput input)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(input);
        if (task.Options.FirstOrDefault(x => x.Required && input.Option(x.Name) is null) is { } missing)
        {
            throw new LearningException($"--{missing.Name} is needed: {missing.Help}.{(missing.IsColumn ? $" {input.Train.Name} has {string.Join(", ", input.Train.Columns.Select(x => x.Name))}." : "")}");
        }

        var result = task.Run(input);
        return input.Train.Skipped.Count == 0 ? result : result with { Notes = [.. result.Notes, $"Lines of {input.Train.Name} that could not be read: {string.Join("; ", input.Train.Skipped)}."] };
    }
}
