using MarketingConsole.Core.Workbench;

namespace MarketingConsole.Workbench;

/// <summary>Questions and options in words for the page.</summary>
internal static class QuestionText
{
    public static string Heading(this WorkbenchTask task) => Sentence(task.Name);

    /// <summary>The first part of the help.</summary>
    public static string Label(this TaskOption option) => Sentence(option.Help[..End(option)]);

    /// <summary>The option's name and the rest of the help.</summary>
    public static string Hint(this TaskOption option) => string.Join(" · ", new[] { option.Name, option.Required ? "required" : "", Rest(option.Help[End(option)..]) }.Where(x => x.Length > 0));

    private static string Rest(string help) => help.StartsWith(" (", StringComparison.Ordinal) ? help[2..].TrimEnd(')') : help.TrimStart(':', ';', ' ');

    private static int End(TaskOption option) => new[] { option.Help.IndexOf(" (", StringComparison.Ordinal), option.Help.IndexOf(": ", StringComparison.Ordinal), option.Help.IndexOf("; ", StringComparison.Ordinal) }.Where(x => x > 0).DefaultIfEmpty(option.Help.Length).Min();

    private static string Sentence(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
