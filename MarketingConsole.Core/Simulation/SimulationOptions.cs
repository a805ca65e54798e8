using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace MarketingConsole.Core.Simulation;

/// <summary>Configuration section "Simulation".</summary>
public sealed class SimulationOptions
{
    public const string Section = "Simulation";

    /// <summary>What is left of a euro of revenue after the goods are paid for, 0 to 1; the default of a plan that does not say.</summary>
    public double MarginShare { get; set; } = 0.4;

    /// <summary>How much a further message does while an earlier one still works, as a share of what one does alone, 0 to 1; the default of a plan that does not say.</summary>
    public double RepeatEffect { get; set; } = 0.5;

    /// <summary>Possible worlds a plan is lived through in.</summary>
    public int Worlds { get; set; } = 500;

    /// <summary>Larger segments are sampled evenly.</summary>
    public int MaxTwins { get; set; } = 2_000;

    /// <summary>Simulations computed at the same time; others wait.</summary>
    public int ParallelRuns { get; set; } = 2;
}

public static class SimulationRegistration
{
    public static IServiceCollection AddSimulation(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddOptions<SimulationOptions>().Bind(configuration.GetSection(SimulationOptions.Section))
            .Validate(x => x is { MarginShare: >= 0 and <= 1, RepeatEffect: >= 0 and <= 1 }, "Simulation:MarginShare and Simulation:RepeatEffect must lie between 0 and 1.")
            .Validate(x => x is { Worlds: >= 50 and <= 5_000, MaxTwins: >= 100 and <= 50_000, ParallelRuns: > 0 }, "Simulation:Worlds must lie between 50 and 5000, Simulation:MaxTwins between 100 and 50000, Simulation:ParallelRuns above 0.")
            .ValidateOnStart();
        services.AddSingleton<RatesReader>();
        services.AddSingleton<SimulationAudience>();
        services.AddSingleton<SimulationService>();
        return services;
    }
}
