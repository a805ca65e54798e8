namespace MarketingConsole.Core.Customers;

/// <summary>Customers appeared, or their traits changed, without an event. Null = too many to list.</summary>
public sealed record CustomersChanged(IReadOnlyList<int>? CustomerIds);
