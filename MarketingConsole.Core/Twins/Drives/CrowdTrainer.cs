using System.Globalization;
using MarketingConsole.Core.Learning;
using MarketingConsole.Core.Twins.Models;

namespace MarketingConsole.Core.Twins.Drives;

/// <summary>Counts what all customers do. It forecasts nothing, so there is nothing to compare: the newest is always in use.</summary>
internal sealed class CrowdTrainer(TrainingData data) : ModelTrainer(ModelKind.Crowd)
{
    private readonly IReadOnlyDictionary<string, double> _medians = CategoryPrices.Medians(data.Kinds.Values);
    private readonly List<DriveCounts> _counts = [];

    public override void Add(CustomerHistory history) => _counts.Add(DriveCounts.Of(history, data.Kinds, _medians, data.To));

    public override TrainingResult Fit(Champion? champion, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        const string Method = "Shares of all customers and how much customers differ in them (Dirichlet-multinomial, beta-binomial and gamma-Poisson by maximum likelihood): what is known of one customer is weighed with them";
        try
        {
            var crowd = CrowdModel.Fit(_counts, _medians, cancellationToken);
            List<string> parameters =
            [
                .. crowd.Motives.Select(x => x.Value.Model is { } model ? string.Create(CultureInfo.InvariantCulture, $"{x.Key}: {model.Mean:P0} of {DriveWords.Unit(x.Key)} {DriveWords.Was(x.Key)}{(x.Value.Missing is { } missing ? $". {missing}" : "")}") : $"{x.Key}: {x.Value.Missing}"),
                .. new[] { ("Channels", crowd.Channels), ("Weekdays", crowd.Weekdays), ("Hours", crowd.Hours) }.Select(x => $"{x.Item1}: {(x.Item2.Model is { } model ? string.Join(", ", x.Item2.Names.Zip(model.Mean).OrderByDescending(y => y.Second).Take(4).Select(y => string.Create(CultureInfo.InvariantCulture, $"{y.First} {y.Second:P0}"))) : x.Item2.Missing)}"),
                crowd.Promotion.Response is { } response ? string.Create(CultureInfo.InvariantCulture, $"In the week after a campaign customers order {response.Mean:0.00} × as often as otherwise") : $"Campaigns: {crowd.Promotion.Missing}",
            ];
            return new(crowd, new(null, Method, data.Purchases, data.Customers, crowd.Customers, Parameters: parameters), Replaces: true);
        }
        catch (LearningException exception)
        {
            return new(null, new(exception.Message, Method, data.Purchases, data.Customers));
        }
    }
}
