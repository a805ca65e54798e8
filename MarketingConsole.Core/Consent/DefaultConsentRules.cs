using MarketingConsole.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;

namespace MarketingConsole.Core.Consent;

/// <summary>Writes the default rules into a new database.</summary>
internal sealed class DefaultConsentRules(IDbContextFactory<ConsoleDb> dbs, TimeProvider time) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        if (await db.ConsentRules.AnyAsync(cancellationToken))
        {
            return;
        }

        db.ConsentRules.AddRange(ConsentRuleSet.Defaults(time.GetUtcNow().UtcDateTime));
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException)
        {
            // another node wrote them first: the unique index lets one set in
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
