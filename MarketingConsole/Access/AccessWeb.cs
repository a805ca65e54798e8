using MarketingConsole.Core.Access;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Identity;

namespace MarketingConsole.Access;

internal static class AccessWeb
{
    /// <summary>Who may sign in how, and what each policy demands. Without a policy of its own an endpoint demands a signed-in user.</summary>
    public static IServiceCollection AddAccessWeb(this IServiceCollection services)
    {
        services.AddAuthentication(IdentityConstants.ApplicationScheme).AddIdentityCookies(cookies =>
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
        services.Configure<SecurityStampValidatorOptions>(x => x.ValidationInterval = TimeSpan.FromMinutes(1));
        services.AddAuthorizationBuilder()
            .AddPolicy(Policies.Marketer, x => x.RequireRole(Scopes.RolesFrom(Roles.Marketer)))
            .AddPolicy(Policies.Manager, x => x.RequireRole(Scopes.RolesFrom(Roles.Manager)))
            .AddPolicy(Policies.Admin, x => x.RequireRole(Roles.Admin))
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
        foreach (var scope in Scopes.All)
        {
            services.AddAuthorizationBuilder().AddPolicy(Policies.Scope(scope), x => x.RequireAssertion(context =>
                Scopes.RolesFrom(Scopes.LeastRole(scope)!).Any(context.User.IsInRole) || context.User.HasClaim("scope", scope)));
        }

        return services;
    }

    private static Task StatusForApi(RedirectContext<Microsoft.AspNetCore.Authentication.Cookies.CookieAuthenticationOptions> context, int status)
    {
        if (context.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal))
        {
            context.Response.StatusCode = status;
        }
        else
        {
            context.Response.Redirect(context.RedirectUri);
        }

        return Task.CompletedTask;
    }
}
