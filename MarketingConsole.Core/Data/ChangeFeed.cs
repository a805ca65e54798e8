using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace MarketingConsole.Core.Data;

/// <summary>In-process publish and subscribe: an upstream folder publishes what changed, downstream folders and pages listen.
/// A message is a record defined by its publisher. Subscribers must return at once (hand work to a channel).</summary>
public sealed partial class ChangeFeed(ILogger<ChangeFeed> log)
{
    private readonly ConcurrentDictionary<Type, ConcurrentDictionary<object, Action<object>>> _subscribers = new();

    /// <returns>Dispose it to stop listening.</returns>
    public IDisposable Subscribe<T>(Action<T> handler) where T : notnull
    {
        var group = _subscribers.GetOrAdd(typeof(T), _ => new());
        var subscription = new Subscription(group);
        group[subscription] = message => handler((T)message);
        return subscription;
    }

    public void Publish<T>(T message) where T : notnull
    {
        if (!_subscribers.TryGetValue(typeof(T), out var group))
        {
            return;
        }

        foreach (var (_, handler) in group)
        {
            try
            {
                handler(message);
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                SubscriberFailed(log, typeof(T).Name, exception); // one bad listener must not stop the others or the publisher
            }
        }
    }

    [LoggerMessage(LogLevel.Error, "A listener to {Message} failed")]
    private static partial void SubscriberFailed(ILogger logger, string message, Exception exception);

    private sealed class Subscription(ConcurrentDictionary<object, Action<object>> group) : IDisposable
    {
        public void Dispose() => group.TryRemove(this, out _);
    }
}
