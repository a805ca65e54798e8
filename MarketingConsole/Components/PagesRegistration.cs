using MarketingConsole.Access;
using MarketingConsole.Ui;
using Radzen;

namespace MarketingConsole.Components;

internal static class PagesRegistration
{
    public static IServiceCollection AddConsolePages(this IServiceCollection services)
    {
        services.AddRazorComponents().AddInteractiveServerComponents();
        services.AddRadzenComponents();
        services.AddCascadingAuthenticationState();
        services.AddScoped<ToastService>();
        services.AddScoped<SampleSignIn>();
        services.AddAccessWeb();
        return services;
    }

    public static IServiceCollection AddConsoleApi(this IServiceCollection services)
    {
        services.AddProblemDetails();
        services.AddOpenApi();
        return services;
    }

    public static void UseConsolePages(this WebApplication app)
    {
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseAntiforgery();
        app.MapStaticAssets().AllowAnonymous();
        app.MapOpenApi().AllowAnonymous();
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode();
    }
}
