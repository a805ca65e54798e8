using MarketingConsole.Core.Campaigns;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Dispatch;
using MarketingConsole.Core.Dispatch.Mail;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Learning;
using MarketingConsole.Core.Learning.Shrinkage;
using MarketingConsole.Core.Offers;
using MarketingConsole.Core.Twins;
using MarketingConsole.Core.Twins.Forecast;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace MarketingConsole.Core.Simulation;

/// <summary>Reads the customers a plan is for: who may be simulated, who may be written to, with which offer.</summary>
public sealed class SimulationAudience(IDbContextFactory<ConsoleDb> dbs, ConsentGate gate, SuppressionList suppressions, IOptions<SimulationOptions> options, TimeProvider time)
{
    private const int CrowdSample = 20_000;

    /// <returns>Null when there is no such customer or segment.</returns>
    public async Task<string?> NameAsync(SimulationPlan plan, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        return plan.SegmentId is { } segment ? await db.Segments.Where(x => x.Id == segment && x.DeletedAt == null).Select(x => x.Name).FirstOrDefaultAsync(cancellationToken)
            : (await db.Customers.AsNoTracking().FirstOrDefaultAsync(x => x.Id == plan.CustomerId && x.ErasedAt == null, cancellationToken))?.DisplayName;
    }

    /// <param name="progress">0 to 1.</param>
    internal async Task<(AudienceSummary Summary, IReadOnlyList<SimulatedTwin> Twins)> ReadAsync(SimulationPlan plan, string name, IReadOnlyList<OfferDetails> offers, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var rules = await gate.RulesAsync(cancellationToken);
        await suppressions.SuppressReturnedAsync(cancellationToken);
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var customers = Customers(db, plan);
        var members = await customers.CountAsync(cancellationToken);
        var profiled = await customers.Where(rules.Allowed(db, Purpose.Profiling, now)).OrderBy(x => x.Id).Select(x => x.Id).ToListAsync(cancellationToken);
        var most = options.Value.MaxTwins;
        int[] some = profiled.Count <= most ? [.. profiled] : [.. Enumerable.Range(0, most).Select(i => profiled[(int)((long)i * profiled.Count / most)])];
        var crowd = plan.Channel == Channel.Email ? await CrowdAsync(db, rules, now, cancellationToken) : null;
        var chooser = await OfferChooser.LoadAsync(db, offers, now, cancellationToken);
        var worth = await OfferWorth.LoadAsync(db, offers, now, cancellationToken);
        var (twins, reached, offered) = (new List<SimulatedTwin>(), 0, 0);
        foreach (var chunk in some.Chunk(TwinReader.CustomersAChunk))
        {
            var histories = await TwinReader.HistoriesAsync(db, chunk, withItems: false, cancellationToken);
            var open = await ReachableAsync(db, plan.Channel, rules, chunk, now, cancellationToken);
            var mail = crowd is null ? [] : await db.Twins.Where(x => chunk.Contains(x.CustomerId)).Select(x => new { x.CustomerId, x.EmailsSent, x.EmailsOpened }).ToDictionaryAsync(x => x.CustomerId, x => (x.EmailsSent, x.EmailsOpened), cancellationToken);
            var profiles = offers.Count == 0 ? [] : await BuyerProfiles.LoadAsync(db, rules, chunk[0], chunk[^1], chooser.UsesCategories, now, cancellationToken);
            foreach (var history in histories)
            {
                if (PurchasesModel.HistoryOf(history, now) is { } purchases)
                {
                    var profile = profiles.GetValueOrDefault(history.CustomerId, BuyerProfile.Unknown);
                    var offer = offers.Count > 0 && chooser.Best(profile) is { } id ? worth.Of(id, profile) : null;
                    var (may, has) = (open.Contains(history.CustomerId), offers.Count == 0 || offer is not null);
                    reached += may ? 1 : 0;
                    offered += may && has ? 1 : 0;
                    var (sent, opened) = mail.GetValueOrDefault(history.CustomerId);
                    twins.Add(new(history.CustomerId, purchases, may && has, crowd is null ? 1 : crowd.Share(Math.Min(opened, sent), sent).Mean / crowd.Mean, offer));
                }
            }

            progress?.Report(twins.Count / (double)some.Length);
        }

        var scale = some.Length == 0 ? 1 : profiled.Count / (double)some.Length;
        return (new(name, members, members - profiled.Count, (int)Math.Round((some.Length - twins.Count) * scale), twins.Count, scale, twins.Count - reached, reached - offered), twins);
    }

    private static IQueryable<Customer> Customers(ConsoleDb db, SimulationPlan plan) => plan.CustomerId is { } id
        ? db.Customers.Where(x => x.Id == id && x.ErasedAt == null)
        : CampaignAudience.Members(db, new CampaignPlan { Include = [plan.SegmentId!.Value] });

    /// <summary>Who may be written to, by the checks of dispatch.</summary>
    private static async Task<HashSet<int>> ReachableAsync(ConsoleDb db, Channel channel, ConsentRuleSet rules, int[] ids, DateTime now, CancellationToken cancellationToken)
    {
        var allowed = CampaignAudience.WithAddress(db.Customers.Where(x => ids.Contains(x.Id)), channel).Where(rules.Allowed(db, CampaignAudience.PurposeOf(channel), now));
        var rows = await CampaignAudience.NotSuppressed(db, allowed, channel).Select(x => new { x.Id, x.Email }).ToListAsync(cancellationToken);
        return [.. rows.Where(x => channel != Channel.Email || Mailbox.IsValid(x.Email?.Trim())).Select(x => x.Id)];
    }

    /// <returns>How customers differ in opening e-mails; null when nobody was sent any.</returns>
    private static async Task<BetaBinomial?> CrowdAsync(ConsoleDb db, ConsentRuleSet rules, DateTime now, CancellationToken cancellationToken)
    {
        var profiled = db.Customers.Where(rules.Allowed(db, Purpose.Profiling, now)).Select(x => x.Id);
        var step = Math.Max(1, await db.Twins.CountAsync(cancellationToken) / CrowdSample);
        var rows = await db.Twins.Where(x => x.EmailsSent > 0 && x.CustomerId % step == 0 && profiled.Contains(x.CustomerId)).Select(x => new { x.EmailsSent, x.EmailsOpened }).ToListAsync(cancellationToken);
        try
        {
            return rows.Sum(x => x.EmailsOpened) == 0 ? null : BetaBinomial.FitTo(rows.Select(x => (Math.Min(x.EmailsOpened, x.EmailsSent), x.EmailsSent)), cancellationToken);
        }
        catch (LearningException)
        {
            return null;
        }
    }
}

/// <summary>What an offer means for a customer: until when it holds and which part of their spending it applies to.</summary>
internal sealed class OfferWorth
{
    private readonly Dictionary<int, (OfferDraft Draft, HashSet<string> Categories)> _offers;
    private readonly DateTime _now;

    private OfferWorth(Dictionary<int, (OfferDraft, HashSet<string>)> offers, DateTime now) => (_offers, _now) = (offers, now);

    public static async Task<OfferWorth> LoadAsync(ConsoleDb db, IReadOnlyList<OfferDetails> offers, DateTime now, CancellationToken cancellationToken)
    {
        string[] skus = [.. offers.SelectMany(x => x.Draft.Skus).Distinct()];
        var categoryOf = await db.Products.Where(x => skus.Contains(x.Sku)).ToDictionaryAsync(x => x.Sku, x => x.Category, cancellationToken);
        return new(offers.ToDictionary(x => x.Id, x => (x.Draft, new HashSet<string>([.. x.Draft.Categories, .. x.Draft.Skus.Select(s => categoryOf.GetValueOrDefault(s)).OfType<string>()]))), now);
    }

    public TwinOffer Of(int id, BuyerProfile buyer)
    {
        var (draft, categories) = _offers[id];
        var spent = buyer.CategoryCents.Values.Sum();
        var share = categories.Count == 0 || spent <= 0 ? 1 : categories.Sum(x => (double)buyer.CategoryCents.GetValueOrDefault(x)) / spent;
        return new(draft.Kind, draft.Value, share, draft.UnitCostCents, (draft.ValidTo - _now).TotalDays / PurchasesModel.DaysPerUnit);
    }
}
