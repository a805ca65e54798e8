using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace MarketingConsole.Core.Data;

public static class DataRegistration
{
    /// <param name="contentRoot">Folder that holds <c>data/console.db</c> when no connection is configured for SQLite.</param>
    public static IServiceCollection AddData(this IServiceCollection services, IConfiguration configuration, string contentRoot)
    {
        services.AddOptions<DatabaseOptions>().Configure(options =>
        {
            var configured = DatabaseOptions.From(configuration, contentRoot);
            (options.Provider, options.ConnectionString) = (configured.Provider, configured.ConnectionString);
        }).Validate(x => x.ConnectionString.Length > 0, "ConnectionStrings:Console is required when Database:Provider is not Sqlite.").ValidateOnStart();
        services.AddOptions<ShopOptions>().Bind(configuration.GetSection(ShopOptions.Section))
            .Validate(x => TimeZoneInfo.TryFindSystemTimeZoneById(x.TimeZone, out _), "Shop:TimeZone is not a known IANA time zone.")
            .Validate(x => x.Currency.Length == 3 && x.Currency.All(char.IsAsciiLetterUpper), "Shop:Currency must be a three-letter ISO 4217 code.")
            .Validate(x => x.PublicUrl is null || Uri.TryCreate(x.PublicUrl, UriKind.Absolute, out _), "Shop:PublicUrl must be an absolute address.")
            .ValidateOnStart();
        services.AddSingleton<ShopCalendar>();
        services.AddSingleton<ConsoleDbFactory>();
        services.AddSingleton<IDbContextFactory<ConsoleDb>>(x => x.GetRequiredService<ConsoleDbFactory>());
        services.AddScoped(x => x.GetRequiredService<IDbContextFactory<ConsoleDb>>().CreateDbContext()); // Identity's stores ask for a scoped context
        services.AddSingleton<IdAllocator>();
        services.AddSingleton<ChangeFeed>();
        services.AddSingleton<DatabaseStarter>();
        services.AddHostedService(x => x.GetRequiredService<DatabaseStarter>());
        return services;
    }
}
