using System.Linq.Expressions;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Twins;
using MarketingConsole.Core.Twins.Drives;
using MarketingConsole.Core.Twins.Store;

namespace MarketingConsole.Core.Segments;

/// <summary>What kind of value a field has; decides which operators fit. Points are percentage points: a difference of rates, below 0 too.</summary>
public enum FieldKind { Text, Number, Money, Percent, Years, Date, Instant, Points }

/// <summary>A field a rule can ask for.</summary>
/// <param name="Read">Expression from the row (<see cref="Customer"/> or <see cref="Twin"/>) to the value, null where unknown.</param>
/// <param name="Values">The only values there are; null = free.</param>
/// <param name="Suggest">Values to offer come from the customers.</param>
/// <param name="Ahead">An instant in the future.</param>
/// <param name="Many">A customer may have several values, each a text or a number.</param>
/// <param name="Said">What sentences call it where the label would not read as English after "whose".</param>
/// <param name="Means">What its values say, where the label does not tell.</param>
public sealed record RuleField(string Name, string Label, FieldKind Kind, LambdaExpression? Read, IReadOnlyList<string>? Values = null, bool Suggest = false, bool Ahead = false, bool Many = false, string? Said = null, string? Means = null)
{
    private static readonly RuleOperator[] Known = [RuleOperator.Exists, RuleOperator.Missing], Numbers = [RuleOperator.AtLeast, RuleOperator.AtMost, RuleOperator.Above, RuleOperator.Below, RuleOperator.Between],
        Choices = [RuleOperator.Is, RuleOperator.IsNot, RuleOperator.In, RuleOperator.NotIn], Texts = [.. Choices, RuleOperator.Contains, RuleOperator.StartsWith, RuleOperator.EndsWith],
        Times = [RuleOperator.Below, RuleOperator.AtLeast, RuleOperator.Between, RuleOperator.During];

    public IReadOnlyList<RuleOperator> Operators { get; } = (Kind, Many, Values) switch
    {
        (_, true, _) => [.. Texts, RuleOperator.HasAll, .. Numbers, .. Known],
        (FieldKind.Text, _, not null) => [.. Choices, .. Known],
        (FieldKind.Text, _, _) => [.. Texts, .. Known],
        (FieldKind.Instant, _, _) when Ahead => [RuleOperator.InNext, .. Times, .. Known],
        (FieldKind.Instant, _, _) => [RuleOperator.InLast, RuleOperator.NotInLast, .. Times, .. Known],
        (FieldKind.Date, _, _) => [RuleOperator.InLast, RuleOperator.NotInLast, RuleOperator.AnniversaryIn, .. Times, .. Known],
        _ => [.. Numbers, RuleOperator.Is, RuleOperator.IsNot, .. Known],
    };

    /// <summary>The kind of value this comparison asks for: of a field with many values a number where the operator or the value is one.</summary>
    public FieldKind KindFor(FieldRule rule) => Many && (Numbers.Contains(rule.Op) || (rule.Op is RuleOperator.Is or RuleOperator.IsNot && rule.Value?.Number is not null)) ? FieldKind.Number : Kind;

    /// <summary>Customers can be ranked by it.</summary>
    public bool IsRanked => Many || Kind is not FieldKind.Text;

    /// <summary>A day or an instant: of two the later is the greater.</summary>
    public bool IsTime => Kind is FieldKind.Date or FieldKind.Instant;
}

/// <summary>The fields rules can ask for: one list for the evaluator, the validator, the schema and the editor.</summary>
public static class RuleFields
{
    /// <summary>Prefix of traits the shop sends itself.</summary>
    public const string Custom = TwinStore.CustomPrefix;

    /// <summary>Trait that is read from the birth date.</summary>
    public const string Age = "age";

    /// <summary>Twin field that holds the name of the customer's group.</summary>
    public const string Group = "cluster";

    /// <summary>Twin field that holds the drive that stands out most.</summary>
    public const string Motivation = "motivation";

    public static IReadOnlyList<RuleField> Traits { get; } =
    [
        Text("country", "Country", c => c.Country, suggest: true),
        Text("city", "City", c => c.City, suggest: true),
        Text("tier", "Tier", c => c.Tier, suggest: true),
        Text("language", "Language", c => c.Language, suggest: true),
        Text("gender", "Gender", c => c.Gender, suggest: true),
        Text("jurisdiction", "Privacy law", c => c.Jurisdiction, values: Jurisdictions.All),
        new(Age, "Age", FieldKind.Years, (Expression<Func<Customer, DateOnly?>>)(c => c.BirthDate)),
        new("birthDate", "Birth date", FieldKind.Date, (Expression<Func<Customer, DateOnly?>>)(c => c.BirthDate)),
        new("signUp", "Sign-up date", FieldKind.Instant, (Expression<Func<Customer, DateTime?>>)(c => c.CreatedAt)),
        Text("email", "E-mail address", c => c.EmailKey),
#pragma warning disable CA1866 // EF Core translates IndexOf of a text only
        Text("emailDomain", "E-mail domain", c => c.EmailKey == null ? null : c.EmailKey.Substring(c.EmailKey.IndexOf("@") + 1), suggest: true),
#pragma warning restore CA1866
        Text("phone", "Phone number", c => c.Phone),
        Text("firstName", "First name", c => c.FirstName),
        Text("lastName", "Last name", c => c.LastName),
        Text("key", "Customer key", c => c.Key),
    ];

    public static IReadOnlyList<RuleField> Twins { get; } =
    [
        new("stage", "Lifecycle stage", FieldKind.Text, null, [.. Enum.GetNames<LifecycleStage>().Select(Camel)]),
        Instant("stageSince", "In this stage since", t => t.StageSince, said: "move to this stage"),
        Number("orders", "Number of orders", t => t.Orders),
        Number("returns", "Number of returns", t => t.Returns),
        Money("revenue", "Revenue, all time", t => t.RevenueCents),
        Money("revenue12Months", "Revenue, last 12 months", t => t.Revenue365Cents),
        Money("averageBasket", "Average basket", t => t.Orders == 0 ? null : t.AverageBasketCents),
        Number("medianGap", "Median days between orders", t => t.MedianGapDays),
        Instant("firstOrder", "First order", t => t.FirstOrderAt),
        Instant("lastOrder", "Last order", t => t.LastOrderAt),
        Instant("lastSeen", "Last seen", t => t.LastSeenAt, said: "last activity"),
        Instant("lastEmailOpen", "Last e-mail opened", t => t.LastEmailOpenAt, said: "last opened e-mail"),
        Percent("openRate", "E-mail open rate", t => t.EmailsSent == 0 ? null : (double)t.EmailsOpened / t.EmailsSent),
        Percent("clickRate", "E-mail click rate", t => t.EmailsSent == 0 ? null : (double)t.EmailsClicked / t.EmailsSent),
        new("topCategory", "Favourite category", FieldKind.Text, (Expression<Func<Twin, string?>>)(t => t.TopCategory), Suggest: true),
        new("topBrand", "Favourite brand", FieldKind.Text, (Expression<Func<Twin, string?>>)(t => t.TopBrand), Suggest: true),
        new("topCategoryShare", "Share of the favourite category", FieldKind.Percent, (Expression<Func<Twin, double?>>)(t => t.TopCategoryShare), Means: "Of all that the customer has paid for articles."),
        new("topBrandShare", "Share of the favourite brand", FieldKind.Percent, (Expression<Func<Twin, double?>>)(t => t.TopBrandShare), Means: "Of all that the customer has paid for articles."),
        new("topChannel", "Favourite channel", FieldKind.Text, null, [.. Enum.GetNames<Channel>().Select(Camel)]),
        Percent("chanceToBuy", "Chance to buy in 30 days", t => t.ChanceToBuy),
        Percent("churnRisk", "Risk to stay away", t => t.ChurnRisk),
        new("offerUplift", "Offer uplift", FieldKind.Points, (Expression<Func<Twin, double?>>)(t => t.OfferUplift)),
        new(Motivation, "Motivation", FieldKind.Text, (Expression<Func<Twin, string?>>)(t => t.Motivation), DriveWords.Names, Means: $"The strongest drive, where it is stronger than in {TwinDrives.Clear * 100:0} % of customers; of the others it is unknown."),
        Drive(DriveKind.Deal, t => t.DealDrive, "orders with a discount"),
        Drive(DriveKind.Novelty, t => t.NoveltyDrive, "articles never bought before"),
        Drive(DriveKind.Loyalty, t => t.LoyaltyDrive, "articles of brands bought before"),
        Drive(DriveKind.Convenience, t => t.ConvenienceDrive, "online orders without looking around"),
        Drive(DriveKind.Gift, t => t.GiftDrive, "articles bought in the weeks before Christmas, Valentine's Day and Mother's Day"),
        Drive(DriveKind.Quality, t => t.QualityDrive, "articles that cost more than most of their category"),
        Percent("alive", "Chance to buy ever again", t => t.Alive),
        Number("orders30", "Expected orders in 30 days", t => t.Orders30),
        Number("orders90", "Expected orders in 90 days", t => t.Orders90),
        Number("orders365", "Expected orders in 365 days", t => t.Orders365),
        Money("spend365", "Expected spend in 365 days", t => t.Spend365Cents),
        Money("lifetimeValue", "Lifetime value, three years", t => t.LifetimeCents),
        new("nextOrderFrom", "Earliest likely next purchase", FieldKind.Instant, (Expression<Func<Twin, DateTime?>>)(t => t.NextOrderFrom), Ahead: true),
        new("nextOrderTo", "Latest likely next purchase", FieldKind.Instant, (Expression<Func<Twin, DateTime?>>)(t => t.NextOrderTo), Ahead: true),
        new(Group, "Group found by the console", FieldKind.Text, (Expression<Func<Twin, string?>>)(t => t.Cluster), Suggest: true, Said: "group"),
    ];

    /// <returns>Null when there is no such field. Any name after <see cref="Custom"/> is one.</returns>
    public static RuleField? Find(FieldRule rule) => rule is TwinRule ? Twins.FirstOrDefault(x => x.Name == rule.Field)
        : rule.Field.StartsWith(Custom, StringComparison.Ordinal) && rule.Field.Length is > 7 and <= 71 ? CustomTrait(rule.Field)
        : Traits.FirstOrDefault(x => x.Name == rule.Field);

    /// <summary>The field a <see cref="RankRule"/> ranks by; null when there is none that has an order or may hold numbers.</summary>
    public static RuleField? FindRanked(string name) => Find(RuleFor(name)) is { IsRanked: true } field ? field : null;

    /// <summary>The kind of condition that asks for the field of this name, which no trait shares with a twin field.</summary>
    internal static FieldRule RuleFor(string name) => Twins.Any(x => x.Name == name) ? new TwinRule { Field = name } : new TraitRule { Field = name };

    private static RuleField CustomTrait(string field) => new(field, field[Custom.Length..], FieldKind.Text, null, Suggest: true, Many: true);

    /// <summary>Name of the twin field that holds the strength of a drive.</summary>
    internal static string DriveName(DriveKind kind) => Camel(kind.ToString()) + "Drive";

    internal static string Camel(string name) => char.ToLowerInvariant(name[0]) + name[1..];

    private static RuleField Text(string name, string label, Expression<Func<Customer, string?>> read, IReadOnlyList<string>? values = null, bool suggest = false) => new(name, label, FieldKind.Text, read, values, suggest);

    private static RuleField Number(string name, string label, Expression<Func<Twin, double?>> read) => new(name, label, FieldKind.Number, read);

    private static RuleField Drive(DriveKind kind, Expression<Func<Twin, double?>> read, string evidence) =>
        new(DriveName(kind), $"{kind} drive", FieldKind.Percent, read, Means: $"Stronger than in so many per cent of customers, judged by {evidence}; 50 % is the middle.");

    private static RuleField Percent(string name, string label, Expression<Func<Twin, double?>> read) => new(name, label, FieldKind.Percent, read);

    private static RuleField Money(string name, string label, Expression<Func<Twin, long?>> read) => new(name, label, FieldKind.Money, read);

    private static RuleField Instant(string name, string label, Expression<Func<Twin, DateTime?>> read, string? said = null) => new(name, label, FieldKind.Instant, read, Said: said);
}
