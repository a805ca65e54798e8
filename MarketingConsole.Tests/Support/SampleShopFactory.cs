using MarketingConsole.Core.Jobs;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Tests.Support;

/// <summary>The app with a small sample shop, once it is filled, its twins are computed, its forecast is trained and its segments are counted.</summary>
public sealed class SampleShopFactory : ConsoleFactory, IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    protected override string Environment => "Development";

    protected override IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string> { ["SampleData"] = "true", ["SampleCustomers"] = "600" };

    public async ValueTask InitializeAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!await ReadyAsync(patience.Token))
        {
            await Task.Delay(200, patience.Token);
        }
    }

    private async Task<bool> ReadyAsync(CancellationToken cancellationToken)
    {
        await using var db = Open();
        if (await db.JobRuns.Where(x => x.Status == JobStatus.Failed).Select(x => x.Kind + ": " + x.Error).FirstOrDefaultAsync(cancellationToken) is { } failure)
        {
            throw new InvalidOperationException("A job of the sample shop failed: " + failure);
        }

        var customers = await db.Customers.CountAsync(cancellationToken);
        return customers == 600 && await db.Twins.CountAsync(cancellationToken) == customers && await db.TrainedModels.AnyAsync(cancellationToken)
            && await db.Twins.AnyAsync(x => x.ChanceToBuy != null, cancellationToken) && await db.Segments.AnyAsync(cancellationToken)
            && await db.Segments.AllAsync(x => x.CountedAt != null, cancellationToken) && !await db.JobRuns.AnyAsync(x => x.Status <= JobStatus.Running, cancellationToken);
    }
}
