using MarketingConsole.Core.Access;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Learning;
using MarketingConsole.Core.Segments;
using MarketingConsole.Core.Twins;
using MarketingConsole.Core.Twins.Groups;
using MarketingConsole.Core.Twins.Models;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace MarketingConsole.Core.Discovery;

/// <summary>What is known of who resembles a segment.</summary>
/// <param name="Auc">How well the members are told from others, by a model that had not seen them: 0.5 is not at all, 1 perfectly.</param>
/// <param name="Members">Members it was learnt from.</param>
/// <param name="Others">Others it was learnt from.</param>
/// <param name="Traits">What the members have in common against the others, in words, strongest first.</param>
public sealed record Likeness(int SegmentId, string Name, DateTime FittedAt, double Auc, int Members, int Others, IReadOnlyList<string> Traits)
{
    /// <summary>Members told apart no better than this are like everybody.</summary>
    public const double MinAuc = 0.6;

    public bool Tells => Auc >= MinAuc;
}

/// <summary>Learns who resembles the members of a segment. Only customers who allow profiling are learnt from or get a likeness.</summary>
public sealed class LookalikeService(IDbContextFactory<ConsoleDb> dbs, ModelRegistry registry, TwinRefresher twins, SegmentService segments, SegmentKeeper keeper, DiscoveryService discovery, ConsentGate consent, AuditLog audit, IOptions<ShopOptions> shop, TimeProvider time)
{
    private const int MaxMembers = 20_000, MaxOthers = 40_000, MostTraits = 6;

    /// <returns>Null while nothing was learnt of this segment.</returns>
    public async Task<Likeness?> GetAsync(int segmentId, CancellationToken cancellationToken)
    {
        var kind = ModelKind.Lookalike(segmentId);
        if (await segments.GetAsync(segmentId, cancellationToken) is not { } segment || await registry.ChampionAsync<LookalikeModel>(kind, cancellationToken) is not (var id, { Fits: true } model))
        {
            return null;
        }

        var stored = await registry.GetAsync(id, cancellationToken);
        return stored is null ? null : new(segmentId, segment.Name, stored.TrainedAt, model.Likeness.Auc, model.Members, model.Others, [.. model.Traits.Select(x => LookalikeModel.Say(x, shop.Value.Currency))]);
    }

    /// <summary>Learns who resembles a segment and writes it onto all twins.</summary>
    /// <returns>What hinders it; null when it is done.</returns>
    public async Task<string?> FitAsync(int segmentId, string actor, CancellationToken cancellationToken)
    {
        if (await segments.GetAsync(segmentId, cancellationToken) is null)
        {
            return $"There is no segment {segmentId}.";
        }

        var problem = await LearnAsync(segmentId, actor, cancellationToken);
        if (problem is null)
        {
            await audit.WriteAsync(actor, "lookalike.fit", $"segment {segmentId}", "", cancellationToken);
        }

        return problem;
    }

    /// <summary>Segments of which likeness is known.</summary>
    public async Task<IReadOnlyList<int>> FittedAsync(CancellationToken cancellationToken) =>
        [.. (await registry.ChampionsAsync<LookalikeModel>(ModelKind.LookalikePrefix, cancellationToken)).Select(x => ModelKind.SegmentOf(x.Kind)).Order()];

    /// <returns>What hinders it; null when it is done.</returns>
    internal async Task<string?> RefitAsync(int segmentId, CancellationToken cancellationToken)
    {
        if (await segments.GetAsync(segmentId, cancellationToken) is not null)
        {
            return await LearnAsync(segmentId, "system", cancellationToken);
        }

        await registry.ForgetAsync(ModelKind.Lookalike(segmentId), null, cancellationToken);
        await twins.ResembleAsync(segmentId, cancellationToken);
        return null;
    }

    /// <summary>Customers who resemble a segment and are not in it.</summary>
    /// <param name="atLeast">Per cent, 0 to 100.</param>
    public static SegmentRule RuleOf(int segmentId, double atLeast) => GroupRule.All(new LookalikeRule { Segment = segmentId, AtLeast = atLeast }, new MemberRule { Segment = segmentId, Member = false });

    /// <returns>The segment that was made of them; null while there is none.</returns>
    public async Task<int?> MadeAsync(int segmentId, double atLeast, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        return (await DiscoveryService.MadeAsync(db, cancellationToken)).TryGetValue(RuleJson.Write(RuleOf(segmentId, atLeast)), out var made) ? made : null;
    }

    /// <summary>Makes a segment of those who resemble another and are not in it; one with the same rule is taken instead.</summary>
    public async Task<SaveResult> MakeSegmentAsync(int segmentId, double atLeast, string actor, CancellationToken cancellationToken)
    {
        if (atLeast is not (>= 0 and <= 100))
        {
            return new SaveResult(0, [new FieldError("atLeast", "Must be 0 to 100 per cent.")]);
        }

        if (await GetAsync(segmentId, cancellationToken) is not { } known)
        {
            return new SaveResult(0, [new FieldError("segment", await segments.GetAsync(segmentId, cancellationToken) is null ? $"There is no segment {segmentId}." : "Nothing is known yet of who resembles this segment: learn it first.")]);
        }

        var name = $"Like {known.Name}";
        return await discovery.MakeAsync(name.Length <= SegmentService.MaxName - 3 ? name : name[..(SegmentService.MaxName - 3)], FormattableString.Invariant($"Customers who resemble the members of \"{known.Name}\" by at least {atLeast:0.#} % and are not among them."), RuleOf(segmentId, atLeast), actor, cancellationToken);
    }

    private async Task<string?> LearnAsync(int segmentId, string actor, CancellationToken cancellationToken)
    {
        var (rules, now, kind) = (await consent.RulesAsync(cancellationToken), time.GetUtcNow().UtcDateTime, ModelKind.Lookalike(segmentId));
        List<Twin> members, others;
        await using (var db = await dbs.CreateDbContextAsync(cancellationToken))
        {
            var allowed = db.Customers.Where(x => x.ErasedAt == null).Where(rules.Allowed(db, Purpose.Profiling, now)).Select(x => x.Id);
            var inside = db.SegmentMembers.Where(x => x.SegmentId == segmentId).Select(x => x.CustomerId);
            var profiled = db.Twins.AsNoTracking().Where(x => allowed.Contains(x.CustomerId));
            members = await SomeAsync(profiled.Where(x => inside.Contains(x.CustomerId)), MaxMembers, cancellationToken);
            others = await SomeAsync(profiled.Where(x => !inside.Contains(x.CustomerId)), MaxOthers, cancellationToken);
        }

        try
        {
            var model = await Task.Run(() => LookalikeModel.Fit(members, others, now, MostTraits, cancellationToken), cancellationToken);
            var report = new ModelReport(null, "Logistic regression of members against others, read as positive against unlabelled", 0, members.Count + others.Count, members.Count + others.Count,
                Figures: [new("Ranking (AUC)", model.Likeness.Auc, "Chance that a member whom the model had not seen was ranked above somebody else; 0.5 is guessing", LowerIsBetter: false)]);
            var id = await registry.StoreAsync(kind, model, report, actor, now, now, replaces: true, cancellationToken);
            await registry.ForgetAsync(kind, id, cancellationToken);
        }
        catch (LearningException exception)
        {
            return exception.Message;
        }

        await twins.ResembleAsync(segmentId, cancellationToken);
        await keeper.RecountAsync(segmentId, cancellationToken);
        return null;
    }

    private static async Task<List<Twin>> SomeAsync(IQueryable<Twin> of, int most, CancellationToken cancellationToken)
    {
        var step = Math.Max(1, (await of.CountAsync(cancellationToken) + most - 1) / most);
        return await of.Where(x => x.CustomerId % step == 0).OrderBy(x => x.CustomerId).ToListAsync(cancellationToken);
    }
}
