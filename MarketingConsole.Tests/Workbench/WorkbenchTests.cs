using System.Globalization;
using System.Text;
using MarketingConsole.Core.Learning;
using MarketingConsole.Core.Learning.Classification;
using MarketingConsole.Core.Workbench;
using MarketingConsole.Tests.Support;

namespace MarketingConsole.Tests.Workbench;

public sealed class WorkbenchTests
{
    [Fact]
    public void Classify_KnownTruth_ScoresNewRowsInOrder()
    {
        var result = Run("classify", Customers(600, 1), new() { ["label"] = "churned" }, TableTests.Read(Customers(50, 2)));
        Assert.InRange(Figure(result, "AUC"), 0.8, 1);
        Assert.Equal(["customer_id", "chance", "reason_1", "reason_2", "reason_3"], result.Header);
        Assert.Equal(Enumerable.Range(0, 50).Select(x => $"C{x:000}"), result.Rows.Select(x => x[0]));
        Assert.All(result.Rows, x => Assert.InRange(Number(x[1]), 0, 1));
        Assert.Contains(result.Rows, x => x[2].StartsWith("raised by visits = ", StringComparison.Ordinal) || x[2].StartsWith("lowered by visits = ", StringComparison.Ordinal));
        Assert.Contains("“yes” counts as yes", result.Notes[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Classify_SameSeed_SameAnswer() =>
        Assert.Equal(Run("classify", Customers(200, 3), new() { ["label"] = "churned" }).Rows, Run("classify", Customers(200, 3), new() { ["label"] = "churned" }).Rows);

    [Fact]
    public void Explain_EveryRow_ContributionsSumToTheForecast()
    {
        var result = Run("explain", Customers(300, 4), new() { ["label"] = "churned" });
        Assert.Equal(["customer_id", "chance", "base", "visits", "tier", "noise"], result.Header);
        Assert.All(result.Rows, x => Assert.Equal(Number(x[1]), LogisticRegression.Sigmoid(x.Skip(2).Sum(Number)), 4));
    }

    [Theory]
    [InlineData("classify", "--label is needed")]
    [InlineData("classify", "no column “nope”", "label", "nope")]
    [InlineData("classify", "200 values", "label", "visits")]
    [InlineData("classify", "--test must be a number from 0.05 to 0.5, not “9”", "label", "churned", "test", "9")]
    [InlineData("forecast", "No series could be forecast", "value", "tier")]
    [InlineData("purchases", "date", "id", "customer_id")]
    [InlineData("fairness", "--group is needed")]
    [InlineData("uplift", "--learner must be s, t or x", "treatment", "tier", "label", "churned", "learner", "q")]
    public void Run_WrongOption_SaysWhatIsWrong(string task, string message, params string[] options)
    {
        var given = options.Chunk(2).ToDictionary(x => x[0], x => x[1]);
        var customers = task == "classify" && message.Contains("values", StringComparison.Ordinal) ? Customers(200, 5, distinctVisits: true) : Customers(200, 5);
        Assert.Contains(message, Assert.ThrowsAny<LearningException>(() => Run(task, customers, given)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Purchases_CdnowSummary_FindsThePublishedParameters()
    {
        var result = Run("purchases", "cdnow/cdnow_customers_summary.csv.gz", new() { ["model"] = "bg" });
        foreach (var (name, published) in new[] { ("r", 0.243), ("alpha", 4.414), ("a", 0.793), ("b", 2.426) })
        {
            Assert.Equal(published, Figure(result, name), 0.005 * published);
        }

        Assert.Equal(2357, result.Rows.Count);
    }

    [Fact]
    public void Value_CdnowTransactions_AddsUpToWhatTheyWillSpend()
    {
        var result = Run("value", "cdnow/CDNOW_sample.txt.gz", new() { ["id"] = "column 1", ["time"] = "column 3", ["amount"] = "column 5", ["horizon"] = "273" });
        Assert.All(result.Rows, x => Assert.InRange(Number(x[4]), 0, 1));
        Assert.InRange(result.Rows.Sum(x => Number(x[^1])), 20_000, 60_000); // they spent 43,900 in the 39 weeks before
    }

    [Fact]
    public void Fairness_Compas_GivesThePublishedRates()
    {
        var result = Run("fairness", "compas/compas-scores-two-years_nonames.csv.gz", new() { ["group"] = "race", ["label"] = "two_year_recid", ["decision"] = "decile_score", ["threshold"] = "5", ["reference"] = "Caucasian" });
        double FalsePositives(string group) => Number(result.Rows.Single(x => x[0] == group)[5]);
        Assert.Equal(0.4485, FalsePositives("African-American"), 4);
        Assert.Equal(0.2345, FalsePositives("Caucasian"), 4);
    }

    [Fact]
    public void Forecast_AirPassengers_BeatsTheNaiveForecast()
    {
        var result = Run("forecast", "m1/AirPassengers.csv", new() { ["value"] = "y", ["time"] = "t" });
        Assert.Equal(12, result.Rows.Count);
        Assert.InRange(Figure(result, "WAPE"), 0, Figure(result, "WAPE of the naive forecast") * 0.8);
        Assert.All(result.Rows, x => Assert.InRange(Number(x[2]), Number(x[3]), Number(x[4])));
    }

    [Fact]
    public void Uplift_Hillstrom_FindsWhomTheWomensMailChanges()
    {
        var result = Run("uplift", "hillstrom/hillstrom_train.csv.gz", new() { ["treatment"] = "segment", ["treated"] = "Womens E-Mail", ["control"] = "No E-Mail", ["label"] = "visit", ["ignore"] = "conversion,spend", ["learner"] = "t" });
        Assert.InRange(Figure(result, "Qini"), 0.03, 0.2);
        Assert.InRange(Figure(result, "average effect"), 0.03, 0.06);
    }

    /// <param name="source">Text of a file, or the path of an open data set.</param>
    internal static TaskResult Run(string task, string source, Dictionary<string, string> options, Table? score = null)
    {
        var train = source.Contains('\n', StringComparison.Ordinal) ? TableTests.Read(source) : OpenTable(source);
        return WorkbenchTasks.Run(WorkbenchTasks.All.Single(x => x.Name == task), new TaskInput(train, score, options, 1, null, TestContext.Current.CancellationToken));
    }

    internal static double Figure(TaskResult result, string name) => result.Figures.Single(x => x.Name == name).Value ?? double.NaN;

    internal static double Number(string cell) => double.Parse(cell, CultureInfo.InvariantCulture);

    private static Table OpenTable(string file)
    {
        var path = OpenData.Path(file);
        return Table.Read(Path.GetFileName(file), () => File.OpenRead(path), TestContext.Current.CancellationToken);
    }

    /// <summary>Those who visit rarely churn; tier and noise matter little.</summary>
    internal static string Customers(int count, int seed, bool distinctVisits = false)
    {
        var random = new Random(seed);
        var text = new StringBuilder("customer_id,visits,tier,noise,churned\n");
        for (var i = 0; i < count; i++)
        {
            var visits = distinctVisits ? i : random.Next(20);
            var churned = random.NextDouble() < 1 / (1 + Math.Exp((visits - 8) / 2.0));
            text.Append(CultureInfo.InvariantCulture, $"C{i:000},{visits},{(random.Next(3) == 0 ? "gold" : "basic")},{random.NextDouble():0.000},{(churned ? "yes" : "no")}\n");
        }

        return text.ToString();
    }
}
