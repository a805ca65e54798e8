using MarketingConsole.Core.Campaigns;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Offers;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Dispatch;

/// <summary>Which offer a customer would get if the campaign ran now, by the same choice as the run itself.</summary>
public sealed class OfferPreview(IDbContextFactory<ConsoleDb> dbs, ConsentGate gate, OfferService offers, TimeProvider time)
{
    /// <returns>By customer; null where no offer of the plan applies.</returns>
    public async Task<IReadOnlyDictionary<int, int?>> ChooseAsync(CampaignPlan plan, IReadOnlyList<int> customerIds, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var chosen = await offers.GetAsync(plan.OfferIds, cancellationToken);
        var now = time.GetUtcNow().UtcDateTime;
        var starts = chosen.Where(x => x.ArchivedAt is null && x.Draft.ValidTo > now).Select(x => x.Draft.ValidFrom).DefaultIfEmpty(now).Min();
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var chooser = await OfferChooser.LoadAsync(db, chosen, starts > now ? starts : now, cancellationToken);
        var rules = await gate.RulesAsync(cancellationToken);
        var found = new Dictionary<int, int?>();
        foreach (var id in customerIds)
        {
            var profiles = await BuyerProfiles.LoadAsync(db, rules, id, id, chooser.UsesCategories, now, cancellationToken);
            found[id] = chooser.Best(profiles.GetValueOrDefault(id, BuyerProfile.Unknown));
        }

        return found;
    }
}
