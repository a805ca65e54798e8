using MarketingConsole.Tests.Benchmarks;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace MarketingConsole.Tests;

/// <summary><c>bench NAME [arguments]</c> runs a benchmark; anything else is for the test runner.</summary>
internal static class TestProgram
{
    public static Task<int> Main(string[] args) => args switch
    {
        ["bench", .. var rest] => BenchmarkList.RunAsync(rest),
        _ when args.Any(x => x is "-automated" or "@@") => ConsoleRunner.Run(args),
        _ => TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions),
    };
}
