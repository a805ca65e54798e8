using System.Security.Cryptography.X509Certificates;
using MarketingConsole.Core.Data;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace MarketingConsole.Core.Access;

public static class AccessRegistration
{
    public const int LeastPasswordLength = 12;

    public static IServiceCollection AddAccess(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<AccessOptions>().Bind(configuration.GetSection(AccessOptions.Section))
            .Validate(x => x.BootstrapApiKey is null or "" || x.BootstrapApiKey.Length >= AccessOptions.LeastKeyLength, $"Access:BootstrapApiKey must have at least {AccessOptions.LeastKeyLength} characters.")
            .Validate(x => x is { ApiRequestsPerMinute: > 0, SignInsPerMinute: > 0, PublicRequestsPerMinute: > 0 }, "Access: ApiRequestsPerMinute, SignInsPerMinute and PublicRequestsPerMinute must be above 0.")
            .ValidateOnStart();
        var protection = services.AddDataProtection().SetApplicationName("MarketingConsole");
        if (configuration["Access:KeyCertificate"] is { Length: > 0 } certificate)
        {
            protection.ProtectKeysWithCertificate(X509CertificateLoader.LoadPkcs12FromFile(certificate, configuration["Access:KeyCertificatePassword"]));
        }

        services.AddSingleton<ProtectionKeyRepository>();
        services.AddOptions<KeyManagementOptions>().Configure<ProtectionKeyRepository>((x, repository) => x.XmlRepository = repository);
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
        services.AddSingleton<ApiKeyService>();
        services.AddSingleton<AccountService>();
        services.AddHostedService<AccessStarter>();
        return services;
    }
}
