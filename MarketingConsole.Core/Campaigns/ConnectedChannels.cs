using MarketingConsole.Core.Events;

namespace MarketingConsole.Core.Campaigns;

/// <summary>Which channels have a way out, as configured.</summary>
/// <param name="Lacks">By channel without one: what would have to be set.</param>
public sealed record ConnectedChannels(IReadOnlyDictionary<Channel, string> Lacks);
