using MarketingConsole.Core.Access;
using MarketingConsole.Core.Campaigns;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Jobs;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Home;

internal sealed record HomeCampaign(int Id, string Name, string ChangedBy, DateTime UpdatedAt);

internal sealed record HomeJob(int Id, string Title, JobStatus Status, long Done, long Total, string Phase, DateTime? FinishedAt);

/// <summary>What the home page needs to know to say what comes next.</summary>
/// <param name="ForMe">Campaigns that wait for an approval this person may give.</param>
/// <param name="Drafts">This person's own drafts.</param>
/// <param name="Emailable">Customers who may get e-mail under the rules in force.</param>
/// <param name="Profilable">Customers whose behaviour may be used under the rules in force.</param>
internal sealed record HomeState(int Customers, int Twins, int Segments, int Offers, int Campaigns, int CampaignsSent, IReadOnlyList<HomeCampaign> ForMe, IReadOnlyList<HomeCampaign> Drafts,
    int Waiting, IReadOnlyList<HomeJob> Running, IReadOnlyList<HomeJob> Failed, int Emailable, int Profilable, bool Model, int People, DateTime? RulesChangedAt);

internal sealed class HomeReader(IDbContextFactory<ConsoleDb> dbs, ConsentGate gate, TimeProvider time)
{
    private const int Shown = 5;

    public async Task<HomeState> ReadAsync(string me, bool mayApprove, CancellationToken cancellationToken)
    {
        var rules = await gate.RulesAsync(cancellationToken);
        var now = time.GetUtcNow().UtcDateTime;
        var lately = now.AddDays(-7);
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var living = db.Customers.AsNoTracking().Where(x => x.ErasedAt == null);
        var waiting = db.Campaigns.AsNoTracking().Where(x => x.Status == CampaignStatus.AwaitingApproval);
        return new HomeState(
            await living.CountAsync(cancellationToken),
            await db.Twins.CountAsync(cancellationToken),
            await db.Segments.CountAsync(x => x.DeletedAt == null, cancellationToken),
            await db.Offers.CountAsync(x => x.ArchivedAt == null, cancellationToken),
            await db.Campaigns.CountAsync(x => x.Status != CampaignStatus.Archived, cancellationToken),
            await db.CampaignRuns.Select(x => x.CampaignId).Distinct().CountAsync(cancellationToken),
            mayApprove ? await CampaignsAsync(waiting.Where(x => x.CreatedBy != me && x.ChangedBy != me), cancellationToken) : [],
            await CampaignsAsync(db.Campaigns.AsNoTracking().Where(x => x.Status == CampaignStatus.Draft && x.ChangedBy == me), cancellationToken),
            await waiting.CountAsync(cancellationToken),
            await JobsAsync(db.JobRuns.Where(x => x.Status == JobStatus.Running || x.Status == JobStatus.Waiting), cancellationToken),
            await JobsAsync(db.JobRuns.Where(x => x.Status == JobStatus.Failed && x.FinishedAt > lately), cancellationToken),
            await living.CountAsync(rules.Allowed(db, Purpose.Email, now), cancellationToken),
            await living.CountAsync(rules.Allowed(db, Purpose.Profiling, now), cancellationToken),
            await db.TrainedModels.AnyAsync(x => x.Champion, cancellationToken),
            await db.Users.CountAsync(cancellationToken),
            rules.Rules.Where(x => x.Version > 1).Max(x => (DateTime?)x.ChangedAt));
    }

    private static async Task<IReadOnlyList<HomeCampaign>> CampaignsAsync(IQueryable<Campaign> query, CancellationToken cancellationToken) =>
        await query.OrderByDescending(x => x.UpdatedAt).Take(Shown).Select(x => new HomeCampaign(x.Id, x.Name, x.ChangedBy, x.UpdatedAt)).ToListAsync(cancellationToken);

    private static async Task<IReadOnlyList<HomeJob>> JobsAsync(IQueryable<JobRun> query, CancellationToken cancellationToken) =>
        await query.AsNoTracking().OrderByDescending(x => x.Id).Take(Shown).Select(x => new HomeJob(x.Id, x.Title, x.Status, x.Done, x.Total, x.Phase, x.FinishedAt)).ToListAsync(cancellationToken);
}
