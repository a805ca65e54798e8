using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using MarketingConsole.Core.Access;
using MarketingConsole.Core.Customers;
using MarketingConsole.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Tests.Consent;

/// <summary>The endpoints on the running app: rights, confirmation, formats.</summary>
public sealed class PrivacyApiTests(ConsoleFactory app) : IClassFixture<ConsoleFactory>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Erase_WithoutTheKeyThenWithIt_RefusesThenErasesAndAuditsWithoutPersonalData()
    {
        await AddAsync(71, "K-71");
        using var client = await app.ApiAsync("customers:erase", "customers:read");
        using var refused = await client.PostAsJsonAsync("/api/v1/customers/71/erase", new { confirm = "yes" }, Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("erases 1 customer, 0 events, 0 messages", await refused.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/api/v1/customers/71/export", Cancel)).StatusCode);
        using var done = await client.PostAsJsonAsync("/api/v1/customers/71/erase", new { confirm = "K-71" }, Cancel);
        Assert.Equal(HttpStatusCode.OK, done.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/api/v1/customers/71/export", Cancel)).StatusCode);
        await using var db = app.Open();
        Assert.False(await db.Customers.AnyAsync(x => x.Id == 71, Cancel));
        var audit = await db.AuditEntries.AsNoTracking().Where(x => x.Action == "customer.erase").SingleAsync(Cancel);
        Assert.DoesNotContain("K-71", audit.Subject + audit.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/v1/customers/1/erase", "customers:read")]
    [InlineData("/api/v1/insights/revenue", "consent:read")]
    [InlineData("/api/v1/consent/rules", "insights:read")]
    public async Task Endpoints_WithAnotherScope_AreForbidden(string path, string scope)
    {
        using var client = await app.ApiAsync(scope);
        Assert.Equal(HttpStatusCode.Forbidden, (await client.GetAsync(path, Cancel)).StatusCode);
        using var anonymous = app.Anonymous();
        Assert.Equal(HttpStatusCode.Unauthorized, (await anonymous.GetAsync(path, Cancel)).StatusCode);
    }

    [Theory]
    [InlineData(Roles.Marketer, "/insights", false)]
    [InlineData(Roles.Manager, "/insights", true)]
    [InlineData(Roles.Manager, "/consent", false)]
    [InlineData(Roles.Admin, "/consent", true)]
    public async Task Pages_ByRole_OpenOnlyForThoseWhoMay(string role, string page, bool allowed)
    {
        using var client = await app.SignInAsync(role);
        Assert.Equal(allowed ? HttpStatusCode.OK : HttpStatusCode.Found, (await client.GetAsync(page, Cancel)).StatusCode);
    }

    [Theory]
    [InlineData("revenue"), InlineData("flows"), InlineData("cohorts"), InlineData("campaigns"), InlineData("consent"), InlineData("segments"), InlineData("products")]
    public async Task Insights_JsonCsvAndBadInput_AnswerInTheFormAskedFor(string report)
    {
        using var client = await app.ApiAsync("insights:read");
        Assert.NotNull(JsonNode.Parse(await client.GetStringAsync($"/api/v1/insights/{report}?compare=year", Cancel)));
        using var csv = await client.GetAsync($"/api/v1/insights/{report}?format=csv", Cancel);
        Assert.Equal("text/csv", csv.Content.Headers.ContentType!.MediaType);
        Assert.Contains(',', await csv.Content.ReadAsStringAsync(Cancel));
        using var bad = await client.GetAsync($"/api/v1/insights/{report}?from=yesterday", Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, bad.StatusCode);
        Assert.NotNull(JsonNode.Parse(await bad.Content.ReadAsStringAsync(Cancel))!["errors"]!["from"]);
    }

    [Fact]
    public async Task Consents_RecordedByHandWithoutProof_NamesTheFieldAndWithProofIsInTheLedger()
    {
        await AddAsync(72, "K-72");
        using var client = await app.ApiAsync("customers:write", "consent:read");
        using var bad = await client.PostAsJsonAsync("/api/v1/customers/72/consents", new { purpose = 1, granted = true, source = "Telephone", proof = "" }, Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, bad.StatusCode);
        Assert.NotNull(JsonNode.Parse(await bad.Content.ReadAsStringAsync(Cancel))!["errors"]!["proof"]);
        using var good = await client.PostAsJsonAsync("/api/v1/customers/72/consents", new { purpose = 1, granted = true, source = "Telephone", proof = "Call taken by Eva" }, Cancel);
        Assert.Equal(HttpStatusCode.NoContent, good.StatusCode);
        var read = JsonNode.Parse(await client.GetStringAsync("/api/v1/customers/72/consents", Cancel))!;
        Assert.True((bool)read["states"]![0]!["allowed"]!);
        Assert.Equal("Call taken by Eva", (string?)read["ledger"]![0]!["proof"]);
    }

    private async Task AddAsync(int id, string key)
    {
        await using var db = app.Open();
        db.Customers.Add(CustomerNormaliser.Apply(new Customer { Id = id, Key = key, Email = $"{key}@example.com", Country = "AT" }));
        await db.SaveChangesAsync(Cancel);
    }
}
