using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using MarketingConsole.Core.Learning;
using MarketingConsole.Core.Learning.Clusters;

namespace MarketingConsole.Tests.Learning.Clusters;

public sealed class ClusterTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, InlineData(3, 2, 100), InlineData(5, 7, 401), InlineData(11, 3, 1000), InlineData(1, 2, 9)]
    public void KMeans_AnyData_EndsWhereNoRowAndNoCentreWouldMove(int k, int columns, int n)
    {
        var rows = Blobs(n, columns, k, 0.6, k);
        var (model, labels) = KMeans.Fit(rows, k, 3, cancel: Cancel);
        for (var c = 0; c < k; c++)
        {
            double[][] own = [.. rows.Where((_, i) => labels[i] == c)];
            Assert.Equal(own.Length, model.Sizes[c]);
            Assert.All(Enumerable.Range(0, columns), j => Assert.Equal(own.Average(x => x[j]), model.Centres[c][j], 1e-6));
        }

        Assert.All(Enumerable.Range(0, n), i => Assert.True(Distance(rows[i], model.Centres[labels[i]]) <= Distance(rows[i], model.Centres[model.Nearest(rows[i])]) + 1e-5));
        Assert.Equal(rows.Select((x, i) => Math.Pow(Distance(x, model.Centres[labels[i]]), 2)).Sum(), model.Inertia, 1e-6 * n);
    }

    [Fact]
    public void KMeans_ClearGroups_AreFoundAndCounted()
    {
        var rows = Blobs(600, 4, 4, 0.1, 1);
        var (_, labels) = KMeans.Fit(rows, 4, cancel: Cancel);
        Assert.All(Enumerable.Range(4, 596), i => Assert.Equal(labels[i % 4], labels[i]));
        Assert.Equal(4, Silhouette.Choose(rows, cancel: Cancel).MaxBy(x => x.Silhouette)!.K);
    }

    [Fact]
    public void KMeans_FaultyInput_SaysWhat()
    {
        Assert.Contains("3 different rows", Assert.Throws<LearningException>(() => KMeans.Fit([[1.0], [2], [3], [1], [2]], 4, cancel: Cancel)).Message, StringComparison.Ordinal);
        Assert.Contains("Column 2 of row 1", Assert.Throws<LearningException>(() => KMeans.Fit([[1.0, double.NaN]], 1, cancel: Cancel)).Message, StringComparison.Ordinal);
        Assert.Throws<LearningException>(() => KMeans.Fit([], 1, cancel: Cancel));
        Assert.Throws<LearningException>(() => Silhouette.Choose([[1.0], [1.0], [1.0]], cancel: Cancel));
    }

    [Fact]
    public void KMeans_Json_IsTheSameAfterThereAndBack()
    {
        var (model, _) = KMeans.Fit(Blobs(90, 3, 3, 0.2, 2), 3, cancel: Cancel);
        var copy = JsonSerializer.Deserialize<KMeans>(JsonSerializer.Serialize(model))!;
        Assert.Equal(model.Centres, copy.Centres);
        Assert.Equal(model.Inertia, copy.Inertia);
    }

    [Fact]
    public void Silhouette_TwoPairs_IsThatByHand() =>
        Assert.Equal(((9.5 / 10.5) + (8.5 / 9.5)) / 2, Silhouette.Of([[0.0], [1], [10], [11]], [0, 0, 1, 1]), 12);

    [Fact]
    public void Dbscan_AnyPoints_AgreesWithTheDefinition() => Prop.ForAll(Gen.Choose(0, 1000000).ToArbitrary(), seed =>
    {
        var random = new Random(seed);
        var (n, columns, minimum) = (random.Next(1, 400), random.Next(1, 7), random.Next(1, 8));
        double[][] rows = [.. Enumerable.Range(0, n).Select(_ => Enumerable.Range(0, columns).Select(_ => (double)random.Next(12)).ToArray())]; // whole numbers: many pairs lie exactly on the radius
        var radius = random.Next(1, 4);
        return Dbscan.Fit(rows, radius, minimum).SequenceEqual(Plain(rows, radius, minimum));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Dbscan_FaultyInput_SaysWhat()
    {
        Assert.Throws<LearningException>(() => Dbscan.Fit([], 1, 1, cancel: Cancel));
        Assert.Throws<LearningException>(() => Dbscan.Fit([[1.0]], 0, 1, cancel: Cancel));
        Assert.Equal([0, 0, 0], Dbscan.Fit([[7.0], [7], [7]], 1, 3, cancel: Cancel)); // nothing varies
    }

    [Fact]
    public void Description_NumbersAndCategories_NamesWhatSetsApart()
    {
        var random = new Random(3);
        int[] labels = [.. Enumerable.Range(0, 900).Select(i => i % 3)];
        var traits = ClusterDescription.Of(labels,
        [
            new("spend", Numbers: [.. labels.Select((c, i) => i == 5 ? double.NaN : (c == 1 ? 120 : 40) + (10 * random.NextDouble()))]),
            new("noise", Numbers: [.. labels.Select(_ => random.NextDouble())]),
            new("country", Categories: [.. labels.Select(c => c == 2 || random.Next(4) == 0 ? "DE" : "FR")]),
        ]);
        Assert.Equal("spend", traits[1][0].Column);
        Assert.Matches("^spend higher: 12[45].* instead of 4[45]", traits[1][0].ToString());
        var germany = traits[2].Single(x => x is { Column: "country", Category: "DE" });
        Assert.Equal("country DE more often: 100 %", germany.ToString().Split(" instead")[0]);
        Assert.Equal(1 / ((1 + (2 * germany.Outside)) / 3), germany.Lift!.Value, 6);
        Assert.DoesNotContain(traits.SelectMany(x => x), x => x.Column == "noise");
    }

    [Fact]
    public void Lookalikes_HiddenSeeds_RankFirst()
    {
        // 200 of 400 alike rows are known as seeds; the other 200 hide among 2,000.
        var random = new Random(4);
        double[][] rows = [.. Enumerable.Range(0, 2200).Select(i => new[] { (i < 400 ? 2.5 : 0) + random.NextDouble(), random.NextDouble() * 100, 5 })];
        bool[] seeds = [.. rows.Select((_, i) => i < 200)];
        var model = Lookalikes.Fit(rows, seeds, cancel: Cancel);
        var ranked = model.Rank(rows, seeds, 200);
        Assert.All(ranked, x => Assert.InRange(x.Row, 200, 399));
        Assert.InRange(ranked.Average(x => x.Similarity), 0.4, 0.6);
        Assert.True(model.Similarity([0, 50, 5]) < 0.01 && model.Auc > 0.85);
        Assert.True(model.Why([3, 50, 5])[0] > 0);
        var copy = JsonSerializer.Deserialize<Lookalikes>(JsonSerializer.Serialize(model))!;
        Assert.Equal(model.Similarity(rows[250]), copy.Similarity(rows[250]));
    }

    [Fact]
    public void Lookalikes_TooFewSeeds_SaysHowMany() =>
        Assert.Contains("At least 10", Assert.Throws<LearningException>(() => Lookalikes.Fit([[1.0], [2.0]], [true, false], cancel: Cancel)).Message, StringComparison.Ordinal);

    private static double Distance(double[] x, double[] y) => Math.Sqrt(x.Zip(y, (a, b) => (a - b) * (a - b)).Sum());

    private static double[][] Blobs(int n, int columns, int k, double spread, int seed)
    {
        var random = new Random(seed);
        var centres = Enumerable.Range(0, k).Select(c => Enumerable.Range(0, columns).Select(j => 1000 + (j == c % columns ? 3.0 * (1 + (c / columns)) : 0)).ToArray()).ToArray();
        return [.. Enumerable.Range(0, n).Select(i => centres[i % k].Select(x => x + (spread * (random.NextDouble() + random.NextDouble() - 1))).ToArray())];
    }

    /// <summary>As written in the paper, rows visited in order.</summary>
    private static int[] Plain(double[][] rows, double radius, int minimum)
    {
        var near = rows.Select(x => Enumerable.Range(0, rows.Length).Where(j => rows[j].Zip(x, (a, b) => (a - b) * (a - b)).Sum() <= radius * radius).ToList()).ToList();
        int[] labels = [.. rows.Select(_ => Dbscan.Noise)];
        var clusters = 0;
        for (var i = 0; i < rows.Length; i++)
        {
            if (labels[i] != Dbscan.Noise || near[i].Count < minimum)
            {
                continue;
            }

            var queue = new Queue<int>([i]);
            labels[i] = clusters;
            while (queue.TryDequeue(out var from))
            {
                foreach (var j in near[from].Where(j => near[from].Count >= minimum && labels[j] == Dbscan.Noise))
                {
                    labels[j] = clusters;
                    queue.Enqueue(j);
                }
            }

            clusters++;
        }

        return labels;
    }
}
