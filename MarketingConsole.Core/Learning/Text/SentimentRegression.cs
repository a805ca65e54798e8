namespace MarketingConsole.Core.Learning.Text;

/// <summary>How positive or negative a text is as people rate it, learned from rated texts: ridge regression on the features of the classifier.</summary>
/// <param name="Features">How texts are read.</param>
/// <param name="Weights">One a feature.</param>
/// <param name="Lowest">Lowest rating in training; forecasts stay within.</param>
/// <param name="Highest">Highest rating in training.</param>
public sealed record SentimentRegression(SentimentFeatures Features, float[] Weights, double Lowest, double Highest)
{
    private const double Cost = 0.5;

    /// <param name="texts">Texts.</param>
    /// <param name="ratings">One finite number each, e.g. −4 to 4 or 1 to 5 stars.</param>
    /// <param name="seed">Of the order of training.</param>
    /// <param name="language">"en", "de" or "fr"; null to tell each by its words.</param>
    /// <param name="cancellation">Asked often.</param>
    /// <exception cref="LearningException">Fewer than 20 texts, ratings that are all the same or not numbers.</exception>
    public static SentimentRegression Fit(IReadOnlyList<string> texts, IReadOnlyList<double> ratings, int seed, string? language = null, CancellationToken cancellation = default)
    {
        if (texts.Count != ratings.Count || texts.Count < 20 || ratings.Any(x => !double.IsFinite(x)) || ratings.Max() <= ratings.Min())
        {
            throw new LearningException("To learn ratings, at least 20 texts with one number each are needed, and the numbers must differ.");
        }

        var (low, high) = (ratings.Min(), ratings.Max());
        SentimentText[] read = [.. texts.Select(x => SentimentFeatures.Read(x, language))];
        var features = SentimentFeatures.Fit(read, language);
        var weights = DualDescent.Regress(features.Rows(read), [.. ratings.Select(x => (2 * (x - low) / (high - low)) - 1)], Cost, seed, cancellation);
        return new(features, weights, low, high);
    }

    /// <returns>The expected rating, within those of training.</returns>
    public double Forecast(string? text)
    {
        var value = Features.Rows([SentimentFeatures.Read(text, Features.Language)]).Dot(0, Weights);
        return Math.Clamp(Lowest + ((value + 1) / 2 * (Highest - Lowest)), Lowest, Highest);
    }
}
