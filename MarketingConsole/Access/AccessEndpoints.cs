using MarketingConsole.Core.Access;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;

namespace MarketingConsole.Access;

internal static class AccessEndpoints
{
    /// <summary>HTTP endpoints of this feature; relative to /api/v1 unless mapped on the root.</summary>
    public static void MapAccess(this IEndpointRouteBuilder root, RouteGroupBuilder api)
    {
        ArgumentNullException.ThrowIfNull(api);
        root.MapPost("/sign-in/sample", async ([FromForm] string role, [FromForm] string? returnUrl, HttpContext http, SampleSignIn sample) =>
            await sample.SignInAsync(http, role) ? Results.LocalRedirect(LocalUrl.Of(returnUrl)) : Results.Problem("Sample accounts are for Development on this machine only.", statusCode: StatusCodes.Status403Forbidden))
            .AllowAnonymous().ExcludeFromDescription();
        root.MapPost("/sign-out", async ([FromForm] string? returnUrl, SignInManager<ConsoleUser> signIn) =>
        {
            await signIn.SignOutAsync();
            return Results.LocalRedirect(returnUrl is null ? "/sign-in" : LocalUrl.Of(returnUrl));
        }).ExcludeFromDescription();
    }
}
