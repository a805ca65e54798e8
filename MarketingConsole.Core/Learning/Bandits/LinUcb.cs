using MathNet.Numerics.LinearAlgebra;

namespace MarketingConsole.Core.Learning.Bandits;

/// <summary>What became of one choice made for a context.</summary>
/// <param name="Arm">Index of the arm.</param>
/// <param name="Context">The context it was chosen for.</param>
/// <param name="Reward">Any finite number.</param>
public sealed record ContextReward(int Arm, double[] Context, double Reward);

/// <summary>One arm of LinUCB.</summary>
/// <param name="Name">E.g. an offer.</param>
/// <param name="Seen">A: identity + Σ x xᵀ of choices whose reward is known.</param>
/// <param name="Waiting">Σ x xᵀ of pending choices.</param>
/// <param name="Moments">b: Σ reward · x.</param>
/// <param name="Count">Rewards that came in.</param>
/// <param name="Pending">Choices whose reward is not known yet.</param>
public sealed record LinearArm(string Name, double[][] Seen, double[][] Waiting, double[] Moments, long Count, long Pending);

/// <summary>Chooses by context: each arm's reward is taken as linear in the customer's features, and the arm with the highest upper confidence bound is chosen.
/// Source: Li, Chu, Langford, Schapire, A contextual-bandit approach to personalized news article recommendation, 2010, algorithm 1 (disjoint models). Late rewards: pending contexts narrow
/// the bound at once but leave the estimate alone, so that a batch does not pull one arm over and over (Desautels, Krause, Burdick, Parallelizing exploration–exploitation tradeoffs, 2014).
/// A share of choices goes to the control arm by lot.</summary>
/// <param name="Arms">At least two; never changed, each update gives a new state.</param>
/// <param name="Width">α: how many standard errors optimism goes; 1 + √(ln(2 / δ) / 2) for a bound that holds with probability 1 − δ.</param>
/// <param name="ControlArm">Index of the control arm.</param>
/// <param name="ControlShare">Least share of choices for control, 0 to below 1.</param>
public sealed record LinUcb(IReadOnlyList<LinearArm> Arms, double Width, int ControlArm, double ControlShare)
{
    /// <param name="names">At least two arms.</param>
    /// <param name="features">d, numbers in a context; put a constant 1 among them, and scale the others to about −1 to 1.</param>
    /// <param name="width">α, at least 0.</param>
    /// <param name="controlShare">Least share for control.</param>
    /// <param name="controlArm">Index of the control arm.</param>
    /// <exception cref="LearningException">Fewer than two arms, no features, or a share out of range.</exception>
    public static LinUcb Create(IReadOnlyList<string> names, int features, double width = 1, double controlShare = 0.1, int controlArm = 0)
    {
        ThompsonSampling.Check(names.Count, controlShare, controlArm);
        if (features < 1 || !double.IsFinite(width) || width < 0)
        {
            throw new LearningException("Choosing by context needs at least one feature and a width of at least 0.");
        }

        return new([.. names.Select(x => new LinearArm(x, Matrix<double>.Build.DenseIdentity(features).ToRowArrays(), Matrix<double>.Build.Dense(features, features).ToRowArrays(), new double[features], 0, 0))], width, controlArm, controlShare);
    }

    /// <summary>Chooses for a batch of customers.</summary>
    /// <param name="contexts">d finite numbers each.</param>
    /// <param name="seed">A new one each batch.</param>
    /// <returns>One choice each, and the state in which they are pending.</returns>
    /// <exception cref="LearningException">A context of another length, or not finite.</exception>
    public (BanditChoice[] Choices, LinUcb Next) Choose(IReadOnlyList<double[]> contexts, int seed)
    {
        var random = new Random(seed);
        Matrix<double>[] waiting = [.. Arms.Select(x => Matrix<double>.Build.DenseOfRowArrays(x.Waiting))];
        Matrix<double>[] inverse = [.. Arms.Select((x, i) => (Matrix<double>.Build.DenseOfRowArrays(x.Seen) + waiting[i]).Cholesky().Solve(Matrix<double>.Build.DenseIdentity(x.Moments.Length)))];
        Vector<double>[] theta = [.. Enumerable.Range(0, Arms.Count).Select(x => Vector<double>.Build.DenseOfArray(Coefficients(x)))];
        var (choices, pending) = (new BanditChoice[contexts.Count], new long[Arms.Count]);
        for (var i = 0; i < choices.Length; i++)
        {
            var x = Valid(contexts[i]);
            if (random.NextDouble() < ControlShare)
            {
                choices[i] = new(ControlArm, true);
            }
            else
            {
                var (best, most) = (0, double.NegativeInfinity);
                var ties = 0;
                for (var a = 0; a < Arms.Count; a++)
                {
                    var bound = (theta[a] * x) + (Width * Math.Sqrt(Math.Max(0, x * (inverse[a] * x))));
                    ties = bound > most + 1e-12 ? 1 : bound > most - 1e-12 ? ties + 1 : ties;
                    if (bound > most + 1e-12 || (bound > most - 1e-12 && random.Next(ties) == 0))
                    {
                        (best, most) = (a, bound);
                    }
                }

                choices[i] = new(best, false);
            }

            var arm = choices[i].Arm;
            var narrowed = inverse[arm] * x;
            inverse[arm] -= narrowed.OuterProduct(narrowed) / (1 + (x * narrowed)); // Sherman–Morrison
            waiting[arm] += x.OuterProduct(x);
            pending[arm]++;
        }

        return (choices, this with { Arms = [.. Arms.Select((x, i) => x with { Waiting = waiting[i].ToRowArrays(), Pending = x.Pending + pending[i] })] });
    }

    /// <summary>Takes in rewards, also those that stayed out: a reward of 0 once a choice's time is over.</summary>
    /// <exception cref="LearningException">A reward that is not a number, another context than features, or more rewards than pending choices.</exception>
    public LinUcb Observe(IReadOnlyCollection<ContextReward> rewards)
    {
        LinearArm[] arms = [.. Arms];
        foreach (var group in rewards.GroupBy(x => x.Arm))
        {
            var arm = arms[group.Key];
            var (seen, waiting, moments) = (Matrix<double>.Build.DenseOfRowArrays(arm.Seen), Matrix<double>.Build.DenseOfRowArrays(arm.Waiting), Vector<double>.Build.DenseOfArray(arm.Moments));
            var count = 0;
            foreach (var (_, context, reward) in group)
            {
                var x = double.IsFinite(reward) ? Valid(context) : throw new LearningException("A reward must be a number.");
                seen += x.OuterProduct(x);
                waiting -= x.OuterProduct(x);
                moments += reward * x;
                count++;
            }

            if (count > arm.Pending)
            {
                throw new LearningException($"\"{arm.Name}\" has {arm.Pending} choices waiting for a reward, but {count} came in; some may have been reported twice.");
            }

            waiting = count == arm.Pending ? waiting * 0 : waiting; // what rounding leaves must not pile up
            arms[group.Key] = arm with { Seen = seen.ToRowArrays(), Waiting = waiting.ToRowArrays(), Moments = moments.ToArray(), Count = arm.Count + count, Pending = arm.Pending - count };
        }

        return this with { Arms = arms };
    }

    /// <returns>θ = A⁻¹ b, what each feature adds to the reward of an arm.</returns>
    public double[] Coefficients(int arm) => Matrix<double>.Build.DenseOfRowArrays(Arms[arm].Seen).Cholesky().Solve(Vector<double>.Build.DenseOfArray(Arms[arm].Moments)).ToArray();

    private Vector<double> Valid(double[] context) => context.Length == Arms[0].Moments.Length && context.All(double.IsFinite)
        ? Vector<double>.Build.DenseOfArray(context)
        : throw new LearningException($"A context needs {Arms[0].Moments.Length} numbers, none missing.");
}
