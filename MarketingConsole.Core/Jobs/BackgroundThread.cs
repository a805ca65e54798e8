using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace MarketingConsole.Core.Jobs;

/// <summary>Runs work that can wait on a thread of its own, which the operating system lets run when nobody who is waited for wants the processor: pages, requests and segments go before.</summary>
public static class BackgroundThread
{
    /// <summary>Nice value on Linux: of the processor's time such a thread gets about a tenth of what another gets that wants it as much (sched(7)).</summary>
    private const int Nice = 10;

    /// <param name="name">Shown by debuggers.</param>
    /// <param name="work">What it awaits goes on on the same thread, except where it or a library says otherwise.</param>
    /// <returns>Done, failed or cancelled when the work is.</returns>
    public static Task RunAsync(string name, Func<Task> work)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            StepBack();
            using var turns = new Turns();
            SynchronizationContext.SetSynchronizationContext(turns);
            var task = StartAsync(work);
            task.ContinueWith(_ => turns.End(), TaskScheduler.Default);
            turns.Run();
            done.SetFromTask(task);
        })
        { IsBackground = true, Name = name };
        thread.Start();
        return done.Task;
    }

    private static async Task StartAsync(Func<Task> work) => await work();

    private static void StepBack()
    {
        if (OperatingSystem.IsLinux())
        {
            _ = SetPriority(0, 0, Nice); // of the calling thread; refused nowhere: anybody may step back
        }
        else
        {
            Thread.CurrentThread.Priority = ThreadPriority.BelowNormal;
        }
    }

    [DllImport("libc", EntryPoint = "setpriority"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetPriority(int which, int who, int priority);

    /// <summary>What is to be done on the thread, in order.</summary>
    private sealed class Turns : SynchronizationContext, IDisposable
    {
        private readonly BlockingCollection<(SendOrPostCallback Callback, object? State)> _queue = [];

        public override void Post(SendOrPostCallback d, object? state)
        {
            try
            {
                _queue.Add((d, state));
            }
            catch (InvalidOperationException)
            {
                ThreadPool.QueueUserWorkItem(_ => d(state)); // the work is done; somebody it started is not
            }
        }

        public void Run()
        {
            foreach (var (callback, state) in _queue.GetConsumingEnumerable())
            {
                callback(state);
            }
        }

        public void End() => _queue.CompleteAdding();

        public void Dispose() => _queue.Dispose();
    }
}
