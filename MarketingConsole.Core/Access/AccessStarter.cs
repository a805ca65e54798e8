using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace MarketingConsole.Core.Access;

/// <summary>At start: the three roles, and with sample data in Development the three sample accounts, which have no password.</summary>
public sealed class AccessStarter(IServiceScopeFactory scopes, IHostEnvironment environment, IConfiguration configuration, TimeProvider time) : IHostedService
{
    private static readonly (string Role, string Name)[] Samples = [(Roles.Marketer, "Mara (sample)"), (Roles.Manager, "Max (sample)"), (Roles.Admin, "Ada (sample)")];

    /// <summary>User name of the sample account of a role.</summary>
    public static string SampleUser(string role) => role + "@sample.example";

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var roles = scope.ServiceProvider.GetRequiredService<RoleManager<IdentityRole<int>>>();
        foreach (var role in Roles.All)
        {
            if (!await roles.RoleExistsAsync(role))
            {
                await roles.CreateAsync(new IdentityRole<int>(role));
            }
        }

        if (!environment.IsDevelopment() || !configuration.GetValue("SampleData", false))
        {
            return;
        }

        var users = scope.ServiceProvider.GetRequiredService<UserManager<ConsoleUser>>();
        foreach (var (role, name) in Samples)
        {
            if (await users.FindByNameAsync(SampleUser(role)) is null)
            {
                var user = new ConsoleUser { UserName = SampleUser(role), Email = SampleUser(role), DisplayName = name, CreatedAt = time.GetUtcNow().UtcDateTime, Sample = true };
                await users.CreateAsync(user);
                await users.AddToRoleAsync(user, role);
            }
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
