using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using MarketingConsole.Core.Access;
using MarketingConsole.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Tests.Access;

public sealed class ApiKeyTests(ConsoleFactory app) : IClassFixture<ConsoleFactory>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("audit:read", "/api/v1/audit", HttpStatusCode.OK)]
    [InlineData("audit:read", "/api/v1/accounts", HttpStatusCode.Forbidden)]
    [InlineData("accounts:read", "/api/v1/accounts", HttpStatusCode.OK)]
    public async Task Key_MayDoWhatItsScopesSay(string scope, string address, HttpStatusCode expected)
    {
        using var client = await app.ApiAsync(scope);
        using var response = await client.GetAsync(address, Stop);
        Assert.Equal(expected, response.StatusCode);
    }

    [Fact]
    public async Task Key_OpensNoPage()
    {
        using var client = await app.ApiAsync([.. Scopes.All]);
        using var response = await client.GetAsync("/", Stop);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Fact]
    public async Task Key_InXApiKeyHeader_Works_AndItsUseIsNoted()
    {
        var key = await app.Get<ApiKeyService>().CreateAsync("header", ["audit:read"], "test", Stop);
        using var client = app.Anonymous();
        client.DefaultRequestHeaders.Add("X-Api-Key", key);
        using var response = await client.GetAsync("/api/v1/audit", Stop);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var line = (await app.Get<ApiKeyService>().ListAsync(Stop)).Single(x => x.Name == "header");
        Assert.NotNull(line.LastUsedAt);
        Assert.Equal(key[..8], line.Prefix);
    }

    [Fact]
    public async Task Key_IsKeptOnlyAsHash()
    {
        var key = await app.Get<ApiKeyService>().CreateAsync("hash", ["audit:read"], "test", Stop);
        await using var db = app.Open();
        var row = await db.ApiKeys.SingleAsync(x => x.Name == "hash", Stop);
        Assert.Equal(64, row.Hash.Length);
        Assert.DoesNotContain(key, JsonSerializer.Serialize(row), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Key_Revoked_IsRefused()
    {
        var keys = app.Get<ApiKeyService>();
        var key = await keys.CreateAsync("revoked", ["audit:read"], "test", Stop);
        await keys.RevokeAsync((await keys.ListAsync(Stop)).Single(x => x.Name == "revoked").Id, "test", Stop);
        using var client = app.Anonymous();
        client.DefaultRequestHeaders.Authorization = new("Bearer", key);
        using var response = await client.GetAsync("/api/v1/audit", Stop);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task CreateKey_WithUnknownScope_NamesTheField()
    {
        using var client = await app.ApiAsync();
        using var response = await client.PostAsJsonAsync("/api/v1/api-keys", new { name = "x", scopes = new[] { "moon:write" } }, Stop);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>(Stop);
        Assert.Contains("moon:write", problem.GetProperty("errors").GetProperty("scopes")[0].GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"name\": 5, \"scopes\": []}", "name")]
    [InlineData("{\"name\": \"x\", \"scopes\": \"no list\"}", "scopes")]
    [InlineData("no JSON at all", "body")]
    public async Task CreateKey_UnreadableBody_IsAProblemThatNamesTheField(string body, string field)
    {
        using var client = await app.ApiAsync();
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var response = await client.PostAsync("/api/v1/api-keys", content, Stop);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var errors = (await response.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("errors");
        Assert.Contains(field, errors.EnumerateObject().Select(x => x.Name));
    }

    [Fact]
    public async Task UnknownApiAddress_IsA404Problem()
    {
        using var client = await app.ApiAsync();
        using var response = await client.GetAsync("/api/v1/nothing-here", Stop);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
    }
}
