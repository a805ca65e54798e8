using MarketingConsole.Core.Access;
using MarketingConsole.Core.Data;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;

namespace MarketingConsole.Access;

internal static class AccessEndpoints
{
    internal sealed record NewAccount(string Email, string Name, string Role);

    internal sealed record NewKey(string Name, IReadOnlyList<string> Scopes);

    internal sealed record CreatedKey(string Key);

    internal sealed record CreatedAccount(int Id, string PasswordLink);

    internal sealed record AuditLines(IReadOnlyList<AuditLine> Lines, int Total);

    /// <summary>HTTP endpoints of this feature; relative to /api/v1 unless mapped on the root.</summary>
    public static void MapAccess(this IEndpointRouteBuilder root, RouteGroupBuilder api)
    {
        MapForms(root);
        MapAccounts(api.MapGroup("/accounts").WithTags("Accounts"));
        MapKeys(api.MapGroup("/api-keys").WithTags("API keys"));
        api.MapGet("/audit", async (AuditLog audit, CancellationToken stop, string? text = null, DateOnly? from = null, DateOnly? to = null, int page = 1, int pageSize = 50) =>
        {
            var (lines, total) = await audit.ListAsync(new(text, from, to), page, Math.Clamp(pageSize, 1, 500), stop);
            return new AuditLines(lines, total);
        }).RequireAuthorization(Policies.Scope("audit:read")).WithTags("Audit").WithSummary("Who did what, newest first.");
    }

    private static void MapForms(IEndpointRouteBuilder root)
    {
        root.MapPost("/sign-in/sample", async ([FromForm] string role, [FromForm] string? returnUrl, HttpContext http, SampleSignIn sample) =>
            await sample.SignInAsync(http, role) ? Results.LocalRedirect(LocalUrl.Of(returnUrl)) : Results.Problem("Sample accounts are for Development on this machine only.", statusCode: StatusCodes.Status403Forbidden))
            .AllowAnonymous().ExcludeFromDescription();
        root.MapPost("/sign-out", async ([FromForm] string? returnUrl, SignInManager<ConsoleUser> signIn) =>
        {
            await signIn.SignOutAsync();
            return Results.LocalRedirect(returnUrl is null ? "/sign-in" : LocalUrl.Of(returnUrl));
        }).ExcludeFromDescription();
    }

    private static void MapAccounts(RouteGroupBuilder accounts)
    {
        accounts.MapGet("/", (AccountService service, CancellationToken stop) => service.ListAsync(stop))
            .RequireAuthorization(Policies.Scope("accounts:read")).WithSummary("Everyone who may sign in.");
        accounts.MapPost("/", async Task<Results<Created<CreatedAccount>, ValidationProblem>> (NewAccount account, HttpContext http, AccountService service, CancellationToken stop) =>
        {
            var result = await service.InviteAsync(account.Email, account.Name, account.Role, Actor(http), stop);
            return result.Succeeded
                ? TypedResults.Created("/api/v1/accounts", new CreatedAccount(result.Id, ResetPasswordPage.Link($"{http.Request.Scheme}://{http.Request.Host}", result)))
                : Problem(result.Errors);
        }).RequireAuthorization(Policies.Scope("accounts:write")).WithSummary("Creates an account; hand the link to the person, who sets a password with it.");
        accounts.MapPut("/{id:int}/role", async Task<Results<NoContent, ValidationProblem>> (int id, [FromBody] string role, HttpContext http, AccountService service, CancellationToken stop) =>
            Answer(await service.SetRoleAsync(id, role, Actor(http), stop))).RequireAuthorization(Policies.Scope("accounts:write")).WithSummary("Gives an account another role.");
        accounts.MapPut("/{id:int}/locked", async Task<Results<NoContent, ValidationProblem>> (int id, [FromBody] bool locked, HttpContext http, AccountService service, CancellationToken stop) =>
            Answer(await service.SetLockedAsync(id, locked, Actor(http), stop))).RequireAuthorization(Policies.Scope("accounts:write")).WithSummary("Locks or unlocks an account.");
    }

    private static void MapKeys(RouteGroupBuilder keys)
    {
        keys.MapGet("/", (ApiKeyService service, CancellationToken stop) => service.ListAsync(stop))
            .RequireAuthorization(Policies.Scope("accounts:read")).WithSummary("All API keys, without the keys themselves.");
        keys.MapPost("/", async Task<Results<Created<CreatedKey>, ValidationProblem>> (NewKey key, HttpContext http, ApiKeyService service, CancellationToken stop) =>
        {
            var errors = ApiKeyService.Check(key.Name, key.Scopes);
            return errors.Count > 0 ? Problem(errors) : TypedResults.Created("/api/v1/api-keys", new CreatedKey(await service.CreateAsync(key.Name.Trim(), key.Scopes, Actor(http), stop)));
        }).RequireAuthorization(Policies.Scope("accounts:write")).WithSummary("Creates an API key. The answer is the only time the key is shown.");
        keys.MapDelete("/{id:int}", async Task<Results<NoContent, NotFound>> (int id, HttpContext http, ApiKeyService service, CancellationToken stop) =>
            await service.RevokeAsync(id, Actor(http), stop) ? TypedResults.NoContent() : TypedResults.NotFound()).RequireAuthorization(Policies.Scope("accounts:write")).WithSummary("Revokes an API key for good.");
    }

    private static string Actor(HttpContext http) => http.User.Identity!.Name!;

    private static Results<NoContent, ValidationProblem> Answer(AccountResult result) => result.Succeeded ? TypedResults.NoContent() : Problem(result.Errors);

    private static ValidationProblem Problem(IEnumerable<FieldError> errors) =>
        TypedResults.ValidationProblem(errors.GroupBy(x => x.Field).ToDictionary(x => x.Key, x => x.Select(y => y.Message).ToArray()));
}
