using MarketingConsole.Core.Events;
using MarketingConsole.Core.Twins.Drives;
using MarketingConsole.Core.Twins.Forecast;
using MarketingConsole.Core.Twins.Models;

namespace MarketingConsole.Core.Twins;

/// <summary>Everything the console knows of one customer, as of now. Money in cents, instants in UTC.</summary>
/// <param name="Twin">Computed afresh from the events.</param>
/// <param name="Profiling">False: the customer denies profiling; habits, likings and forecasts are then null.</param>
/// <param name="Rhythm">The shop's yardstick.</param>
/// <param name="Drives">What moves the customer; null without a model of the crowd.</param>
/// <param name="Wants">Likeliest first; empty without a model.</param>
public sealed record TwinProfile(Person Person, IReadOnlyList<Named> Identities, IReadOnlyList<Named> Traits, Twin Twin, bool Profiling, ShopRhythm Rhythm,
    TwinHabits? Habits, TwinLikings? Likings, TwinResponse? Response, TwinForecast? Forecast, TwinDrives? Drives, IReadOnlyList<WantedArticle> Wants);

/// <summary>An article the customer is likely to want next.</summary>
/// <param name="Why">In words.</param>
public sealed record WantedArticle(int ProductId, string Name, string Category, string Why);

public sealed record Person(int Id, string Key, string Name, string? Email, string? Phone, string? Country, string? City, DateOnly? BirthDate, string? Gender, string? Tier, string? Language, DateTime CreatedAt);

public sealed record Named(string Name, string Value);

/// <summary>When, where and how much the customer buys.</summary>
/// <param name="Hours">Acts of the last 365 days by hour of the week: 0 = Monday 00:00, shop's time zone.</param>
/// <param name="OrderHours">Of these, orders.</param>
/// <param name="BasketCents">Median paid a purchase.</param>
/// <param name="ItemsABasket">Mean number of lines a purchase.</param>
/// <param name="GapDays">Quartiles of the days between orders; null under three order days.</param>
public sealed record TwinHabits(IReadOnlyList<int> Hours, IReadOnlyList<int> OrderHours, int OrderDays, long? BasketCents, double? ItemsABasket, Quartiles? GapDays,
    IReadOnlyList<Place> Channels, IReadOnlyList<Place> Stores);

/// <summary>Days.</summary>
public sealed record Quartiles(double Lower, double Median, double Upper);

/// <param name="Share">Of all orders.</param>
public sealed record Place(string Name, int Orders, int Visits, double Share);

/// <summary>What the customer likes, by what they paid since the beginning.</summary>
public sealed record TwinLikings(IReadOnlyList<Liking> Categories, IReadOnlyList<Liking> Brands, IReadOnlyList<Liking> Products);

/// <param name="Share">Of everything paid, 0 to 1.</param>
public sealed record Liking(string Name, double Share, long Cents, int Orders, DateTime LastAt);

/// <summary>How the customer responds to e-mail and offers, since the beginning. Openings and clicks by machines are left out.</summary>
/// <param name="Opened">E-mails opened at least once.</param>
/// <param name="Clicked">E-mails clicked at least once.</param>
/// <param name="MachineOpens">Openings by mail scanners and proxies.</param>
/// <param name="HoursToOpen">Median hours from sending to the first opening.</param>
/// <param name="DiscountedOrders">Orders with at least one discounted line.</param>
public sealed record TwinResponse(int Sent, int Opened, int Clicked, int MachineOpens, double? HoursToOpen, double? HoursToClick, DateTime? LastOpenAt, int Orders, int DiscountedOrders);

/// <summary>What will likely come. Whatever is null has its reason beside it.</summary>
/// <param name="Chance">Of a purchase in the next 30 days, 0 to 1.</param>
/// <param name="Peers">What became of customers with a like chance in the test period.</param>
/// <param name="Reasons">Of the chance, the strongest first.</param>
/// <param name="DueFrom">The next order falls into this window in half of all cases.</param>
/// <param name="Churn">Risk to stay away; null also for customers who are lost already.</param>
/// <param name="Purchases">Order days and spend to come.</param>
/// <param name="Uplift">What an offer changes.</param>
/// <param name="Model">The model behind the chance.</param>
public sealed record TwinForecast(
    double? Chance, string? ChanceMissing, Learning.CalibrationBin? Peers, IReadOnlyList<ForecastReason> Reasons, DateTime? DueFrom, DateTime? DueTo, string? DueMissing,
    TwinChurn? Churn, string? ChurnMissing, TwinPurchases? Purchases, string? PurchasesMissing, TwinUplift? Uplift, string? UpliftMissing, StoredModel? Model);

/// <param name="Days">How long it means to stay away.</param>
/// <param name="Reasons">The strongest first; above 0 raises the risk.</param>
public sealed record TwinChurn(double Risk, int Days, Learning.CalibrationBin? Peers, IReadOnlyList<ForecastReason> Reasons);

/// <param name="Effect">Difference that an offer makes in the chance to buy, −1 to 1.</param>
/// <param name="Days">How long an order counts as an answer.</param>
/// <param name="Average">Of all customers in the shop's own trials, with its 95 % interval.</param>
/// <param name="Reasons">The strongest first, as parts of the effect.</param>
/// <param name="ModelId">Where its figures are.</param>
public sealed record TwinUplift(double Effect, double Days, Learning.Difference Average, IReadOnlyList<ForecastReason> Reasons, int ModelId);

/// <param name="Alive">Probability that the customer may still buy at all.</param>
/// <param name="Outlooks">For the next 30, 90 and 365 days.</param>
/// <param name="LifetimeCents">Expected spend of the next three years, later money worth 10 % less a year; null when spend could not be fitted.</param>
/// <param name="Record">How often forecasts for this customer were right.</param>
public sealed record TwinPurchases(double Alive, IReadOnlyList<Outlook> Outlooks, long? LifetimeCents, TwinRecord Record);

/// <summary>Kinds of timeline entries, for its filter. Moves between segments come from downstream: whoever shows a timeline merges them in.</summary>
public enum TimelineKind { All, Orders, Browsing, Store, Messages, Consent, Segments }

/// <param name="Title">What happened, in words.</param>
/// <param name="AmountCents">Paid (positive) or given back (negative).</param>
/// <param name="Lines">Products of an order.</param>
public sealed record TimelineEntry(DateTime At, TimelineKind Kind, string Title, Channel Channel, string? Place, string? Reference, long? AmountCents, bool Machine, IReadOnlyList<OrderLine> Lines);

public sealed record OrderLine(string Product, string Category, int Quantity, long AmountCents, long DiscountCents);
