using System.Linq.Expressions;
using System.Text.Json;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Twins;
using MarketingConsole.Core.Twins.Models;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Segments;

/// <summary>Tells which scores a rule asks for that no customer has, because no model of their kind is in use, and why none is.</summary>
public sealed class MissingScores(IDbContextFactory<ConsoleDb> dbs)
{
    private static readonly (string Kind, string[] Fields, Expression<Func<Twin, bool>> Known)[] Scores = // each known by an index, so that a look costs nothing where all or none have it
    [
        (ModelKind.ChanceToBuy, ["chanceToBuy"], x => x.ChanceToBuy != null),
        (ModelKind.Churn, ["churnRisk"], x => x.ChurnRisk != null),
        (ModelKind.OfferUplift, ["offerUplift"], x => x.OfferUplift != null),
        (ModelKind.Purchases, ["alive", "orders30", "orders90", "orders365", "spend365", "lifetimeValue"], x => x.LifetimeCents != null),
        (ModelKind.Clusters, [RuleFields.Group], x => x.Cluster != null),
    ];

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
                missing.AddRange(conditions.Select(x => new RuleProblem(RuleTree.Join(x.Path, "field"), $"“{RuleFields.Twins.Single(f => f.Name == x.Field).Label}” is not known of any customer: {reason}")));
            }
        }

        return missing;
    }

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
