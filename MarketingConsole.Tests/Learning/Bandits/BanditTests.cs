using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using MarketingConsole.Core.Learning;
using MarketingConsole.Core.Learning.Bandits;
using MathNet.Numerics.Distributions;

namespace MarketingConsole.Tests.Learning.Bandits;

/// <summary>Simulations with a known truth. Regret counts only choices the policy made: control's share is the price of measuring.</summary>
public sealed class BanditTests(ITestOutputHelper output)
{
    private const int Batch = 200;
    private static readonly double[] Responses = [0.04, 0.05, 0.06, 0.09];

    private sealed record Outcome(double[] Regret, double Uniform, double ControlShare, double BestShare);

    /// <param name="batches">Batches of customers.</param>
    /// <param name="delay">A reward comes after 0 to this many batches.</param>
    /// <param name="seed">Of world and policy.</param>
    private static Outcome Thompson(RewardKind kind, double[] truth, Func<Random, double, double> world, int batches, int delay, int seed)
    {
        var random = new Random(seed);
        var policy = ThompsonSampling.Create(["control", "a", "b", "c"], kind, 0.1);
        var due = Enumerable.Range(0, batches + delay + 1).Select(_ => new List<BanditReward>()).ToArray();
        var (regret, control, best, chosen) = (new double[batches], 0, 0, 0);
        for (var b = 0; b < batches; b++)
        {
            policy = policy.Observe(due[b]);
            (var choices, policy) = policy.Choose(Batch, (seed * 100_000) + b);
            foreach (var (arm, lot) in choices)
            {
                due[b + 1 + random.Next(delay + 1)].Add(new(arm, world(random, truth[arm])));
                control += lot ? 1 : 0;
                chosen += lot ? 0 : 1;
                best += !lot && truth[arm] == truth.Max() ? 1 : 0;
                regret[b] += lot ? 0 : truth.Max() - truth[arm];
            }
        }

        return new(Sums(regret), chosen * (truth.Max() - truth.Average()), control / (double)(batches * Batch), best / (double)chosen);
    }

    private static double[] Sums(double[] values)
    {
        var sum = 0.0;
        return [.. values.Select(x => sum += x)];
    }

    private void Judge(string name, IReadOnlyList<Outcome> runs)
    {
        var regret = Enumerable.Range(0, runs[0].Regret.Length).Select(t => runs.Average(x => x.Regret[t])).ToArray();
        var (quarter, whole, uniform) = (regret[(regret.Length / 4) - 1], regret[^1], runs.Average(x => x.Uniform));
        var growth = Math.Log(whole / quarter) / Math.Log(4);
        output.WriteLine($"{name}: regret {whole:F1} after {regret.Length * Batch} choices ({quarter:F1} after a quarter: grows like T^{growth:F2}), by equal shares {uniform:F1}; best arm in {runs.Average(x => x.BestShare):P0}, control {runs.Average(x => x.ControlShare):P2}");
        Assert.True(growth < 0.75, "regret must grow slower than time");
        Assert.True(whole < 0.35 * uniform);
        Assert.All(runs, x => Assert.InRange(x.ControlShare, 0.09, 0.11));
    }

    [Theory, InlineData(0), InlineData(20)]
    public void Thompson_Responses_RegretIsSublinearAlsoWithDelay(int delay) =>
        Judge($"Thompson, responses, delay up to {delay} batches", [.. Enumerable.Range(1, 8).Select(seed => Thompson(RewardKind.Response, Responses, (r, p) => r.NextDouble() < p ? 1 : 0, 300, delay, seed))]);

    [Theory, InlineData(0), InlineData(20)]
    public void Thompson_Amounts_RegretIsSublinearAlsoWithDelay(int delay) =>
        Judge($"Thompson, amounts, delay up to {delay} batches", [.. Enumerable.Range(1, 8).Select(seed => Thompson(RewardKind.Amount, [2, 2.2, 2.5, 3.5], (r, m) => Normal.Sample(r, m, 8), 300, delay, seed))]);

    [Theory, InlineData(0), InlineData(20)]
    public void LinUcb_Contexts_RegretIsSublinearAlsoWithDelay(int delay)
    {
        // Each arm suits other customers: the best arm without looking at them is far behind.
        double[][] truth = [[0.2, 0, 0, 0], [0.2, 0.3, 0, 0], [0.2, 0, 0.3, 0], [0.15, -0.2, 0, 0.3]];
        List<Outcome> runs = [];
        for (var seed = 1; seed <= 3; seed++)
        {
            var random = new Random(seed);
            var policy = LinUcb.Create(["control", "a", "b", "c"], 4, 0.6, 0.1);
            const int Batches = 200;
            var due = Enumerable.Range(0, Batches + delay + 1).Select(_ => new List<ContextReward>()).ToArray();
            var (regret, uniform, control, best, chosen) = (new double[Batches], 0.0, 0, 0, 0);
            for (var b = 0; b < Batches; b++)
            {
                policy = policy.Observe(due[b]);
                double[][] contexts = [.. Enumerable.Range(0, Batch).Select(_ => new[] { 1, (2 * random.NextDouble()) - 1, (2 * random.NextDouble()) - 1, (2 * random.NextDouble()) - 1 })];
                (var choices, policy) = policy.Choose(contexts, (seed * 1000) + b);
                for (var i = 0; i < Batch; i++)
                {
                    double[] means = [.. truth.Select(t => t.Zip(contexts[i], (u, v) => u * v).Sum())];
                    due[b + 1 + random.Next(delay + 1)].Add(new(choices[i].Arm, contexts[i], Normal.Sample(random, means[choices[i].Arm], 0.5)));
                    if (choices[i].Control)
                    {
                        control++;
                        continue;
                    }

                    chosen++;
                    best += means[choices[i].Arm] == means.Max() ? 1 : 0;
                    regret[b] += means.Max() - means[choices[i].Arm];
                    uniform += means.Max() - means.Average();
                }
            }

            runs.Add(new(Sums(regret), uniform, control / (double)(Batches * Batch), best / (double)chosen));
            Assert.Equal(0.3, policy.Coefficients(1)[1], 0.15);
        }

        Judge($"LinUCB, delay up to {delay} batches", runs);
    }

    [Fact]
    public void Thompson_ChanceOfBest_FollowsWhatCameIn()
    {
        var policy = ThompsonSampling.Create(["control", "a"], RewardKind.Response, 0.2);
        Assert.Equal(0.5, policy.ChanceOfBest(1)[0], 0.05);
        (var choices, policy) = policy.Choose(400, 1);
        policy = policy.Observe([.. choices.Select((x, i) => new BanditReward(x.Arm, x.Arm == 1 && i % 3 == 0 ? 1 : 0))]);
        Assert.True(policy.ChanceOfBest(1)[1] > 0.99);
        Assert.All(policy.Arms, x => Assert.Equal(0, x.Pending));
    }

    [Fact]
    public void Choose_Pending_IsCountedAndChangesNoEstimate()
    {
        var policy = ThompsonSampling.Create(["control", "a", "b"], RewardKind.Response, 0.3);
        var (choices, next) = policy.Choose(1000, 5);
        Assert.Equal(1000, next.Arms.Sum(x => x.Pending));
        Assert.Equal(0, policy.Arms.Sum(x => x.Pending)); // the old state stays as it was
        Assert.Equal(policy.ChanceOfBest(3), next.ChanceOfBest(3));
        Assert.Equal(choices, policy.Choose(1000, 5).Choices);
        Assert.Equal(999, next.Withdraw(choices[0].Arm).Arms.Sum(x => x.Pending));
    }

    [Fact]
    public void LinUcb_Batch_SpreadsBeforeAnyRewardIsKnown()
    {
        var policy = LinUcb.Create(["control", "a", "b", "c"], 2, 1, 0);
        var (choices, next) = policy.Choose([.. Enumerable.Range(0, 100).Select(_ => new[] { 1.0, 0.5 })], 1);
        Assert.All(choices.GroupBy(x => x.Arm).Select(x => x.Count()), x => Assert.InRange(x, 20, 30));
        Assert.All(Enumerable.Range(0, 4), x => Assert.Equal([0, 0], next.Coefficients(x)));
        next = next.Observe([.. choices.Select(x => new ContextReward(x.Arm, [1, 0.5], x.Arm))]);
        Assert.All(next.Arms, x => Assert.Equal(0, x.Waiting.Sum(y => y.Sum(Math.Abs)), 9));
        Assert.Equal(3, (next.Coefficients(3)[0] + (0.5 * next.Coefficients(3)[1])), 0.15);
    }

    [Fact]
    public void Observe_AnyOrder_GivesTheSameState() => Prop.ForAll<int>(seed =>
    {
        var (choices, policy) = ThompsonSampling.Create(["control", "a", "b"], RewardKind.Response).Choose(50, seed);
        BanditReward[] rewards = [.. choices.Select((x, i) => new BanditReward(x.Arm, i % 2))];
        var all = policy.Observe(rewards);
        new Random(seed).Shuffle(rewards);
        var parts = rewards.Chunk(7).Aggregate(policy, (state, part) => state.Observe(part));
        return all.Arms.SequenceEqual(parts.Arms);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(50));

    [Fact]
    public void States_Stored_ComeBackTheSame()
    {
        var (choices, thompson) = ThompsonSampling.Create(["control", "a"], RewardKind.Amount).Choose(20, 1);
        thompson = thompson.Observe([.. choices.Take(10).Select(x => new BanditReward(x.Arm, 3.5))]);
        Assert.Equal(thompson.Choose(50, 2).Choices, JsonSerializer.Deserialize<ThompsonSampling>(JsonSerializer.Serialize(thompson))!.Choose(50, 2).Choices);
        double[][] contexts = [.. Enumerable.Range(0, 30).Select(i => new[] { 1, i / 30.0 })];
        var (_, linear) = LinUcb.Create(["control", "a"], 2).Choose(contexts, 1);
        Assert.Equal(linear.Choose(contexts, 2).Choices, JsonSerializer.Deserialize<LinUcb>(JsonSerializer.Serialize(linear))!.Choose(contexts, 2).Choices);
    }

    [Fact]
    public void Input_Wrong_SaysWhat()
    {
        Assert.Throws<LearningException>(() => ThompsonSampling.Create(["only"], RewardKind.Response));
        Assert.Throws<LearningException>(() => ThompsonSampling.Create(["a", "b"], RewardKind.Response, 1));
        var policy = ThompsonSampling.Create(["control", "a"], RewardKind.Response);
        Assert.Contains("reported twice", Assert.Throws<LearningException>(() => policy.Observe([new(0, 1)])).Message, StringComparison.Ordinal);
        var (choices, next) = policy.Choose(1, 1);
        Assert.Throws<LearningException>(() => next.Observe([new(choices[0].Arm, double.NaN)]));
        Assert.Throws<LearningException>(() => next.Observe([new(choices[0].Arm, 7)]));
        var linear = LinUcb.Create(["control", "a"], 2);
        Assert.Throws<LearningException>(() => linear.Choose([[1.0]], 1));
        Assert.Throws<LearningException>(() => linear.Choose([[1.0, double.NaN]], 1));
        Assert.Throws<LearningException>(() => linear.Observe([new(0, [1, 2], 1)]));
        Assert.Throws<LearningException>(() => LinUcb.Create(["a", "b"], 0));
    }
}
