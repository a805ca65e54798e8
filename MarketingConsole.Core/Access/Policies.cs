namespace MarketingConsole.Core.Access;

/// <summary>Names of the authorisation policies of pages and endpoints.</summary>
public static class Policies
{
    /// <summary>marketer, manager or admin.</summary>
    public const string Marketer = "marketer-up";

    /// <summary>manager or admin.</summary>
    public const string Manager = "manager-up";

    /// <summary>admin only.</summary>
    public const string Admin = "admin-only";

    public const string ScopePrefix = "scope:";

    /// <summary>Policy of an API endpoint: an API key with this scope, or a signed-in user whose role includes it.</summary>
    /// <param name="scope">One of <see cref="Scopes.All"/>, e.g. "segments:write".</param>
    public static string Scope(string scope) => Scopes.LeastRole(scope) is null ? throw new ArgumentException($"There is no scope '{scope}'.") : ScopePrefix + scope;
}

/// <summary>What an API key may be allowed, and the least role a signed-in user needs for the same.</summary>
public static class Scopes
{
    private static readonly SortedDictionary<string, string> Table = new(StringComparer.Ordinal)
    {
        ["customers:read"] = Roles.Marketer,
        ["customers:write"] = Roles.Marketer,
        ["customers:erase"] = Roles.Admin,
        ["customers:merge"] = Roles.Admin,
        ["events:write"] = Roles.Marketer,
        ["imports:read"] = Roles.Marketer,
        ["imports:write"] = Roles.Marketer,
        ["imports:undo"] = Roles.Manager,
        ["twins:read"] = Roles.Marketer,
        ["segments:read"] = Roles.Marketer,
        ["segments:write"] = Roles.Marketer,
        ["offers:read"] = Roles.Marketer,
        ["offers:write"] = Roles.Marketer,
        ["campaigns:read"] = Roles.Marketer,
        ["campaigns:write"] = Roles.Marketer,
        ["campaigns:approve"] = Roles.Manager,
        ["jobs:read"] = Roles.Marketer,
        ["jobs:write"] = Roles.Marketer,
        ["models:read"] = Roles.Marketer,
        ["models:write"] = Roles.Manager,
        ["dispatch:read"] = Roles.Marketer,
        ["dispatch:write"] = Roles.Marketer,
        ["outbox:read"] = Roles.Marketer,
        ["insights:read"] = Roles.Manager,
        ["consent:read"] = Roles.Marketer,
        ["consent:write"] = Roles.Admin,
        ["sources:read"] = Roles.Admin,
        ["sources:write"] = Roles.Admin,
        ["accounts:read"] = Roles.Admin,
        ["accounts:write"] = Roles.Admin,
        ["audit:read"] = Roles.Admin,
    };

    public static IReadOnlyList<string> All { get; } = [.. Table.Keys];

    /// <returns>null for an unknown scope.</returns>
    public static string? LeastRole(string scope) => Table.GetValueOrDefault(scope);

    /// <summary>The given role and those above it.</summary>
    public static IReadOnlyList<string> RolesFrom(string role) => role switch
    {
        Roles.Marketer => [Roles.Marketer, Roles.Manager, Roles.Admin],
        Roles.Manager => [Roles.Manager, Roles.Admin],
        _ => [Roles.Admin],
    };
}
