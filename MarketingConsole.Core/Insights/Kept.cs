namespace MarketingConsole.Core.Insights;

/// <summary>A value read from the database and kept as long as a cheap look at the database (count and sums) gives the same answer. One reader loads at a time.</summary>
internal sealed class Kept<T>(TimeProvider time) : IDisposable where T : class
{
    /// <summary>The charts of one page ask within this time of each other: one look serves them all.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);
    private readonly SemaphoreSlim _one = new(1, 1);
    private T? _value;
    private object? _state;
    private long _lookedAt;

    public async Task<T> GetAsync(Func<CancellationToken, Task<object>> state, Func<CancellationToken, Task<T>> load, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            if (_value is not null && time.GetElapsedTime(_lookedAt) < LookEvery)
            {
                return _value;
            }

            var now = await state(cancellationToken);
            if (_value is null || !now.Equals(_state))
            {
                _value = await load(cancellationToken);
                _state = now;
            }

            _lookedAt = time.GetTimestamp();
            return _value;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();
}
