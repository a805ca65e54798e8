using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using MarketingConsole.Core.Access;
using MarketingConsole.Tests.Support;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Infrastructure;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MarketingConsole.Tests.Access;

/// <summary>Holds every page and endpoint there is, also those written tomorrow, to saying who may enter.</summary>
public sealed class EndpointAccessTests(ConsoleFactory app) : IClassFixture<ConsoleFactory>
{
    /// <summary>What anyone may call. Adding a line here is a decision: links in messages, sign-in, health.</summary>
    private static readonly string[] Public =
    [
        "/sign-in", "/sign-in/sample", "/sign-in/code", "/first-run", "/reset-password", "/not-found", "/status/{Code:int}", "/health", "/openapi/{documentName}.json",
        "/v1/batch", "/v1/identify", "/v1/track", "/v1/page", "/v1/screen", "/v1/group", "/v1/alias", "/v1/touchpoints", // each demands the write key of a source
        "/v1/{**path}", // a 404
        "/t/o/{token}", "/t/c/{token}", "/t/u/{token}", "/preferences/{token}",
    ];

    private IEnumerable<RouteEndpoint> Endpoints => app.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        .Where(x => !Path(x).StartsWith("/_", StringComparison.Ordinal) && x.Metadata.GetMetadata<Microsoft.AspNetCore.StaticAssets.StaticAssetDescriptor>() is null);

    private static string Path(RouteEndpoint endpoint) => "/" + endpoint.RoutePattern.RawText!.TrimStart('/');

    [Fact]
    public void Anonymous_OnlyWhereListed()
    {
        var open = Endpoints.Where(x => x.Metadata.GetMetadata<IAllowAnonymous>() is not null).Select(Path).Distinct();
        Assert.Equal([], open.Except(Public));
    }

    [Fact]
    public void Pages_SayWhoMayEnter()
    {
        var silent = Endpoints.Where(x => x.Metadata.GetMetadata<ComponentTypeMetadata>() is not null)
            .Where(x => x.Metadata.GetMetadata<IAuthorizeData>() is null && x.Metadata.GetMetadata<IAllowAnonymous>() is null).Select(Path);
        Assert.Empty(silent);
    }

    [Fact]
    public void ApiEndpoints_DemandAScope()
    {
        var loose = Endpoints.Where(x => Path(x).StartsWith("/api/", StringComparison.Ordinal))
            .Where(x => !x.Metadata.OfType<IAuthorizeData>().Any(y => y.Policy?.StartsWith(Policies.ScopePrefix, StringComparison.Ordinal) == true)).Select(x => x.DisplayName);
        Assert.Empty(loose);
    }

    [Fact]
    public async Task EveryPage_ForSomeoneNotSignedIn_LeadsToSignIn()
    {
        using var client = app.Anonymous();
        foreach (var page in Endpoints.Where(x => x.Metadata.GetMetadata<ComponentTypeMetadata>() is not null && x.Metadata.GetMetadata<IAllowAnonymous>() is null).Select(Path).Distinct())
        {
            using var response = await client.GetAsync(Filled(page), TestContext.Current.CancellationToken);
            Assert.True(response.StatusCode == HttpStatusCode.Found && response.Headers.Location!.AbsolutePath == "/sign-in", $"{page}: {(int)response.StatusCode}");
        }
    }

    [Theory]
    [InlineData(Roles.Marketer)]
    [InlineData(Roles.Manager)]
    public async Task EveryPage_ForAnotherRole_IsRefused(string role)
    {
        using var client = await app.SignInAsync(role);
        var refused = 0;
        foreach (var page in Endpoints.Where(x => x.Metadata.GetMetadata<ComponentTypeMetadata>() is not null))
        {
            var demanded = await Task.WhenAll(page.Metadata.OfType<IAuthorizeData>().Where(x => x.Policy is not null).Select(x => app.Get<IAuthorizationPolicyProvider>().GetPolicyAsync(x.Policy!)));
            if (demanded.SelectMany(x => x!.Requirements.OfType<RolesAuthorizationRequirement>()).Any(x => !x.AllowedRoles.Contains(role)))
            {
                using var response = await client.GetAsync(Filled(Path(page)), TestContext.Current.CancellationToken);
                Assert.True(response.StatusCode == HttpStatusCode.Found && response.Headers.Location!.AbsolutePath == "/not-allowed", $"{Path(page)}: {(int)response.StatusCode}");
                refused++;
            }
        }

        Assert.True(refused > 0, "No page refuses this role: the test would say nothing.");
    }

    [Fact]
    public async Task EveryApiEndpoint_WithoutKey_Is401_AndWithoutScope_Is403_AsProblems()
    {
        using var anonymous = app.Anonymous();
        using var powerless = await app.ApiAsync("audit:read");
        foreach (var endpoint in Endpoints.Where(x => Path(x).StartsWith("/api/", StringComparison.Ordinal)))
        {
            var method = new HttpMethod(endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods[0]);
            var scope = endpoint.Metadata.OfType<IAuthorizeData>().Select(x => x.Policy).OfType<string>().FirstOrDefault();
            await AssertProblemAsync(anonymous, method, Path(endpoint), HttpStatusCode.Unauthorized);
            if (scope != Policies.Scope("audit:read"))
            {
                await AssertProblemAsync(powerless, method, Path(endpoint), HttpStatusCode.Forbidden);
            }
        }
    }

    [Fact]
    public async Task OpenApi_HasExactlyTheMappedEndpoints()
    {
        using var client = app.Anonymous();
        var document = await client.GetFromJsonAsync<JsonElement>("/openapi/v1.json", TestContext.Current.CancellationToken);
        var described = document.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject()
            .Where(x => x.Name is "get" or "post" or "put" or "delete" or "patch").Select(x => x.Name.ToUpperInvariant() + " " + path.Name));
        var mapped = Endpoints.Where(x => Path(x).StartsWith("/api/", StringComparison.Ordinal))
            .SelectMany(x => x.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods.Select(method => method + " " + System.Text.RegularExpressions.Regex.Replace(Path(x).TrimEnd('/'), @"\{(\w+)[^}]*\}", "{$1}")));
        Assert.Equal(mapped.Order(StringComparer.Ordinal), described.Where(x => x.Contains(" /api/", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Equal(["apiKey", "bearer"], document.GetProperty("components").GetProperty("securitySchemes").EnumerateObject().Select(x => x.Name).Order(StringComparer.Ordinal));
    }

    private static string Filled(string template) => System.Text.RegularExpressions.Regex.Replace(template, @"\{[^}]*\}", "1");

    private static async Task AssertProblemAsync(HttpClient client, HttpMethod method, string template, HttpStatusCode status)
    {
        using var request = new HttpRequestMessage(method, Filled(template));
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.True(response.StatusCode == status, $"{method} {template}: {(int)response.StatusCode} instead of {(int)status}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
    }
}
