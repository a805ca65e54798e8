using Microsoft.Extensions.DependencyInjection;

namespace MarketingConsole.Core.Workbench;

public static class WorkbenchRegistration
{
    public static IServiceCollection AddWorkbench(this IServiceCollection services)
    {
        services.AddOptions<WorkbenchOptions>().BindConfiguration(WorkbenchOptions.Section)
            .Validate(x => x.MaxMegabytes is > 0 and <= 2000, "Workbench:MaxMegabytes must lie between 1 and 2000.")
            .Validate(x => x is { ParallelRuns: > 0, MaxMinutes: > 0 }, "Workbench: ParallelRuns and MaxMinutes must be above 0.")
            .ValidateOnStart();
        return services.AddSingleton<WorkbenchService>();
    }
}
