using MathNet.Numerics.Distributions;

namespace MarketingConsole.Core.Learning.Bandits;

/// <summary>What a reward is.</summary>
public enum RewardKind
{
    /// <summary>Response or none: Beta posterior.</summary>
    Response,

    /// <summary>An amount: normal posterior with the variance of all arms together.</summary>
    Amount,
}

/// <summary>Chooses among arms by drawing each arm's value from what is known of it and taking the best draw, so that an arm is shown as often as it may be the best.
/// Rewards may come late and in batches: choices wait as pending and change nothing until their reward, or its absence, is known; the draws keep a batch varied meanwhile.
/// Source: Thompson 1933; Chapelle and Li, An empirical evaluation of Thompson sampling, 2011 (section 4: delay); Agrawal and Goyal, Further optimal regret bounds, 2013 (normal).
/// A share of choices goes to the control arm by lot whatever is known, so that the effect of choosing can always be measured.</summary>
/// <param name="Kind">Response or amount.</param>
/// <param name="Arms">At least two; never changed, each update gives a new state.</param>
/// <param name="ControlArm">Index of the control arm.</param>
/// <param name="ControlShare">Least share of choices for control, 0 to below 1.</param>
public sealed record ThompsonSampling(RewardKind Kind, IReadOnlyList<BanditArm> Arms, int ControlArm, double ControlShare)
{
    /// <param name="names">At least two arms.</param>
    /// <param name="kind">What a reward is.</param>
    /// <param name="controlShare">Least share for control, 0 to below 1.</param>
    /// <param name="controlArm">Index of the control arm.</param>
    /// <exception cref="LearningException">Fewer than two arms, or a share out of range.</exception>
    public static ThompsonSampling Create(IReadOnlyList<string> names, RewardKind kind, double controlShare = 0.1, int controlArm = 0)
    {
        Check(names.Count, controlShare, controlArm);
        return new(kind, [.. names.Select(x => new BanditArm(x, 0, 0, 0, 0))], controlArm, controlShare);
    }

    /// <summary>Chooses for a batch of customers.</summary>
    /// <param name="count">Customers, at least 0.</param>
    /// <param name="seed">A new one each batch.</param>
    /// <returns>One choice each, and the state in which they are pending.</returns>
    public (BanditChoice[] Choices, ThompsonSampling Next) Choose(int count, int seed)
    {
        var (random, choices, pending) = (new Random(seed), new BanditChoice[count], new long[Arms.Count]);
        var spread = Deviation();
        for (var i = 0; i < count; i++)
        {
            choices[i] = random.NextDouble() < ControlShare ? new(ControlArm, true) : new(Best(random, spread), false);
            pending[choices[i].Arm]++;
        }

        return (choices, this with { Arms = [.. Arms.Select((x, i) => x with { Pending = x.Pending + pending[i] })] });
    }

    /// <summary>Takes in rewards, also those that stayed out: a reward of 0 once a choice's time is over.</summary>
    /// <exception cref="LearningException">A reward that is not a number, a response outside 0 to 1, or more rewards than pending choices.</exception>
    public ThompsonSampling Observe(IReadOnlyCollection<BanditReward> rewards)
    {
        BanditArm[] arms = [.. Arms];
        foreach (var (arm, reward) in rewards)
        {
            if (!double.IsFinite(reward) || (Kind == RewardKind.Response && reward is < 0 or > 1))
            {
                throw new LearningException($"A reward of {reward} makes no sense here; {(Kind == RewardKind.Response ? "a response is 0 or 1" : "an amount must be a number")}.");
            }

            arms[arm] = Settled(arms[arm]) with { Count = arms[arm].Count + 1, Sum = arms[arm].Sum + reward, Squares = arms[arm].Squares + (reward * reward) };
        }

        return this with { Arms = arms };
    }

    /// <summary>Takes back a pending choice that never reached its customer; nothing is learned from it.</summary>
    public ThompsonSampling Withdraw(int arm) => this with { Arms = [.. Arms.Select((x, i) => i == arm ? Settled(x) : x)] };

    /// <returns>Probability of each arm to be the best, by drawing.</returns>
    public double[] ChanceOfBest(int seed, int draws = 4000)
    {
        var (random, wins, spread) = (new Random(seed), new double[Arms.Count], Deviation());
        for (var i = 0; i < draws; i++)
        {
            wins[Best(random, spread)] += 1.0 / draws;
        }

        return wins;
    }

    internal static void Check(int arms, double controlShare, int controlArm)
    {
        if (arms < 2 || controlArm < 0 || controlArm >= arms || double.IsNaN(controlShare) || controlShare is < 0 or >= 1)
        {
            throw new LearningException("Choosing needs at least two arms, one of them control, and a control share of at least 0 % and below 100 %.");
        }
    }

    private static BanditArm Settled(BanditArm arm) => arm.Pending > 0 ? arm with { Pending = arm.Pending - 1 } : throw new LearningException($"\"{arm.Name}\" has no choice waiting for a reward; it may have been reported twice.");

    private int Best(Random random, double spread)
    {
        var (best, most) = (0, double.NegativeInfinity);
        for (var i = 0; i < Arms.Count; i++)
        {
            var value = Draw(random, Arms[i], spread);
            (best, most) = value > most ? (i, value) : (best, most);
        }

        return best;
    }

    /// <summary>Beta(1 + responses, 1 + others), or normal around the mean with the deviation by √(n + 1). Before an arm has two amounts nothing is known of its size: it goes first, in turn by lot.</summary>
    private double Draw(Random random, BanditArm arm, double spread) => Kind == RewardKind.Response
        ? Beta.Sample(random, 1 + arm.Sum, 1 + arm.Count - arm.Sum)
        : arm.Count < 2 ? double.MaxValue * random.NextDouble() : arm.Mean + (Normal.Sample(random, 0, 1) * spread / Math.Sqrt(arm.Count + 1));

    /// <summary>Deviation of amounts within arms, all together; of the amounts' size where they never differ.</summary>
    private double Deviation()
    {
        var (within, count) = (Arms.Sum(x => x.Count > 0 ? x.Squares - (x.Sum * x.Sum / x.Count) : 0), Arms.Sum(x => Math.Max(0, x.Count - 1)));
        var deviation = count > 0 ? Math.Sqrt(Math.Max(0, within) / count) : 0;
        return deviation > 0 ? deviation : Math.Max(1e-9, Arms.Max(x => Math.Abs(x.Mean)));
    }
}
