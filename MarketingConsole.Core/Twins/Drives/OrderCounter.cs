using MarketingConsole.Core.Events;

namespace MarketingConsole.Core.Twins.Drives;

/// <summary>Walks through one customer's events in time order and counts what each order shows of the motives.</summary>
internal sealed class OrderCounter(ILookup<long, TwinItem> items, IReadOnlyDictionary<int, ProductKind> kinds, IReadOnlyDictionary<string, double> medians)
{
    private readonly HashSet<int> _bought = [];
    private readonly HashSet<string> _brands = new(StringComparer.Ordinal);
    private readonly Queue<TwinEvent> _views = new();
    private readonly Dictionary<string, int> _categories = new(StringComparer.Ordinal);
    private readonly Dictionary<DriveKind, Tally> _motives = Enum.GetValues<DriveKind>().ToDictionary(x => x, _ => default(Tally));
    private DateTime? _lastView;
    private int? _firstDay;

    public IReadOnlyDictionary<DriveKind, Tally> Motives => _motives;

    public IReadOnlyDictionary<string, int> Categories => _categories;

    public void Add(TwinEvent e)
    {
        if (e.Type == EventType.View && !e.Machine)
        {
            _views.Enqueue(e);
            _lastView = e.At;
        }
        else if (e.Type == EventType.Purchase)
        {
            Order(e, [.. items[e.Id].DistinctBy(x => x.ProductId)]);
        }
    }

    private void Order(TwinEvent order, List<TwinItem> lines)
    {
        _firstDay ??= order.Day;
        if (lines.Count == 0)
        {
            return;
        }

        Count(DriveKind.Deal, items[order.Id].Any(x => x.DiscountCents > 0));
        if (order.Channel is Channel.Web or Channel.App && _lastView > order.At.AddDays(-DriveCounts.ViewsKnownDays))
        {
            Count(DriveKind.Convenience, !LookedAround(order.At, lines));
        }

        foreach (var line in lines)
        {
            Count(DriveKind.Gift, GiftWeeks.Contains(order.Day));
            var kind = kinds.GetValueOrDefault(line.ProductId);
            if (order.Day > _firstDay)
            {
                Count(DriveKind.Novelty, !_bought.Contains(line.ProductId));
                if (!string.IsNullOrEmpty(kind.Brand))
                {
                    Count(DriveKind.Loyalty, _brands.Contains(kind.Brand));
                }
            }

            if (!string.IsNullOrEmpty(kind.Category))
            {
                _categories[kind.Category] = _categories.GetValueOrDefault(kind.Category) + 1;
                if (kind.PriceCents > 0 && medians.TryGetValue(kind.Category, out var median))
                {
                    Count(DriveKind.Quality, kind.PriceCents > median);
                }
            }
        }

        _bought.UnionWith(lines.Select(x => x.ProductId));
        _brands.UnionWith(lines.Select(x => kinds.GetValueOrDefault(x.ProductId).Brand).Where(x => !string.IsNullOrEmpty(x))!);
    }

    private bool LookedAround(DateTime at, List<TwinItem> lines)
    {
        while (_views.TryPeek(out var view) && view.At <= at.AddHours(-DriveCounts.ViewHours))
        {
            _views.Dequeue();
        }

        return _views.Any(x => x.ProductId is not { } id || !lines.Exists(l => l.ProductId == id));
    }

    private void Count(DriveKind kind, bool hit) => _motives[kind] = _motives[kind].Add(hit);
}
