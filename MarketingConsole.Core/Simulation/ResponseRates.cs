using MathNet.Numerics.Distributions;

namespace MarketingConsole.Core.Simulation;

/// <summary>Cases that turned out one way, of all.</summary>
public readonly record struct Tried(long Hits, long Tries)
{
    public double Share => Tries == 0 ? 0 : (double)Hits / Tries;

    /// <summary>What is known of the share: Beta, with Jeffreys' prior.</summary>
    public double Draw(Random random) => Beta.Sample(random, Hits + 0.5, Tries - Hits + 0.5);
}

/// <summary>A past campaign with customers held out: those meant to get it and those kept back, and how many bought in the attribution window.</summary>
public sealed record CampaignEvidence(int CampaignId, Tried Treated, Tried HeldOut, int AttributionDays, bool WithOffers)
{
    /// <summary>Both groups begin at the share of the two together, with the weight of this many customers: a small holdout then leans to no effect, not to one side.</summary>
    private const double Prior = 2;

    private double Start => (Treated.Hits + HeldOut.Hits + 0.5) / (Treated.Tries + HeldOut.Tries + 1);

    internal double Difference => Mean(Treated) - Mean(HeldOut);

    internal double Variance => VarianceOf(Treated) + VarianceOf(HeldOut);

    internal double Draw(Random random) => Draw(Treated, random) - Draw(HeldOut, random);

    private double Mean(Tried x) => (x.Hits + (Prior * Start)) / (x.Tries + Prior);

    private double VarianceOf(Tried x) => Mean(x) * (1 - Mean(x)) / (x.Tries + Prior + 1);

    private double Draw(Tried x, Random random) => Beta.Sample(random, x.Hits + (Prior * Start), x.Tries - x.Hits + (Prior * (1 - Start)));
}

/// <summary>How much more likely a message makes a purchase in the attribution window; in a campaign to come, as in the past ones.</summary>
/// <param name="Campaigns">What it is measured on; empty when it is unknown.</param>
/// <param name="WindowDays">Days after a message in which a purchase counts for it.</param>
public sealed record MessageEffect(IReadOnlyList<CampaignEvidence> Campaigns, double WindowDays)
{
    /// <summary>With fewer held-out customers the effect counts as unknown.</summary>
    public const int MinHeldOut = 50;

    /// <summary>Standard deviation of an unknown effect, as a share of the purchases that come anyway. It is centred on none.</summary>
    public const double UnknownSpread = 0.25;
    public const double DefaultWindowDays = 7;

    public static MessageEffect Unknown { get; } = new([], DefaultWindowDays);

    public bool IsMeasured => Campaigns.Count > 0;

    public Tried Treated => new(Campaigns.Sum(x => x.Treated.Hits), Campaigns.Sum(x => x.Treated.Tries));

    public Tried HeldOut => new(Campaigns.Sum(x => x.HeldOut.Hits), Campaigns.Sum(x => x.HeldOut.Tries));

    /// <summary>How much campaigns differ beyond chance: the standard deviation between them. DerSimonian and Laird, Controlled Clinical Trials 7 (1986) 177–188.</summary>
    public double Between
    {
        get
        {
            if (Campaigns.Count < 2)
            {
                return 0;
            }

            double[] weights = [.. Campaigns.Select(x => 1 / x.Variance)];
            var total = weights.Sum();
            var mean = Campaigns.Zip(weights, (x, w) => x.Difference * w).Sum() / total;
            var excess = Campaigns.Zip(weights, (x, w) => w * (x.Difference - mean) * (x.Difference - mean)).Sum() - (Campaigns.Count - 1);
            return Math.Sqrt(Math.Max(0, excess / (total - (weights.Sum(w => w * w) / total))));
        }
    }

    /// <summary>Best estimate, in points of the share that buys.</summary>
    public double Mean => Campaigns.Zip(Weights(), (x, w) => x.Difference * w).Sum();

    /// <summary>Draws the effect of one world, in points of the share that buys.</summary>
    /// <param name="anyway">Share that buys in a window without a message.</param>
    public Func<Random, double> Sampler(double anyway)
    {
        if (!IsMeasured)
        {
            return random => anyway * Math.Clamp(UnknownSpread * Normal.Sample(random, 0, 1), -1, 1);
        }

        var (weights, between) = (Weights(), Between);
        return random =>
        {
            var sum = between * Normal.Sample(random, 0, 1);
            for (var i = 0; i < weights.Length; i++)
            {
                sum += weights[i] * Campaigns[i].Draw(random);
            }

            return sum;
        };
    }

    /// <returns>Weight of each campaign, 1 in all.</returns>
    private double[] Weights()
    {
        var between = Between * Between;
        double[] raw = [.. Campaigns.Select(x => 1 / (x.Variance + between))];
        var total = raw.Sum();
        return [.. raw.Select(x => x / total)];
    }
}

/// <summary>How many give up the channel after a message.</summary>
/// <param name="Here">Unsubscribes and messages of this channel.</param>
/// <param name="Everywhere">Those of all channels, which few messages of this one are drawn towards.</param>
public sealed record UnsubscribeRate(Tried Here, Tried Everywhere)
{
    /// <summary>Messages that the rate of all channels counts for beside the channel's own.</summary>
    public const double PriorMessages = 1_000;

    /// <summary>Believed before any message was sent.</summary>
    public const double Unmeasured = 0.002;
    private const double UnmeasuredMessages = 500;

    public double Mean => Alpha / (Alpha + Beta);

    private double Prior => (Everywhere.Hits + (Unmeasured * UnmeasuredMessages)) / (Everywhere.Tries + UnmeasuredMessages);

    private double Weight => Math.Min(PriorMessages, Everywhere.Tries + UnmeasuredMessages);

    private double Alpha => (Prior * Weight) + Here.Hits;

    private double Beta => ((1 - Prior) * Weight) + Here.Tries - Here.Hits;

    public double Draw(Random random) => MathNet.Numerics.Distributions.Beta.Sample(random, Alpha, Beta);
}

/// <summary>How customers answer messages, measured from the shop's own past, with what is not known about it.</summary>
/// <param name="Redeemed">Of the orders of customers who had been sent an offer, those with a discount; null where the data shows no discounts: all are then taken to redeem.</param>
public sealed record ResponseRates(MessageEffect Effect, UnsubscribeRate Unsubscribe, Tried? Redeemed)
{
    /// <summary>Draws the rates of each world.</summary>
    internal WorldRates[] Draw(int worlds, double anyway, int seed)
    {
        var (random, effect) = (new Random(seed), Effect.Sampler(anyway));
        return [.. Enumerable.Range(0, worlds).Select(_ => new WorldRates(effect(random), Unsubscribe.Draw(random), Redeemed?.Draw(random) ?? 1))];
    }
}

/// <summary>The rates of one world.</summary>
/// <param name="Effect">Points by which a message raises the share that buys in its window.</param>
internal readonly record struct WorldRates(double Effect, double Unsubscribe, double Redeem);
