using MarketingConsole.Core.Data;

namespace MarketingConsole.Core.Twins.Models;

/// <summary>What a customer belongs to: models are checked for each group. Null where it is not known.</summary>
public sealed record CustomerGroups(string? Country, string? AgeBand, string? Tier, string? Gender)
{
    public static IReadOnlyList<(string Name, Func<CustomerGroups, string?> Of)> Attributes { get; } = [("Country", x => x.Country), ("Age", x => x.AgeBand), ("Tier", x => x.Tier), ("Gender", x => x.Gender)];

    public static string? AgeBandOf(DateOnly? birthDate, DateTime asOf) => birthDate is not { } born ? null : ((asOf - born.ToDateTime(TimeOnly.MinValue)).TotalDays / 365.25) switch
    {
        < 25 => "under 25",
        < 35 => "25 to 34",
        < 45 => "35 to 44",
        < 55 => "45 to 54",
        < 65 => "55 to 64",
        _ => "65 and over",
    };
}

/// <summary>What all trainers of one training share.</summary>
/// <param name="From">First purchase.</param>
/// <param name="To">Last purchase: what comes after it is not known yet.</param>
/// <param name="Now">The instant of the training.</param>
/// <param name="Purchases">In the database.</param>
/// <param name="Customers">Who allow profiling and are read.</param>
/// <param name="OrderDays">(customer, day) of purchases, sorted.</param>
/// <param name="Kinds">What is known of each article.</param>
public sealed record TrainingData(DateTime From, DateTime To, DateTime Now, int Purchases, int Customers, IReadOnlyList<(int CustomerId, int Day)> OrderDays, IReadOnlyDictionary<int, CustomerGroups> Groups,
    IReadOnlyDictionary<int, ProductKind> Kinds)
{
    /// <summary>The shop's rhythm as it was known at an instant.</summary>
    public ShopRhythm RhythmAt(DateTime asOf) => ShopRhythm.Of(OrderDays, ShopCalendar.DayOf(DateOnly.FromDateTime(asOf)) - 1); // a day early: the shop's date may be ahead of UTC's

    /// <summary>Splits tested customers by each attribute; groups under <paramref name="least"/> are left out.</summary>
    /// <param name="of">Rows of a group to its figures.</param>
    public IReadOnlyList<GroupAccuracy> ByGroup(IReadOnlyList<int> customerIds, int least, Func<string, string, int[], GroupAccuracy> of) =>
        [.. CustomerGroups.Attributes.SelectMany(a => GroupsOf(customerIds, a.Of).Index().Where(x => x.Item is not null).GroupBy(x => x.Item!, x => x.Index).Where(x => x.Count() >= least).OrderByDescending(x => x.Count()).Select(x => of(a.Name, x.Key, [.. x])))];

    public IReadOnlyList<string?> GroupsOf(IReadOnlyList<int> customerIds, Func<CustomerGroups, string?> attribute) => [.. customerIds.Select(x => Groups.TryGetValue(x, out var groups) ? attribute(groups) : null)];
}

/// <summary>The champion of a kind, as a trainer compares with it.</summary>
/// <param name="Since">Start of the period it was judged on: nothing after it was learnt from.</param>
public sealed record Champion(object Model, DateTime Since);

/// <param name="Model">Null when nothing could be learnt.</param>
/// <param name="Drift">Whether the champion still holds; null when there is none or it cannot be told.</param>
/// <param name="Replaces">True where the champion must give way: it cannot score today's features, or the kind forecasts nothing that could be compared.</param>
public sealed record TrainingResult(object? Model, ModelReport Report, ModelDrift? Drift = null, bool Replaces = false);

/// <summary>Trains one kind of model: is shown each customer's history once, then fits.</summary>
public abstract class ModelTrainer(string kind)
{
    public string Kind { get; } = kind;

    /// <param name="history">Of a customer who allows profiling, with items.</param>
    public abstract void Add(CustomerHistory history);

    public abstract TrainingResult Fit(Champion? champion, IProgress<double>? progress, CancellationToken cancellationToken);
}
