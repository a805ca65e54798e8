using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Segments.InMemory;

namespace MarketingConsole.Core.Segments;

/// <summary>How far the points of a <see cref="RuleSizes"/> lie apart.</summary>
public enum SizeStep { Week, Day }

/// <param name="Points">Oldest first; the last is now.</param>
/// <param name="Reason">Why there are none; null when there are.</param>
public sealed record RuleSizes(IReadOnlyList<SizePoint> Points, string? Reason);

/// <summary>Counts whom a rule would have admitted at instants of the past.</summary>
public sealed class SizeHistoryReader(StoreKeeper keeper, StoreAnswers answers, ConsentGate consent, ShopCalendar calendar, TimeProvider time)
{
    public const int Points = 26;

    /// <param name="rule">A rule without problems.</param>
    /// <param name="each">Told of each point as it is counted, the newest first.</param>
    public async Task<RuleSizes> ReadAsync(SegmentRule rule, SizeStep step, Action<SizePoint>? each, CancellationToken cancellationToken)
    {
        if (RuleValidator.CheckPast(rule) is [{ Message: var message }, ..])
        {
            return new RuleSizes([], $"{message.Split('.')[0]}, so nobody can say how large this segment would have been.");
        }

        if (StoreAnswers.Obstacle(rule, past: true) is { } obstacle)
        {
            return new RuleSizes([], obstacle);
        }

        if (await keeper.CaughtUpAsync(cancellationToken) is not { } store)
        {
            return new RuleSizes([], answers.Absence());
        }

        var (gate, now, length) = (await consent.RulesAsync(cancellationToken), time.GetUtcNow().UtcDateTime, TimeSpan.FromDays(step == SizeStep.Week ? 7 : 1));
        return await Task.Run(() =>
        {
            var points = new List<SizePoint>();
            for (var i = 0; i < Points; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var at = now - (length * i);
                var point = new SizePoint(at, store.Read(() => new StoreQuery(store, gate, calendar, at).Members(rule).Count)); // the lock is free between two points
                points.Insert(0, point);
                each?.Invoke(point);
            }

            return new RuleSizes(points, null);
        }, cancellationToken);
    }
}
