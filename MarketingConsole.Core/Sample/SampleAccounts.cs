using MarketingConsole.Core.Access;

namespace MarketingConsole.Core.Sample;

/// <summary>User names of the sample accounts the sample's objects belong to.</summary>
internal static class SampleAccounts
{
    public static string Marketer { get; } = AccessStarter.SampleUser(Roles.Marketer);
    public static string Manager { get; } = AccessStarter.SampleUser(Roles.Manager);
}
