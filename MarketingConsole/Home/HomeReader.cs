using MarketingConsole.Core.Access;
using MarketingConsole.Core.Campaigns;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Jobs;
using MarketingConsole.Core.Twins;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Home;

internal sealed record HomeCampaign(int Id, string Name, string ChangedBy, DateTime UpdatedAt);

/// <param name="Kind">See <see cref="JobRun.Kind"/>.</param>
internal sealed record HomeJob(int Id, string Kind, string Title, JobStatus Status, long Done, long Total, string Phase, DateTime? FinishedAt);

/// <summary>What the home page needs to know to say what comes next.</summary>
/// <param name="ForMe">Campaigns that wait for an approval this person may give.</param>
/// <param name="Drafts">This person's own drafts.</param>
/// <param name="Emailable">Customers who may get e-mail under the rules in force.</param>
/// <param name="Lapsing">Twins who may be profiled and are about to be lost.</param>
/// <param name="Profilable">Customers whose behaviour may be used under the rules in force.</param>
internal sealed record HomeState(int Customers, int Twins, int Segments, int Offers, int Campaigns, int CampaignsSent, IReadOnlyList<HomeCampaign> ForMe, IReadOnlyList<HomeCampaign> Drafts,
    int Waiting, IReadOnlyList<HomeJob> Running, IReadOnlyList<HomeJob> Failed, int Emailable, int Profilable, int Lapsing, bool Model, int People)
{
    private const string Sample = "FillSampleShop", Import = "ImportFile", Train = "TrainModels";

    /// <summary>The job that brings the first customers: until it ends, every number here still grows.</summary>
    public HomeJob? Filling => Running.FirstOrDefault(x => x.Kind == Sample) ?? (Customers == 0 || Twins == 0 ? Running.FirstOrDefault(x => x.Kind == Import) : null);

    public bool FillsSample => Filling?.Kind == Sample;

    public bool BuildingTwins => Filling is null && Twins < Customers;

    public bool Training => Running.Any(x => x.Kind == Train);
}

internal sealed class HomeReader(IDbContextFactory<ConsoleDb> dbs, ConsentGate gate, TimeProvider time)
{
    private const int Shown = 5;

    public async Task<HomeState> ReadAsync(string me, bool mayApprove, CancellationToken cancellationToken)
    {
        var rules = await gate.RulesAsync(cancellationToken);
        var now = time.GetUtcNow().UtcDateTime;
        var lately = now.AddDays(-7);
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        // Allowed before all: while customers stream in, a share must not pass 100 %.
        var living = db.Customers.AsNoTracking().Where(x => x.ErasedAt == null);
        var waiting = db.Campaigns.AsNoTracking().Where(x => x.Status == CampaignStatus.AwaitingApproval);
        var emailable = await living.CountAsync(rules.Allowed(db, Purpose.Email, now), cancellationToken);
        var profilable = await living.CountAsync(rules.Allowed(db, Purpose.Profiling, now), cancellationToken);
        var twins = await db.Twins.CountAsync(cancellationToken);
        return new HomeState(
            await living.CountAsync(cancellationToken),
            twins,
            await db.Segments.CountAsync(x => x.DeletedAt == null, cancellationToken),
            await db.Offers.CountAsync(x => x.ArchivedAt == null, cancellationToken),
            await db.Campaigns.CountAsync(x => x.Status != CampaignStatus.Archived, cancellationToken),
            await db.CampaignRuns.Select(x => x.CampaignId).Distinct().CountAsync(cancellationToken),
            mayApprove ? await CampaignsAsync(waiting.Where(x => x.CreatedBy != me && x.ChangedBy != me), cancellationToken) : [],
            await CampaignsAsync(db.Campaigns.AsNoTracking().Where(x => x.Status == CampaignStatus.Draft && x.ChangedBy == me), cancellationToken),
            await waiting.CountAsync(cancellationToken),
            await JobsAsync(db.JobRuns.Where(x => x.Status == JobStatus.Running || x.Status == JobStatus.Waiting), cancellationToken),
            await JobsAsync(db.JobRuns.Where(x => x.Status == JobStatus.Failed && x.FinishedAt > lately), cancellationToken),
            emailable,
            profilable,
            await living.Where(rules.Allowed(db, Purpose.Profiling, now)).CountAsync(x => db.Twins.Any(t => t.CustomerId == x.Id && t.Stage == LifecycleStage.Lapsing), cancellationToken),
            await db.TrainedModels.AnyAsync(x => x.Champion, cancellationToken),
            await db.Users.CountAsync(cancellationToken));
    }

    private static async Task<IReadOnlyList<HomeCampaign>> CampaignsAsync(IQueryable<Campaign> query, CancellationToken cancellationToken) =>
        await query.OrderByDescending(x => x.UpdatedAt).Take(Shown).Select(x => new HomeCampaign(x.Id, x.Name, x.ChangedBy, x.UpdatedAt)).ToListAsync(cancellationToken);

    private static async Task<IReadOnlyList<HomeJob>> JobsAsync(IQueryable<JobRun> query, CancellationToken cancellationToken) =>
        await query.AsNoTracking().OrderByDescending(x => x.Id).Take(Shown).Select(x => new HomeJob(x.Id, x.Kind, x.Title, x.Status, x.Done, x.Total, x.Phase, x.FinishedAt)).ToListAsync(cancellationToken);
}
