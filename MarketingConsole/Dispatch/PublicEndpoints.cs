using MarketingConsole.Access;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Dispatch.Tracking;
using Microsoft.AspNetCore.Http.HttpResults;

namespace MarketingConsole.Dispatch;

/// <summary>What customers' mail programs and browsers call: no account, no cookie, a signed token instead.</summary>
internal static class PublicEndpoints
{
    private static readonly byte[] Pixel = Convert.FromBase64String("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7");

    public static void MapPublic(this IEndpointRouteBuilder root)
    {
        var open = root.MapGroup("").AllowAnonymous().RequireRateLimiting(RateLimits.Public).DisableAntiforgery().ExcludeFromDescription();
        open.MapMethods("/t/o/{token}", ["GET", "HEAD"], OpenAsync);
        open.MapMethods("/t/c/{token}", ["GET", "HEAD"], ClickAsync);
        open.MapGet("/t/u/{token}", AskAsync);
        open.MapPost("/t/u/{token}", UnsubscribeAsync);
        open.MapGet("/preferences/{token}", ShowAsync);
        open.MapPost("/preferences/{token}", ChooseAsync);
    }

    private static async Task<IResult> OpenAsync(string token, TrackingLinks links, ResponseRecorder recorder, HttpContext http)
    {
        if ((await links.TokensAsync(http.RequestAborted)).Read(token, LinkKind.Open) is { } open)
        {
            await recorder.OpenAsync(open.Key, http.Request.Headers.UserAgent, HttpMethods.IsHead(http.Request.Method), CancellationToken.None);
        }

        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Bytes(Pixel, "image/gif"); // the same for a forged token: it tells nothing
    }

    private static async Task<IResult> ClickAsync(string token, TrackingLinks links, ResponseRecorder recorder, HttpContext http)
    {
        if ((await links.TokensAsync(http.RequestAborted)).Read(token, LinkKind.Click) is not { } click || await links.TargetAsync(click.LinkId, http.RequestAborted) is not { } target)
        {
            return Page<UnsubscribeView>(StatusCodes.Status404NotFound, ("Text", PublicText.For(null)));
        }

        await recorder.ClickAsync(click.Key, click.LinkId, http.Request.Headers.UserAgent, HttpMethods.IsHead(http.Request.Method), CancellationToken.None);
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers["Referrer-Policy"] = "no-referrer";
        return TypedResults.Redirect(target);
    }

    private static async Task<IResult> AskAsync(string token, TrackingLinks links, ResponseRecorder recorder, HttpContext http) => await UnsubscribePageAsync(token, false, links, recorder, http);

    private static async Task<IResult> UnsubscribeAsync(string token, TrackingLinks links, ResponseRecorder recorder, HttpContext http)
    {
        if ((await links.TokensAsync(http.RequestAborted)).Read(token, LinkKind.Unsubscribe) is { } known)
        {
            await recorder.UnsubscribeAsync(known.Key, "one-click unsubscribe", CancellationToken.None);
        }

        return await UnsubscribePageAsync(token, true, links, recorder, http);
    }

    private static async Task<IResult> UnsubscribePageAsync(string token, bool done, TrackingLinks links, ResponseRecorder recorder, HttpContext http)
    {
        var tokens = await links.TokensAsync(http.RequestAborted);
        if (tokens.Read(token, LinkKind.Unsubscribe) is not { } known)
        {
            return Page<UnsubscribeView>(StatusCodes.Status404NotFound, ("Text", PublicText.For(null)));
        }

        var language = (await recorder.PreferencesAsync(known.Key.CustomerId, http.RequestAborted))?.Language;
        return Page<UnsubscribeView>(StatusCodes.Status200OK, ("Text", PublicText.For(language)), ("Known", true), ("Done", done), ("Action", $"/t/u/{token}"), ("PreferencesUrl", $"/preferences/{tokens.Write(new LinkToken(LinkKind.Preferences, known.Key, 0))}"));
    }

    private static async Task<IResult> ShowAsync(string token, TrackingLinks links, ResponseRecorder recorder, HttpContext http) => await PreferencesPageAsync(token, false, links, recorder, http);

    private static async Task<IResult> ChooseAsync(string token, TrackingLinks links, ResponseRecorder recorder, HttpContext http)
    {
        if ((await links.TokensAsync(http.RequestAborted)).Read(token, LinkKind.Preferences) is { } known && http.Request.HasFormContentType)
        {
            var form = await http.Request.ReadFormAsync(http.RequestAborted);
            var allowed = form["allow"].Select(x => Enum.TryParse<Purpose>(x, out var purpose) ? purpose : default).ToHashSet();
            await recorder.ChooseAsync(known.Key, allowed, CancellationToken.None);
        }

        return await PreferencesPageAsync(token, true, links, recorder, http);
    }

    private static async Task<IResult> PreferencesPageAsync(string token, bool saved, TrackingLinks links, ResponseRecorder recorder, HttpContext http)
    {
        http.Response.Headers.CacheControl = "no-store";
        return (await links.TokensAsync(http.RequestAborted)).Read(token, LinkKind.Preferences) is { } known && await recorder.PreferencesAsync(known.Key.CustomerId, http.RequestAborted) is { } preferences
            ? Page<PreferencesView>(StatusCodes.Status200OK, ("Text", PublicText.For(preferences.Language)), ("Choices", preferences.Choices), ("Action", $"/preferences/{token}"), ("Saved", saved))
            : Page<PreferencesView>(StatusCodes.Status404NotFound, ("Text", PublicText.For(null)));
    }

    private static RazorComponentResult Page<T>(int status, params (string Name, object? Value)[] parameters) where T : Microsoft.AspNetCore.Components.IComponent =>
        new(typeof(T), parameters.ToDictionary(x => x.Name, x => x.Value)) { StatusCode = status };
}
