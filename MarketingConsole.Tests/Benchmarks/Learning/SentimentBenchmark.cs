using MarketingConsole.Core.Learning.Text;
using MarketingConsole.Tests.Learning.Text;

namespace MarketingConsole.Tests.Benchmarks.Learning;

/// <summary>The sentiment figures over all folds (the tests work some of them).</summary>
internal static class SentimentBenchmark
{
    /// <param name="args">Not used; the open data lies beside the repository.</param>
    public static int Run(string[] args)
    {
        _ = args;
        var airline = OpenSentimentTests.Folds(OpenSentimentTests.Airline(), 5, 5, "en", CancellationToken.None);
        Console.WriteLine($"airline tweets, {airline.Text}");
        var labelled = OpenSentimentTests.Folds(OpenSentimentTests.Labelled(), 10, 10, "en", CancellationToken.None);
        Console.WriteLine($"labelled sentences, {labelled.Text}");
        Console.WriteLine($"assistant reviews, {OpenSentimentTests.Folds(OpenSentimentTests.Assistant(), 5, 5, "en", CancellationToken.None).Text}");
        var (alone, learned) = OpenSentimentTests.Rated(CancellationToken.None);
        Console.WriteLine($"rated tweets: Pearson of word list and rules {alone:F4}, learned {learned:F4}; entries en {SentimentLexicon.Of("en").Count}, de {SentimentLexicon.Of("de").Count}, fr {SentimentLexicon.Of("fr").Count}");
        var met = airline.Metrics.MacroF1 >= 0.75 && labelled.Metrics.Accuracy >= 0.838 && learned >= 0.87;
        Console.WriteLine($"airline macro-F1 ≥ .75, labelled accuracy ≥ .838, ratings ≥ .87: {(met ? "met" : "NOT MET")}");
        return met ? 0 : 1;
    }
}
