namespace MarketingConsole.Core.Sample;

/// <summary>User names of the sample accounts the sample's objects belong to.</summary>
internal static class SampleAccounts
{
    public const string Marketer = "marketer", Manager = "manager";
}
