namespace MarketingConsole.Core.Customers;

/// <summary>The one place where a customer's derived fields are kept in step with the typed ones.</summary>
public static class CustomerNormaliser
{
    /// <summary>Trims, turns empty into null, and derives <see cref="Customer.EmailKey"/>, <see cref="Customer.SearchText"/> and
    /// <see cref="Customer.Jurisdiction"/>. Call it before each save of a customer whose traits changed.</summary>
    public static Customer Apply(Customer customer)
    {
        customer.Key = customer.Key.Trim();
        customer.Email = Clean(customer.Email, 254);
        customer.EmailKey = EmailKey(customer.Email);
        customer.Phone = Clean(customer.Phone, 32);
        customer.FirstName = Clean(customer.FirstName, 100);
        customer.LastName = Clean(customer.LastName, 100);
        customer.City = Clean(customer.City, 100);
        customer.Gender = Clean(customer.Gender, 16);
        customer.Tier = Clean(customer.Tier, 32);
        customer.Country = Clean(customer.Country, 2)?.ToUpperInvariant();
        customer.Language = Clean(customer.Language, 8)?.ToLowerInvariant();
        customer.Jurisdiction = Jurisdictions.Of(customer.Country);
        var text = CustomerText.Fold(string.Join(' ', new[] { customer.Key, customer.FirstName, customer.LastName, customer.Email }.Where(x => x is not null)));
        customer.SearchText = text.Length > 600 ? text[..600] : text;
        return customer;
    }

    /// <summary>An address as it is looked up: trimmed and lower-cased; null for an empty one.</summary>
    public static string? EmailKey(string? email) => Clean(email, 254)?.ToLowerInvariant();

    private static string? Clean(string? text, int maxLength) => text?.Trim() is { Length: > 0 } trimmed ? trimmed.Length > maxLength ? trimmed[..maxLength] : trimmed : null;
}
