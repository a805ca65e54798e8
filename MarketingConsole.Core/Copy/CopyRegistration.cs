using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;

namespace MarketingConsole.Core.Copy;

public static class CopyRegistration
{
    public static IServiceCollection AddCopy(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddSingleton(x => EmailLayout.Read(new PhysicalFileProvider(AppContext.BaseDirectory)));
        services.AddSingleton<MessageRenderer>();
        return services;
    }
}
