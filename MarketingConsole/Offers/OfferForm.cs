using System.Globalization;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Offers;

namespace MarketingConsole.Offers;

/// <summary>An offer as typed: text stays as it was typed until it can be read.</summary>
internal sealed class OfferForm
{
    public string Name { get; set; } = "";
    public string Description { get; set; } = "";
    public OfferKind Kind { get; set; } = OfferKind.PercentOff;
    public string Value { get; set; } = "";
    public string Code { get; set; } = "";
    public List<string> Categories { get; private init; } = [];
    public List<string> Skus { get; private init; } = [];
    public DateOnly? From { get; set; }
    public DateOnly? To { get; set; }
    public string Stock { get; set; } = "";
    public string Budget { get; set; } = "";
    public string UnitCost { get; set; } = "";
    public string Link { get; set; } = "";

    public bool HasValue => Kind is OfferKind.PercentOff or OfferKind.AmountOff or OfferKind.Points;

    public static OfferForm Of(OfferDraft draft, ShopCalendar calendar) => new()
    {
        Name = draft.Name,
        Description = draft.Description,
        Kind = draft.Kind,
        Value = draft.Kind == OfferKind.AmountOff ? Money(draft.Value) : draft.Value == 0 ? "" : draft.Value.ToString(CultureInfo.CurrentCulture),
        Code = draft.Code ?? "",
        Categories = [.. draft.Categories],
        Skus = [.. draft.Skus],
        From = DateOnly.FromDateTime(calendar.ToLocal(draft.ValidFrom)),
        To = OfferText.LastDay(draft, calendar.Zone),
        Stock = draft.StockLimit?.ToString(CultureInfo.CurrentCulture) ?? "",
        Budget = draft.BudgetCents is { } budget ? Money(budget) : "",
        UnitCost = draft.UnitCostCents == 0 ? "" : Money(draft.UnitCostCents),
        Link = draft.LinkUrl ?? "",
    };

    public (OfferDraft Draft, IReadOnlyList<FieldError> Errors) Read(ShopCalendar calendar)
    {
        List<FieldError> errors = [];
        var value = !HasValue ? 0 : Kind == OfferKind.AmountOff ? Cents(Value, "value", errors) ?? 0 : Whole(Value, "value", errors) ?? 0;
        if (To is null)
        {
            errors.Add(new("validTo", "Say until when the offer holds."));
        }

        var draft = new OfferDraft
        {
            Name = Name,
            Description = Description,
            Kind = Kind,
            Value = (int)Math.Min(value, int.MaxValue),
            Code = Given(Code),
            Categories = Categories,
            Skus = Skus,
            ValidFrom = From is { } from ? calendar.StartOf(from) : default,
            ValidTo = To is { } to ? calendar.StartOf(to.AddDays(1)) : default,
            StockLimit = (int?)Whole(Stock, "stockLimit", errors),
            BudgetCents = Cents(Budget, "budgetCents", errors),
            UnitCostCents = Cents(UnitCost, "unitCostCents", errors) ?? 0,
            LinkUrl = Given(Link),
        };
        var unread = errors.Select(x => x.Field).ToHashSet();
        return (draft, [.. errors, .. OfferChecks.Check(draft).Where(x => !unread.Contains(x.Field))]);
    }

    private static string? Given(string text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private static long? Whole(string text, string field, List<FieldError> errors)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        if (int.TryParse(text.Trim(), NumberStyles.AllowLeadingSign | NumberStyles.AllowThousands, CultureInfo.CurrentCulture, out var number))
        {
            return number;
        }

        errors.Add(new(field, $"“{text}” is not a whole number."));
        return null;
    }

    private static long? Cents(string text, string field, List<FieldError> errors)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        if (decimal.TryParse(text.Trim().Replace(',', '.'), NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var amount) && decimal.Round(amount, 2) == amount && Math.Abs(amount) < 10_000_000)
        {
            return (long)(amount * 100);
        }

        errors.Add(new(field, $"“{text}” is not an amount such as 12.50."));
        return null;
    }

    private static string Money(long cents) => (cents / 100m).ToString("0.##", CultureInfo.InvariantCulture);
}
