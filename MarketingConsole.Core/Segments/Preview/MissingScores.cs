using System.Linq.Expressions;
using System.Text.Json;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Twins;
using MarketingConsole.Core.Twins.Drives;
using MarketingConsole.Core.Twins.Models;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Segments;

/// <summary>Tells which scores a rule asks for that no customer has, because no model of their kind is in use or the shop's data cannot tell, and why.</summary>
public sealed class MissingScores(IDbContextFactory<ConsoleDb> dbs)
{
    private static readonly Dictionary<string, DriveKind> Drives = Enum.GetValues<DriveKind>().ToDictionary(RuleFields.DriveName);
    private static readonly (string Kind, string[] Fields, Expression<Func<Twin, bool>> Known)[] Scores = // each known by an index, so that a look costs nothing where all or none have it
    [
        (ModelKind.ChanceToBuy, ["chanceToBuy"], x => x.ChanceToBuy != null),
        (ModelKind.Churn, ["churnRisk"], x => x.ChurnRisk != null),
        (ModelKind.OfferUplift, ["offerUplift"], x => x.OfferUplift != null),
        (ModelKind.Purchases, ["alive", "orders30", "orders90", "orders365", "spend365", "lifetimeValue"], x => x.LifetimeCents != null),
        (ModelKind.Crowd, [RuleFields.Motivation, .. Drives.Keys], x => x.Motivation != null),
        (ModelKind.Clusters, [RuleFields.Group], x => x.Cluster != null),
    ];

    private Crowd? _crowd; // its model is read once, for a slider asks many times a second

    /// <returns>Conditions on scores that are not known of anybody; the message says why.</returns>
    public async Task<IReadOnlyList<RuleProblem>> OfAsync(SegmentRule rule, CancellationToken cancellationToken)
    {
        var asked = RuleTree.Nodes(rule).Select(x => (x.Path, Field: x.Rule switch { TwinRule twin => twin.Field, RankRule rank => rank.Field, _ => null })).ToList();
        var missing = new List<RuleProblem>();
        foreach (var (kind, fields, known) in Scores)
        {
            var conditions = asked.Where(x => fields.Contains(x.Field)).ToList();
            if (conditions.Count > 0 && await AbsenceAsync(kind, known, cancellationToken) is { } reason)
            {
                missing.AddRange(conditions.Select(x => Problem(x.Path, x.Field, reason)));
            }
        }

        var drives = asked.Where(x => x.Field is not null && Drives.ContainsKey(x.Field)).ToList();
        if (drives.Count > 0 && await MotivesAsync(cancellationToken) is { } motives)
        {
            missing.AddRange(drives.Select(x => (x.Path, x.Field, motives[Drives[x.Field!]].Missing)).Where(x => x.Missing is not null).Select(x => Problem(x.Path, x.Field, x.Missing! + ".")));
        }

        return missing;
    }

    /// <summary>What the model in use knows of each drive: a shop without discounts, say, cannot tell who is after them. Null while there is none.</summary>
    private async Task<IReadOnlyDictionary<DriveKind, CrowdShare>?> MotivesAsync(CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var champion = db.TrainedModels.Where(x => x.Kind == ModelKind.Crowd && x.Champion);
        var id = await champion.Select(x => x.Id).FirstOrDefaultAsync(cancellationToken);
        if (_crowd is not { } known || known.Id != id)
        {
            _crowd = known = new(id, ModelRegistry.Read<CrowdModel>(await champion.Where(x => x.Id == id).Select(x => x.ParametersJson).FirstOrDefaultAsync(cancellationToken))?.Motives);
        }

        return known.Motives;
    }

    private sealed record Crowd(int Id, IReadOnlyDictionary<DriveKind, CrowdShare>? Motives);

    private static RuleProblem Problem(string path, string? field, string reason) => new(RuleTree.Join(path, "field"), $"“{RuleFields.Twins.Single(x => x.Name == field).Label}” is not known of any customer: {reason}");

    private async Task<string?> AbsenceAsync(string kind, Expression<Func<Twin, bool>> known, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        if (await db.TrainedModels.AnyAsync(x => x.Kind == kind && x.Champion, cancellationToken) || await db.Twins.AnyAsync(known, cancellationToken))
        {
            return null;
        }

        var last = await db.TrainedModels.Where(x => x.Kind == kind).OrderByDescending(x => x.Id).Select(x => x.ReportJson).FirstOrDefaultAsync(cancellationToken);
        return last is null ? "no model for it has been trained yet."
            : JsonSerializer.Deserialize<ModelReport>(last, JsonSerializerOptions.Web)?.Reason is { } reason ? $"there is no model for it yet. {reason}"
            : "no model for it is in use; under Models one can be put to use.";
    }
}
