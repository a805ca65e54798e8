using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using MarketingConsole.Access;
using MarketingConsole.Components.Search;
using MarketingConsole.Core.Workbench;
using MarketingConsole.Home;
using MarketingConsole.Ui;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Localization;

namespace MarketingConsole.Components;

internal static class PagesRegistration
{
    public static IServiceCollection AddConsolePages(this IServiceCollection services)
    {
        services.AddRazorComponents().AddInteractiveServerComponents();
        services.AddCascadingAuthenticationState();
        services.AddScoped<ToastService>();
        services.AddSingleton<Segments.SegmentUses>();
        services.AddScoped<SampleSignIn>();
        services.AddScoped<AuthenticationStateProvider, SignedInStill>();
        services.AddSingleton<SearchService>();
        services.AddSingleton<HomeReader>();
        services.AddSingleton<Twins.TwinHistory>();
        services.AddSingleton<Intake.TrackingRequest>();
        services.AddHostedService<Intake.MembershipLag>();
        services.AddWorkbench();
        services.AddAccessWeb();
        services.AddHealthChecks().AddCheck<DatabaseHealth>("database");
        services.AddHsts(x => x.MaxAge = TimeSpan.FromDays(365));
        services.AddRequestLocalization(options =>
        {
            // Numbers and dates follow the reader; the words of the console are English.
            options.SupportedCultures = [.. CultureInfo.GetCultures(CultureTypes.SpecificCultures).Where(x => x.TwoLetterISOLanguageName is "en" or "de" or "fr" or "it" or "es" or "nl")];
            options.SupportedUICultures = [CultureInfo.GetCultureInfo("en")];
            options.DefaultRequestCulture = new RequestCulture("en-GB", "en");
        });
        return services;
    }

    public static IServiceCollection AddConsoleApi(this IServiceCollection services)
    {
        services.AddProblemDetails();
        services.ConfigureHttpJsonOptions(x => x.SerializerOptions.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase)));
        services.Configure<RouteHandlerOptions>(x => x.ThrowOnBadRequest = true); // ApiErrors answers with the field's name
        services.AddOpenApi(ApiDescription.Describe);
        return services;
    }

    public static void UseConsolePages(this WebApplication app)
    {
        if (!app.Environment.IsDevelopment())
        {
            app.UseHsts();
        }

        app.Use(TurnAwayWhileStopping(app.Lifetime.ApplicationStopping));
        app.UseSecurityHeaders();
        ApiErrors.Use(app);
        app.UseRequestLocalization();
        app.UseRouting();
        app.UseAuthentication();
        app.UseRateLimiter();
        app.UseAuthorization();
        app.UseAntiforgery();
        app.MapStaticAssets().AllowAnonymous();
        app.MapOpenApi().AllowAnonymous();
        app.MapHealthChecks("/health").AllowAnonymous();
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode(x => x.ContentSecurityFrameAncestorsPolicy = null);
    }

    /// <summary>A browser whose circuit is closed by the shutdown connects again at once, and the server would wait for that new connection until its time to stop is over.</summary>
    private static Func<HttpContext, RequestDelegate, Task> TurnAwayWhileStopping(CancellationToken stopping) => (http, next) =>
    {
        if (!stopping.IsCancellationRequested || !http.Request.Path.StartsWithSegments("/_blazor"))
        {
            return next(http);
        }

        http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        return Task.CompletedTask;
    };
}
