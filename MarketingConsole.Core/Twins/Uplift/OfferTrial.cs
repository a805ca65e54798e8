namespace MarketingConsole.Core.Twins.Uplift;

/// <summary>A campaign with an offer drew by lot whether to write to a customer.</summary>
/// <param name="At">When it drew: nothing later was known.</param>
/// <param name="Days">How long after it an order counts, the same for both outcomes of the lot.</param>
/// <param name="Exposed">Was to be written to, whether or not the message arrived (intention to treat); false = held out.</param>
public readonly record struct OfferTrial(int CustomerId, int CampaignId, DateTime At, int Days, bool Exposed);

/// <summary>Reads the shop's trials; supplied by whoever sends its offers.</summary>
/// <param name="customers">Of so many at most; of more, of an even sample.</param>
public delegate Task<IReadOnlyList<OfferTrial>> OfferTrialReader(int customers, CancellationToken cancellationToken);

/// <summary>Makes one trial of many.</summary>
internal static class OfferTrials
{
    /// <summary>The first trial of each customer in each campaign, thinned by lot until every campaign exposes the same share.
    /// The first only, for what follows a repeated exposure is its effect. The same share, because campaigns differ in whom they are for and how long they look: with shares of their own, belonging to one would tell both exposure and outcome.
    /// A share that holds everywhere is a balancing score (Rosenbaum and Rubin, The central role of the propensity score, 1983): exposed and held out then compare as in one trial.
    /// Of the campaigns' own shares the one that leaves the smallest error is taken.</summary>
    /// <param name="most">Trials left at most.</param>
    public static List<OfferTrial> Balance(IEnumerable<OfferTrial> trials, int most, int seed = 1)
    {
        var campaigns = trials.OrderBy(x => x.At).ThenBy(x => x.CustomerId).DistinctBy(x => (x.CampaignId, x.CustomerId)).GroupBy(x => x.CampaignId).OrderBy(x => x.Key)
            .Select(x => (Exposed: x.Where(t => t.Exposed).ToArray(), HeldOut: x.Where(t => !t.Exposed).ToArray())).Where(x => x.Exposed.Length > 0 && x.HeldOut.Length > 0).ToList();
        if (campaigns.Count == 0)
        {
            return [];
        }

        double HeldOut(double ratio) => campaigns.Sum(x => Math.Min(x.HeldOut.Length, x.Exposed.Length / ratio));
        var best = campaigns.Select(x => (double)x.Exposed.Length / x.HeldOut.Length).MaxBy(x => HeldOut(x) * x / (1 + x)); // 1 / (1/exposed + 1/held out)
        var part = Math.Min(1, most / (HeldOut(best) * (1 + best)));
        var (random, kept) = (new Random(seed), new List<OfferTrial>());
        foreach (var (exposed, heldOut) in campaigns)
        {
            random.Shuffle(exposed);
            random.Shuffle(heldOut);
            var size = part * Math.Min(heldOut.Length, exposed.Length / best);
            kept.AddRange(exposed.Take((int)Math.Round(size * best)));
            kept.AddRange(heldOut.Take((int)Math.Round(size)));
        }

        return kept;
    }
}
