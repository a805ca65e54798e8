using System.Globalization;
using MarketingConsole.Core.Jobs;

namespace MarketingConsole.Core.Twins.Forecast;

/// <summary>Trains the chance to buy, then scores every twin with the new model.</summary>
internal sealed class TrainForecastJob(ForecastService forecast, TwinRefresher refresher, IServiceProvider services) : ConsoleJob(services)
{
    protected override async Task RunAsync(JobContext context, CancellationToken cancellationToken)
    {
        var report = await forecast.TrainAsync(context.StartedBy, (done, total) => context.Report(done, total, "reading histories"), cancellationToken);
        await context.LogAsync(report.Reason is null
            ? string.Create(CultureInfo.InvariantCulture, $"Learnt from {report.TrainedRows:#,0} rows; on the later period AUC {report.Test!.Auc:0.000}, log loss {report.Test.LogLoss:0.000} (base rate alone {report.Test.BaseLogLoss:0.000}), calibration error {report.Test.CalibrationError:0.000}.")
            : report.Reason, warning: report.Reason is not null);
        await refresher.RefreshAllAsync((done, total) => context.Report(done, total, "scoring twins"), cancellationToken);
    }
}
