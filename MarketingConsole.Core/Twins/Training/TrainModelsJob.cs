using System.Globalization;
using MarketingConsole.Core.Jobs;

namespace MarketingConsole.Core.Twins.Training;

/// <summary>Trains the models, then scores every twin with those in use.</summary>
internal sealed class TrainModelsJob(ModelTraining training, TwinRefresher refresher, IServiceProvider services) : ConsoleJob(services)
{
    protected override Task RunAsync(JobContext context, CancellationToken cancellationToken) => BackgroundThread.RunAsync("Training", () => TrainAsync(context, cancellationToken));

    private async Task TrainAsync(JobContext context, CancellationToken cancellationToken)
    {
        var reports = await training.TrainAsync(context.StartedBy, new Shown(context), cancellationToken);
        foreach (var (kind, report) in reports)
        {
            var figures = string.Join(", ", (report.Figures ?? []).Where(x => x.Value is not null).Take(3).Select(x => string.Create(CultureInfo.InvariantCulture, $"{x.Name.ToLowerInvariant()} {x.Value:0.000}{(x.Rival is { } rival ? $" ({x.RivalName}: {rival.ToString("0.000", CultureInfo.InvariantCulture)})" : "")}")));
            await context.LogAsync(report.Reason is null ? $"{kind}: learnt from {report.Rows.ToString("#,0", CultureInfo.InvariantCulture)} rows; {(figures.Length > 0 ? figures : "no later period to be judged on")}." : $"{kind}: {report.Reason}", warning: report.Reason is not null);
        }

        await refresher.RefreshAllAsync((done, total) => context.Report(done, total, "Scoring twins"), cancellationToken);
    }

    private sealed class Shown(JobContext context) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => context.Report(value.Done, value.Total, value.Phase);
    }
}

/// <summary>Scores every twin with the models in use.</summary>
internal sealed class ScoreTwinsJob(TwinRefresher refresher, IServiceProvider services) : ConsoleJob(services)
{
    protected override Task RunAsync(JobContext context, CancellationToken cancellationToken) =>
        BackgroundThread.RunAsync("Scoring", () => refresher.RefreshAllAsync((done, total) => context.Report(done, total, "Scoring twins"), cancellationToken));
}
