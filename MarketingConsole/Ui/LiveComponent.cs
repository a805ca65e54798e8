using MarketingConsole.Core.Data;
using Microsoft.AspNetCore.Components;

namespace MarketingConsole.Ui;

/// <summary>Base of components that follow the <see cref="ChangeFeed"/>. Handlers run on the circuit's dispatcher and the component renders after each;
/// publishers throttle, components do not. Override <see cref="DisposeAsync"/> only with a call to the base.</summary>
public abstract class LiveComponent : ComponentBase, IAsyncDisposable
{
    private readonly List<IDisposable> _subscriptions = [];
    private readonly CancellationTokenSource _gone = new();
    private CancellationTokenSource? _load;

    [Inject] protected ChangeFeed Feed { get; set; } = default!;

    /// <summary>Cancelled when the component is gone.</summary>
    protected CancellationToken Gone => _gone.Token;

    protected void Listen<T>(Action<T> handler) where T : notnull => Listen<T>(message =>
    {
        handler(message);
        return Task.CompletedTask;
    });

    protected void Listen<T>(Func<T, Task> handler) where T : notnull =>
        _subscriptions.Add(Feed.Subscribe<T>(message => _ = HandleAsync(handler, message)));

    /// <summary>A token for a new load; cancels the one before.</summary>
    protected CancellationToken NewLoad()
    {
        _load?.Cancel();
        _load?.Dispose();
        _load = CancellationTokenSource.CreateLinkedTokenSource(_gone.Token);
        return _load.Token;
    }

    public virtual async ValueTask DisposeAsync()
    {
        foreach (var subscription in _subscriptions)
        {
            subscription.Dispose();
        }

        await _gone.CancelAsync();
        _load?.Dispose();
        GC.SuppressFinalize(this);
    }

    private Task HandleAsync<T>(Func<T, Task> handler, T message) => InvokeAsync(async () =>
    {
        if (_gone.IsCancellationRequested)
        {
            return;
        }

        try
        {
            await handler(message);
            StateHasChanged();
        }
        catch (OperationCanceledException)
        {
            // the component went away or a newer load replaced this one
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            await DispatchExceptionAsync(exception);
        }
    });
}
