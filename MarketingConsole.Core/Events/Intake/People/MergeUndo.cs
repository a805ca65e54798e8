using System.Text.Json;
using MarketingConsole.Core.Customers;

namespace MarketingConsole.Core.Events.Intake.People;

/// <summary>What a merge moved, enough to take it back.</summary>
/// <param name="Fields">Names of <see cref="Customer"/> properties that were empty, with what filled them.</param>
/// <param name="Identities">Kind and value.</param>
/// <param name="Traits">Names the receiving customer did not have, with their values as <see cref="CustomerTrait.Text"/> says them.</param>
/// <param name="CreatedAt">The receiving customer's before, where it moved.</param>
internal sealed record MergeUndo(IReadOnlyList<long> Events, IReadOnlyList<(string Kind, string Value)> Identities, IReadOnlyDictionary<string, string> Fields, IReadOnlyDictionary<string, string> Traits, DateTime CreatedAt)
{
    private static readonly JsonSerializerOptions Json = new() { IncludeFields = true };

    public string ToJson() => JsonSerializer.Serialize(this, Json);

    public static MergeUndo FromJson(string json) => JsonSerializer.Deserialize<MergeUndo>(json, Json)!;

    /// <summary>The fields of a customer that can fill gaps of another, as text.</summary>
    public static Dictionary<string, string?> FieldsOf(Customer x) => new()
    {
        [nameof(x.Email)] = x.Email,
        [nameof(x.Phone)] = x.Phone,
        [nameof(x.FirstName)] = x.FirstName,
        [nameof(x.LastName)] = x.LastName,
        [nameof(x.Country)] = x.Country,
        [nameof(x.City)] = x.City,
        [nameof(x.Gender)] = x.Gender,
        [nameof(x.Tier)] = x.Tier,
        [nameof(x.Language)] = x.Language,
        [nameof(x.Latitude)] = x.Latitude?.ToString(System.Globalization.CultureInfo.InvariantCulture),
        [nameof(x.Longitude)] = x.Longitude?.ToString(System.Globalization.CultureInfo.InvariantCulture),
        [nameof(x.BirthDate)] = x.BirthDate?.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture),
    };
}
