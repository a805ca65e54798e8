namespace MarketingConsole.Core.Data;

/// <summary>How often and how long apart something sent out of the console is tried again.</summary>
/// <param name="Tries">Attempts in all.</param>
/// <param name="First">Wait before the second; doubles each time, up to ten minutes.</param>
public sealed record RetryPolicy(int Tries, TimeSpan First)
{
    /// <param name="tries">Attempts made.</param>
    public TimeSpan Wait(int tries) => TimeSpan.FromSeconds(Math.Min(600, First.TotalSeconds * Math.Pow(2, tries - 1)));
}
