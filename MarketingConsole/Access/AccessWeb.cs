using MarketingConsole.Core.Access;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Identity;

namespace MarketingConsole.Access;

internal static class AccessWeb
{
    private const string Either = "CookieOrKey";

    /// <summary>Who may sign in how, and what each policy demands. Without a policy of its own an endpoint demands a signed-in user.</summary>
    public static IServiceCollection AddAccessWeb(this IServiceCollection services)
    {
        services.AddAuthentication(Either)
            .AddPolicyScheme(Either, null, x => x.ForwardDefaultSelector = context => ApiKeyHandler.KeyOf(context.Request) is null ? IdentityConstants.ApplicationScheme : ApiKeyHandler.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyHandler>(ApiKeyHandler.SchemeName, null)
            .AddIdentityCookies(cookies =>
            cookies.ApplicationCookie!.Configure(options =>
            {
                options.LoginPath = "/sign-in";
                options.LogoutPath = "/sign-out";
                options.AccessDeniedPath = "/not-allowed";
                options.Cookie.Name = "mc";
                options.Cookie.SameSite = SameSiteMode.Lax;
                options.ExpireTimeSpan = TimeSpan.FromHours(12);
                options.Events.OnRedirectToLogin = context => StatusForApi(context, StatusCodes.Status401Unauthorized);
                options.Events.OnRedirectToAccessDenied = context => StatusForApi(context, StatusCodes.Status403Forbidden);
            }));
        services.AddAntiforgery(x => x.SuppressXFrameOptionsHeader = true); // SecurityHeaders sends the stricter one
        services.AddRateLimits();
        services.AddExceptionHandler<ApiErrors>();
        services.Configure<SecurityStampValidatorOptions>(x => x.ValidationInterval = TimeSpan.FromMinutes(1));
        var anyRole = new AuthorizationPolicyBuilder().RequireRole(Roles.All).Build(); // an API key has no role: it needs a scope
        services.AddAuthorizationBuilder()
            .AddPolicy(Policies.Marketer, x => x.RequireRole(Scopes.RolesFrom(Roles.Marketer)))
            .AddPolicy(Policies.Manager, x => x.RequireRole(Scopes.RolesFrom(Roles.Manager)))
            .AddPolicy(Policies.Admin, x => x.RequireRole(Roles.Admin))
            .SetDefaultPolicy(anyRole).SetFallbackPolicy(anyRole);
        foreach (var scope in Scopes.All)
        {
            services.AddAuthorizationBuilder().AddPolicy(Policies.Scope(scope), x => x.RequireAssertion(context =>
                Scopes.RolesFrom(Scopes.LeastRole(scope)!).Any(context.User.IsInRole) || context.User.HasClaim(ApiKeyHandler.ScopeClaim, scope)));
        }

        return services;
    }

    private static Task StatusForApi(RedirectContext<Microsoft.AspNetCore.Authentication.Cookies.CookieAuthenticationOptions> context, int status)
    {
        if (context.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal))
        {
            context.Response.StatusCode = status;
            if (status == StatusCodes.Status401Unauthorized)
            {
                context.Response.Headers.WWWAuthenticate = "Bearer"; // RFC 9110 11.6.1
            }
        }
        else
        {
            context.Response.Redirect(context.RedirectUri);
        }

        return Task.CompletedTask;
    }
}
