namespace MarketingConsole.Core.Workbench;

/// <summary>Configuration section "Workbench".</summary>
public sealed class WorkbenchOptions
{
    public const string Section = "Workbench";

    /// <summary>Where uploads wait while their page is open; null = the system's temporary folder.</summary>
    public string? Folder { get; set; }

    /// <summary>Largest file taken, unpacked. A table needs about ten times as much memory while a question is answered.</summary>
    public int MaxMegabytes { get; set; } = 50;

    /// <summary>Questions answered at the same time; others wait.</summary>
    public int ParallelRuns { get; set; } = 2;

    /// <summary>A question that takes longer is cancelled.</summary>
    public int MaxMinutes { get; set; } = 20;
}
