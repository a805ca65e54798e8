namespace MarketingConsole.Ui;

/// <param name="Undo">Takes back what was done; null when there is nothing to undo.</param>
public sealed record Toast(string Text, Func<Task>? Undo, bool Danger);

/// <summary>Short messages in the corner, one list a circuit: what was done, with a way back where there is one.</summary>
public sealed class ToastService(TimeProvider time)
{
    private static readonly TimeSpan Stay = TimeSpan.FromSeconds(8);
    private readonly List<Toast> _shown = [];

    public event Action? Changed;

    public IReadOnlyList<Toast> Shown
    {
        get
        {
            lock (_shown)
            {
                return [.. _shown];
            }
        }
    }

    public void Show(string text, Func<Task>? undo = null, bool danger = false)
    {
        var toast = new Toast(text, undo, danger);
        lock (_shown)
        {
            _shown.Add(toast);
        }

        Changed?.Invoke();
        _ = ExpireAsync(toast);
    }

    public void Dismiss(Toast toast)
    {
        lock (_shown)
        {
            _shown.Remove(toast);
        }

        Changed?.Invoke();
    }

    private async Task ExpireAsync(Toast toast)
    {
        await Task.Delay(Stay, time);
        Dismiss(toast);
    }
}
