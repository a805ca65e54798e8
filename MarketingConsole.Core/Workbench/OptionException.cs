using MarketingConsole.Core.Learning;

namespace MarketingConsole.Core.Workbench;

/// <summary>An option has a value that cannot be used.</summary>
/// <param name="option">Its name without dashes.</param>
/// <param name="problem">What is wrong, to be read after the name.</param>
public sealed class OptionException(string option, string problem) : LearningException($"--{option} {problem}")
{
    public string Option => option;

    /// <summary>The message without dashes, for those who do not use the command line.</summary>
    public string Problem => $"{option} {problem}";
}
