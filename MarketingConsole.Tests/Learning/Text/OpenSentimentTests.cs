using System.Globalization;
using System.IO.Compression;
using MarketingConsole.Core.Learning.Text;
using MarketingConsole.Tests.Support;
using MathNet.Numerics.Statistics;

namespace MarketingConsole.Tests.Learning.Text;

/// <summary>Figures on open texts with labels and ratings.</summary>
public sealed class OpenSentimentTests(ITestOutputHelper output)
{
    internal static List<string[]> Lines(string file)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(OpenData.Path(file)), CompressionMode.Decompress));
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(x => x.TrimEnd('\r').Split('\t'))];
    }

    internal static (List<string> Texts, List<Mood> Moods) Airline()
    {
        var rows = OpenData.Rows("airline_tweets/Tweets.csv.gz");
        return ([.. rows.Select(x => x["text"])], [.. rows.Select(x => Enum.Parse<Mood>(x["airline_sentiment"], ignoreCase: true))]);
    }

    internal static (List<string> Texts, List<Mood> Moods) Labelled()
    {
        List<string[]> rows = [.. new[] { "amazon_cells", "imdb", "yelp" }.SelectMany(x => Lines($"sentiment_labelled/{x}_labelled.txt.gz"))];
        return ([.. rows.Select(x => x[0])], [.. rows.Select(x => x[^1].Trim() == "1" ? Mood.Positive : Mood.Negative)]);
    }

    internal static (List<string> Texts, List<Mood> Moods) Assistant()
    {
        var rows = Lines("amazon_alexa/amazon_alexa.tsv.gz").Skip(1).Where(x => x.Length >= 4 && x[^1].Trim() is "0" or "1").ToList();
        return ([.. rows.Select(x => x[^2])], [.. rows.Select(x => x[^1].Trim() == "1" ? Mood.Positive : Mood.Negative)]);
    }

    /// <returns>Pearson correlation with human ratings of the word list and rules alone, and of a regression learned on the other four fifths.</returns>
    internal static (double Alone, double Learned) Rated(CancellationToken cancellation)
    {
        var rows = Lines("vader_tweets/tweets_GroundTruth.txt.gz");
        List<string> texts = [.. rows.Select(x => x[^1])];
        List<double> ratings = [.. rows.Select(x => double.Parse(x[1], CultureInfo.InvariantCulture))];
        double[] rules = [.. texts.Select(x => SentimentRules.Score(x, "en").Score)];
        var learned = new double[texts.Count];
        for (var fold = 0; fold < 5; fold++)
        {
            int[] train = [.. Enumerable.Range(0, texts.Count).Where(i => i % 5 != fold)];
            var model = SentimentRegression.Fit([.. train.Select(i => texts[i])], [.. train.Select(i => ratings[i])], 1, "en", cancellation);
            for (var i = fold; i < texts.Count; i += 5)
            {
                learned[i] = model.Forecast(texts[i]);
            }
        }

        return (Correlation.Pearson(rules, ratings), Correlation.Pearson(learned, ratings));
    }

    /// <summary>Stratified folds; only the first <paramref name="run"/> of them are worked.</summary>
    internal static (MoodMetrics Metrics, double Rules, double CalibrationError, string Text) Folds((List<string> Texts, List<Mood> Moods) data, int folds, int run, string? language, CancellationToken cancellation)
    {
        var (texts, moods) = data;
        var (random, fold) = (new Random(1), new int[texts.Count]);
        foreach (var group in Enumerable.Range(0, texts.Count).GroupBy(i => moods[i]))
        {
            int[] members = [.. group];
            random.Shuffle(members);
            for (var i = 0; i < members.Length; i++)
            {
                fold[members[i]] = i % folds;
            }
        }

        List<(Mood Truth, SentimentForecast Said, double Rules)> results = [];
        for (var f = 0; f < run; f++)
        {
            int[] train = [.. Enumerable.Range(0, texts.Count).Where(i => fold[i] != f)];
            var model = SentimentClassifier.Fit([.. train.Select(i => texts[i])], [.. train.Select(i => moods[i])], 1, language, null, cancellation);
            results.AddRange(Enumerable.Range(0, texts.Count).Where(i => fold[i] == f).Select(i => (moods[i], model.Forecast(texts[i]), SentimentRules.Score(texts[i], language).Score)));
        }

        var metrics = MoodMetrics.Of($"{run} of {folds} folds", [.. results.Select(x => x.Said.Mood)], [.. results.Select(x => x.Truth)]);
        var gap = results.SelectMany(x => x.Said.Probabilities.Select((p, k) => (p, hit: (int)x.Truth == k ? 1.0 : 0))).GroupBy(x => (int)(x.p * 10)).Sum(g => Math.Abs(g.Sum(x => x.p - x.hit))) / (3 * results.Count);
        var rules = results.Count(x => x.Truth != Mood.Neutral && (x.Rules > 0) == (x.Truth == Mood.Positive)) / (double)results.Count(x => x.Truth != Mood.Neutral);
        var text = $"{metrics.Group}: accuracy {metrics.Accuracy:F4}, macro-F1 {metrics.MacroF1:F4}, calibration error {gap:F4}; word list and rules alone tell positive from negative in {rules:P1}";
        return (metrics, rules, gap, text);
    }

    private (MoodMetrics Metrics, double Rules, double CalibrationError) Run((List<string> Texts, List<Mood> Moods) data, int folds, int run)
    {
        var (metrics, rules, gap, text) = Folds(data, folds, run, "en", TestContext.Current.CancellationToken);
        output.WriteLine(text);
        return (metrics, rules, gap);
    }

    [Fact]
    public void Fit_AirlineTweets_ReachesTheFigure()
    {
        var (metrics, _, gap) = Run(Airline(), 5, 1);
        Assert.True(metrics.MacroF1 >= 0.75);
        Assert.True(gap < 0.03);
    }

    [Fact]
    public void Fit_LabelledSentences_ReachesTheFigure()
    {
        var (metrics, rules, _) = Run(Labelled(), 10, 3);
        Assert.True(metrics.Accuracy >= 0.838);
        Assert.True(rules >= 0.7);
    }

    [Fact]
    public void Fit_AssistantReviews_BeatsGuessing()
    {
        var (metrics, _, _) = Run(Assistant(), 5, 2);
        Assert.True(metrics.MacroF1 > 0.7);
    }

    [Fact]
    public void Score_RatedTweets_GoesWithTheRatings()
    {
        var (alone, with) = Rated(TestContext.Current.CancellationToken);
        output.WriteLine($"Pearson with human ratings: word list and rules alone {alone:F4}, learned on the other four fifths {with:F4}");
        Assert.True(alone >= 0.8 && with >= 0.87);
    }
}
