using System.Globalization;
using System.Text;
using MarketingConsole.Core.Learning;

namespace MarketingConsole.Tests.Workbench;

/// <summary>Tasks without an outcome column, on small tables with a known truth.</summary>
public sealed class MoreTasksTests
{
    [Theory]
    [InlineData("kmeans")]
    [InlineData("dbscan")]
    public void Cluster_TwoKinds_AreFoundAndDescribed(string method)
    {
        var result = WorkbenchTests.Run("cluster", Kinds(marked: 0), new() { ["method"] = method, ["k"] = "2", ["radius"] = "1", ["minimum"] = "5" });
        var groups = result.Rows.Where(x => x[1] != "-1").GroupBy(x => x[0][0], x => x[1]).ToDictionary(x => x.Key, x => x.Distinct().ToList());
        Assert.Single(groups['A']);
        Assert.Single(groups['B']);
        Assert.NotEqual(groups['A'], groups['B']);
        Assert.Contains(result.Notes, x => x.Contains("spend higher", StringComparison.Ordinal));
    }

    [Fact]
    public void Lookalike_SeedsOfOneKind_RanksTheirKindFirst()
    {
        var result = WorkbenchTests.Run("lookalike", Kinds(), new() { ["seeds"] = "seed" });
        Assert.InRange(WorkbenchTests.Figure(result, "AUC"), 0.7, 1);
        Assert.All(result.Rows.Take(20), x => Assert.StartsWith("A", x[0], StringComparison.Ordinal));
        Assert.DoesNotContain(result.Rows, x => x[0] == "A0"); // a seed
    }

    [Theory]
    [InlineData("forest")]
    [InlineData("histogram")]
    [InlineData("distance")]
    public void Anomalies_OneOddRow_IsFirstAndSaysWhy(string method)
    {
        var result = WorkbenchTests.Run("anomalies", Kinds().TrimEnd() + "\nODD,9000,1,0\n", new() { ["method"] = method });
        Assert.Equal(("ODD", "1", "spend = 9000"), (result.Rows[0][0], result.Rows[0][2], result.Rows[0][3]));
    }

    [Fact]
    public void Recommend_TwoTastes_GivesWhatTheLikeMindedBought()
    {
        var (random, text) = (new Random(1), new StringBuilder("customer,item,time\n"));
        for (var u = 0; u < 120; u++)
        {
            foreach (var item in Enumerable.Range(0, 12).OrderBy(_ => random.Next()).Take(6))
            {
                text.Append(CultureInfo.InvariantCulture, $"U{u},{(u % 2 == 0 ? "tea" : "toy")}{item},2026-01-{1 + random.Next(28):00}\n");
            }
        }

        var result = WorkbenchTests.Run("recommend", text.ToString(), new() { ["id"] = "customer", ["item"] = "item", ["time"] = "time", ["k"] = "3" });
        Assert.Equal(360, result.Rows.Count);
        Assert.All(result.Rows, x => Assert.StartsWith(int.Parse(x[0][1..], CultureInfo.InvariantCulture) % 2 == 0 ? "tea" : "toy", x[2], StringComparison.Ordinal));
        Assert.All(result.Rows, x => Assert.NotEmpty(x[4]));
        Assert.InRange(WorkbenchTests.Figure(result, "nDCG@3"), 0.05, 1);
    }

    [Theory]
    [InlineData("nmf")]
    [InlineData("lda")]
    public void Topics_TwoSubjects_AreToldApart(string method)
    {
        string[] tea = ["tea", "kettle", "leaves", "green", "cup"], post = ["parcel", "delivery", "courier", "late", "address"];
        var (random, text) = (new Random(2), new StringBuilder("text,subject\n"));
        for (var i = 0; i < 200; i++)
        {
            var words = i % 2 == 0 ? tea : post;
            text.Append(CultureInfo.InvariantCulture, $"{string.Join(' ', Enumerable.Range(0, 8).Select(_ => words[random.Next(5)]))},{(i % 2 == 0 ? "tea" : "post")}\n");
        }

        var result = WorkbenchTests.Run("topics", text.ToString(), new() { ["text"] = "text", ["k"] = "2", ["method"] = method, ["label"] = "subject" });
        Assert.InRange(WorkbenchTests.Figure(result, "NMI"), 0.9, 1.0001);
    }

    [Fact]
    public void Sentiment_WithoutLabels_ReadsByLexicon()
    {
        var result = WorkbenchTests.Run("sentiment", "id,text\n1,I love this wonderful shop!\n2,Die Lieferung war leider schrecklich.\n3,The parcel has a label.\n", new() { ["text"] = "text" });
        Assert.Equal(["positive", "negative", "neutral"], result.Rows.Select(x => x[1]));
        Assert.Equal("de", result.Rows[1][3]);
    }

    [Theory]
    [InlineData("cluster", "--method must be kmeans or dbscan", "method", "magic")]
    [InlineData("cluster", "--k must be a number from 2 to 50", "k", "1")]
    [InlineData("anomalies", "--method must be forest", "method", "magic")]
    [InlineData("recommend", "neither a date nor a number", "id", "id", "item", "spend", "time", "id")]
    [InlineData("topics", "--method must be nmf or lda", "text", "id", "method", "magic")]
    [InlineData("sentiment", "--language must be en, de or fr", "text", "id", "language", "it")]
    [InlineData("sentiment", "moods are negative", "text", "id", "label", "spend")]
    public void Run_WrongOption_SaysWhatIsWrong(string task, string message, params string[] options) =>
        Assert.Contains(message, Assert.ThrowsAny<LearningException>(() => WorkbenchTests.Run(task, Kinds(), options.Chunk(2).ToDictionary(x => x[0], x => x[1]))).Message, StringComparison.Ordinal);

    /// <summary>A spend much and come often, B little and seldom; a few A are seeds.</summary>
    private static string Kinds(int marked = 30)
    {
        var (random, text) = (new Random(7), new StringBuilder("id,spend,visits,seed\n"));
        for (var i = 0; i < 100; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"A{i},{400 + random.Next(60)},{20 + random.Next(4)},{(i < marked ? 1 : 0)}\nB{i},{40 + random.Next(60)},{2 + random.Next(4)},0\n");
        }

        return text.ToString();
    }
}
