namespace MarketingConsole.Core.Insights;

/// <summary>A value read from the database and kept until somebody says it changed, at the latest after a minute (another node may have written), when a look at
/// the database (count and sums) tells whether to read again. A value slow to read is kept for at least ten times that long, so that a busy shop
/// does not read it all day. One reader loads at a time.</summary>
internal sealed class Kept<T>(TimeProvider time) : IDisposable where T : class
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMinutes(1);
    private readonly SemaphoreSlim _one = new(1, 1);
    private T? _value;
    private object? _state;
    private long _lookedAt;
    private TimeSpan _rest;
    private volatile bool _changed;

    public void Changed() => _changed = true;

    public async Task<T> GetAsync(Func<CancellationToken, Task<object>> state, Func<CancellationToken, Task<T>> load, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            var age = time.GetElapsedTime(_lookedAt);
            if (_value is not null && (age < _rest || (!_changed && age < LookEvery)))
            {
                return _value;
            }

            _changed = false;
            var started = time.GetTimestamp();
            var now = await state(cancellationToken);
            if (_value is null || !now.Equals(_state))
            {
                _value = await load(cancellationToken);
                _state = now;
            }

            _lookedAt = time.GetTimestamp();
            _rest = 10 * time.GetElapsedTime(started, _lookedAt);
            return _value;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();
}
