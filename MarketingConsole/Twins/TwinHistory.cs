using MarketingConsole.Core.Events;
using MarketingConsole.Core.Segments;
using MarketingConsole.Core.Twins;

namespace MarketingConsole.Twins;

/// <summary>The timeline with the moves between segments, which stand downstream of the twins' own folder.</summary>
internal sealed class TwinHistory(TwinTimeline timeline, SegmentMembersReader segments)
{
    /// <returns>The newest <paramref name="take"/> entries of a kind, and whether there are more.</returns>
    public async Task<(IReadOnlyList<TimelineEntry> Entries, bool More)> NewestAsync(int customerId, TimelineKind kind, int take, CancellationToken cancellationToken)
    {
        var (entries, more) = await timeline.NewestAsync(customerId, kind, take, cancellationToken);
        if (kind is not (TimelineKind.All or TimelineKind.Segments))
        {
            return (entries, more);
        }

        var moves = await segments.MovesOfAsync(customerId, take + 1, cancellationToken);
        List<TimelineEntry> all = [.. entries.Concat(moves.Select(x => new TimelineEntry(x.At, TimelineKind.Segments, $"{(x.Entered ? "Entered" : "Left")} segment {x.Segment}", Channel.Other, null, null, null, false, []))).OrderByDescending(x => x.At)];
        return ([.. all.Take(take)], more || all.Count > take);
    }
}
