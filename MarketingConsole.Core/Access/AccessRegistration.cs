using MarketingConsole.Core.Data;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace MarketingConsole.Core.Access;

public static class AccessRegistration
{
    public const int LeastPasswordLength = 12;

    public static IServiceCollection AddAccess(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddIdentityCore<ConsoleUser>(options =>
            {
                options.User.RequireUniqueEmail = true;
                // Length over character classes, as NIST SP 800-63B advises.
                options.Password.RequiredLength = LeastPasswordLength;
                options.Password.RequiredUniqueChars = 5;
                options.Password.RequireDigit = options.Password.RequireLowercase = options.Password.RequireUppercase = options.Password.RequireNonAlphanumeric = false;
                options.Lockout.MaxFailedAccessAttempts = 5;
                options.Lockout.DefaultLockoutTimeSpan = TimeSpan.FromMinutes(15);
                options.Lockout.AllowedForNewUsers = true;
            })
            .AddRoles<IdentityRole<int>>()
            .AddEntityFrameworkStores<ConsoleDb>()
            .AddSignInManager()
            .AddDefaultTokenProviders();
        services.AddSingleton<AuditLog>();
        services.AddHostedService<AccessStarter>();
        return services;
    }
}
