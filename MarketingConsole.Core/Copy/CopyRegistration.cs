using MarketingConsole.Core.Copy.Describing;
using MarketingConsole.Core.Copy.Writing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Options;

namespace MarketingConsole.Core.Copy;

public static class CopyRegistration
{
    public static IServiceCollection AddCopy(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddSingleton(x => EmailLayout.Read(new PhysicalFileProvider(AppContext.BaseDirectory)));
        services.AddSingleton<MessageRenderer>();
        services.AddOptions<LanguageModelOptions>().Bind(configuration.GetSection(LanguageModelOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<LanguageModelOptions>, LanguageModelOptions.Validator>();
        services.AddSingleton<LanguageModel>();
        services.AddSingleton<LanguageModelWriter>();
        services.AddSingleton<RuleProposer>();
        return services;
    }
}
