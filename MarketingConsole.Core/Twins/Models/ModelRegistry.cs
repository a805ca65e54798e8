using System.Collections.Concurrent;
using System.Text.Json;
using MarketingConsole.Core.Access;
using MarketingConsole.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Twins.Models;

public enum ModelState { Champion, Challenger, Past, Failed }

/// <summary>A stored model as shown to people.</summary>
/// <param name="State">Challenger: trained after the champion and never in use.</param>
public sealed record StoredModel(
    int Id, string Kind, ModelState State, DateTime TrainedAt, string TrainedBy, DateTime WindowFrom, DateTime WindowTo, DateTime? PromotedAt, string? PromotedBy, ModelReport Report, ModelDrift? Drift);

/// <summary>Keeps trained models: which one of a kind is in use, which one was before, and how good each proved.</summary>
public sealed class ModelRegistry(IDbContextFactory<ConsoleDb> dbs, AuditLog audit, TimeProvider time)
{
    /// <summary>A challenger that forecasts no worse replaces the champion without asking once there are so many times the purchases that the champion knew.</summary>
    public const double OutgrownBy = 2;

    /// <summary>Challengers of a kind that are kept.</summary>
    private const int Kept = 5;
    private static readonly JsonSerializerOptions Json = JsonSerializerOptions.Web;
    private readonly ConcurrentDictionary<string, (int Id, object? Model)> _champions = new(StringComparer.Ordinal);

    /// <returns>The model in use, or null while there is none.</returns>
    public async Task<(int Id, T Model)?> ChampionAsync<T>(string kind, CancellationToken cancellationToken) where T : class
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var id = await db.TrainedModels.Where(x => x.Kind == kind && x.Champion).Select(x => x.Id).FirstOrDefaultAsync(cancellationToken);
        if (!_champions.TryGetValue(kind, out var known) || known.Id != id)
        {
            var json = await db.TrainedModels.Where(x => x.Id == id).Select(x => x.ParametersJson).SingleOrDefaultAsync(cancellationToken);
            known = (id, Read<T>(json));
            _champions[kind] = known;
        }

        return known.Model is T model ? (id, model) : null;
    }

    /// <returns>The models in use of all kinds that start so.</returns>
    public async Task<IReadOnlyList<(string Kind, T Model)>> ChampionsAsync<T>(string prefix, CancellationToken cancellationToken) where T : class
    {
        List<string> kinds;
        await using (var db = await dbs.CreateDbContextAsync(cancellationToken))
        {
            kinds = await db.TrainedModels.Where(x => x.Champion && x.Kind.StartsWith(prefix)).Select(x => x.Kind).ToListAsync(cancellationToken);
        }

        var models = new List<(string, T)>();
        foreach (var kind in kinds)
        {
            if (await ChampionAsync<T>(kind, cancellationToken) is (_, { } model))
            {
                models.Add((kind, model));
            }
        }

        return models;
    }

    /// <returns>Models of a kind, or of all, newest first.</returns>
    public async Task<IReadOnlyList<StoredModel>> ListAsync(string? kind, int count, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        return await ReadAsync(db, db.TrainedModels.Where(x => kind == null || x.Kind == kind).OrderByDescending(x => x.Id).Take(count), cancellationToken);
    }

    /// <returns>Of each kind the champion and what was trained last.</returns>
    public async Task<IReadOnlyList<StoredModel>> CurrentAsync(CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var newest = db.TrainedModels.GroupBy(x => x.Kind).Select(x => x.Max(y => y.Id));
        return await ReadAsync(db, db.TrainedModels.Where(x => x.Champion || newest.Contains(x.Id)).OrderByDescending(x => x.Id), cancellationToken);
    }

    /// <returns>Null when there is no such model.</returns>
    public async Task<StoredModel?> GetAsync(int id, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        return (await ReadAsync(db, db.TrainedModels.Where(x => x.Id == id), cancellationToken)).SingleOrDefault();
    }

    /// <summary>Stores a trained model. The first of its kind becomes champion, and one that takes the place of a champion that has been outgrown or can no longer be read; others wait as challengers.</summary>
    /// <param name="model">Null when nothing could be learnt.</param>
    /// <param name="replaces">True where the champion must give way, see <see cref="TrainingResult"/>.</param>
    /// <returns>Its id.</returns>
    internal async Task<int> StoreAsync(string kind, object? model, ModelReport report, string by, DateTime from, DateTime to, bool replaces, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var champion = await db.TrainedModels.AsNoTracking().Where(x => x.Kind == kind && x.Champion).Select(x => new { x.Id, x.ReportJson }).FirstOrDefaultAsync(cancellationToken);
        var outgrown = champion is not null && report.Purchases >= OutgrownBy * Report(champion.ReportJson).Purchases && !(report.Gain < 0);
        var row = new TrainedModel
        {
            Kind = kind,
            TrainedAt = time.GetUtcNow().UtcDateTime,
            TrainedBy = by,
            WindowFrom = from,
            WindowTo = to,
            ParametersJson = model is null ? null : JsonSerializer.Serialize(model, model.GetType(), Json),
            ReportJson = JsonSerializer.Serialize(report, Json),
        };
        db.TrainedModels.Add(row);
        await db.SaveChangesAsync(cancellationToken);
        var old = await db.TrainedModels.Where(x => x.Kind == kind && x.PromotedAt == null).OrderByDescending(x => x.Id).Skip(Kept).Select(x => x.Id).ToListAsync(cancellationToken);
        await db.TrainedModels.Where(x => old.Contains(x.Id)).ExecuteDeleteAsync(cancellationToken);
        if (model is not null && (champion is null || replaces || outgrown))
        {
            await CrownAsync(db, kind, row.Id, "system", cancellationToken);
        }

        return row.Id;
    }

    /// <summary>Deletes the models of a kind.</summary>
    /// <param name="except">Id of one that stays; null = none.</param>
    internal async Task ForgetAsync(string kind, int? except, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        await db.TrainedModels.Where(x => x.Kind == kind && x.Id != except).ExecuteDeleteAsync(cancellationToken);
    }

    internal async Task KeepDriftAsync(int id, ModelDrift drift, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var json = JsonSerializer.Serialize(drift, Json);
        await db.TrainedModels.Where(x => x.Id == id).ExecuteUpdateAsync(s => s.SetProperty(x => x.DriftJson, json), cancellationToken);
    }

    /// <returns>What hinders it; null when it is done.</returns>
    internal async Task<string?> PromoteAsync(int id, string by, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var row = await db.TrainedModels.AsNoTracking().Where(x => x.Id == id).Select(x => new { x.Kind, x.Champion, Usable = x.ParametersJson != null }).SingleOrDefaultAsync(cancellationToken);
        if (row is not { Usable: true, Champion: false })
        {
            return row is null ? "There is no such model any more." : row.Champion ? "It is in use already." : "Nothing could be learnt in this training, so there is nothing to use.";
        }

        await CrownAsync(db, row.Kind, id, by, cancellationToken);
        await audit.WriteAsync(by, "model.promote", $"{row.Kind} {id}", "", cancellationToken);
        return null;
    }

    /// <returns>What hinders it; null when it is done.</returns>
    internal async Task<string?> RollBackAsync(string kind, string by, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var now = await db.TrainedModels.Where(x => x.Kind == kind && x.Champion).Select(x => x.PromotedAt).FirstOrDefaultAsync(cancellationToken);
        var before = await db.TrainedModels.Where(x => x.Kind == kind && !x.Champion && x.PromotedAt != null && x.PromotedAt <= now).OrderByDescending(x => x.PromotedAt).ThenByDescending(x => x.Id).Select(x => (int?)x.Id).FirstOrDefaultAsync(cancellationToken);
        if (before is not { } id)
        {
            return "No other model was in use before.";
        }

        await db.TrainedModels.Where(x => x.Kind == kind && x.Champion).ExecuteUpdateAsync(s => s.SetProperty(x => x.PromotedAt, (DateTime?)null), cancellationToken); // else a second step back would lead here again
        await CrownAsync(db, kind, id, by, cancellationToken);
        await audit.WriteAsync(by, "model.rollback", $"{kind} {id}", "", cancellationToken);
        return null;
    }

    private async Task CrownAsync(ConsoleDb db, string kind, int id, string by, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().UtcDateTime;
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await db.TrainedModels.Where(x => x.Kind == kind && x.Champion).ExecuteUpdateAsync(s => s.SetProperty(x => x.Champion, false), cancellationToken);
        await db.TrainedModels.Where(x => x.Id == id).ExecuteUpdateAsync(s => s.SetProperty(x => x.Champion, true).SetProperty(x => x.PromotedAt, now).SetProperty(x => x.PromotedBy, by), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task<IReadOnlyList<StoredModel>> ReadAsync(ConsoleDb db, IQueryable<TrainedModel> query, CancellationToken cancellationToken)
    {
        var rows = await query.Select(x => new { x.Id, x.Kind, x.Champion, x.TrainedAt, x.TrainedBy, x.WindowFrom, x.WindowTo, x.PromotedAt, x.PromotedBy, Usable = x.ParametersJson != null, x.ReportJson, x.DriftJson }).ToListAsync(cancellationToken);
        var champions = await db.TrainedModels.Where(x => x.Champion).Select(x => new { x.Kind, x.Id }).ToDictionaryAsync(x => x.Kind, x => x.Id, cancellationToken);
        return
        [
            .. rows.Select(x => new StoredModel(
                x.Id, x.Kind, !x.Usable ? ModelState.Failed : x.Champion ? ModelState.Champion : x.PromotedAt is null && x.Id > champions.GetValueOrDefault(x.Kind) ? ModelState.Challenger : ModelState.Past,
                x.TrainedAt, x.TrainedBy, x.WindowFrom, x.WindowTo, x.PromotedAt, x.PromotedBy, Report(x.ReportJson), x.DriftJson is null ? null : JsonSerializer.Deserialize<ModelDrift>(x.DriftJson, Json))),
        ];
    }

    private static ModelReport Report(string json) => JsonSerializer.Deserialize<ModelReport>(json, Json)!;

    /// <returns>Null for parameters of another version of the program: the next training replaces them.</returns>
    internal static T? Read<T>(string? json) where T : class
    {
        try
        {
            return json is null ? null : JsonSerializer.Deserialize<T>(json, Json);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
