using System.Reflection;
using System.Text.RegularExpressions;
using MarketingConsole.Core.Data;
using MarketingConsole.Tests.Support;

namespace MarketingConsole.Tests;

/// <summary>Holds the folders to the loop: a feature may use what stands upstream of it and the ground floor, never what stands downstream.</summary>
public sealed partial class ArchitectureTests
{
    private static readonly string[] Loop = ["Customers", "Events", "Twins", "Segments", "Offers", "Copy", "Campaigns", "Dispatch", "Simulation", "Insights"];

    [Fact]
    public void CoreFolders_Usings_NeverPointDownstream()
    {
        var core = Path.Combine(Repository.Root(), "MarketingConsole.Core");
        var wrong = from folder in Loop
                    from file in Directory.EnumerateFiles(Path.Combine(core, folder), "*.cs", SearchOption.AllDirectories)
                    from Match use in UsingCore().Matches(File.ReadAllText(file))
                    let used = use.Groups[1].Value
                    where Array.IndexOf(Loop, used) > Array.IndexOf(Loop, folder)
                    select $"{Path.GetRelativePath(core, file)} uses {used}";
        Assert.Empty(wrong);
    }

    [Fact]
    public void Learning_Usings_StayPure()
    {
        var folder = Path.Combine(Repository.Root(), "MarketingConsole.Core", "Learning");
        var wrong = from file in Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
                    let text = File.ReadAllText(file)
                    where text.Contains("EntityFrameworkCore", StringComparison.Ordinal) || text.Contains("DependencyInjection", StringComparison.Ordinal)
                        || text.Contains("TimeProvider", StringComparison.Ordinal) || UsingCore().Matches(text).Any(x => x.Groups[1].Value != "Learning")
                    select Path.GetFileName(file);
        Assert.Empty(wrong);
    }

    [Fact]
    public void Core_Assembly_DoesNotKnowTheWebApp() =>
        Assert.DoesNotContain(typeof(ConsoleDb).Assembly.GetReferencedAssemblies(), x => x.Name == typeof(Program).Assembly.GetName().Name);

    [GeneratedRegex(@"\bMarketingConsole\.Core\.([A-Z]\w+)")]
    private static partial Regex UsingCore();
}
