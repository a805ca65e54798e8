namespace MarketingConsole.Core.Data;

/// <summary>Rows of this entity outlive the erasure of their customer: the customer's id becomes a random negative number, so that sums stay true.
/// Every other entity with a <c>CustomerId</c> is deleted.</summary>
/// <param name="clear">Text properties that may hold personal data and are emptied.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class KeptAnonymousAttribute(params string[] clear) : Attribute
{
    public IReadOnlyList<string> Clear { get; } = clear;
}
