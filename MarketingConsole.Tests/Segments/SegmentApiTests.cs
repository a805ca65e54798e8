using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Segments;
using MarketingConsole.Tests.Support;

namespace MarketingConsole.Tests.Segments;

public sealed class SegmentApiTests(ConsoleFactory app) : IClassFixture<ConsoleFactory>
{
    private const string Germans = """{"type":"trait","field":"country","op":"is","value":"DE"}""";
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Segments_CreateChangeReadDelete_Work()
    {
        await using (var db = app.Open())
        {
            foreach (var id in new[] { 901, 902, 903 })
            {
                var customer = new Customer { Id = id, Key = $"A{id}", Country = id == 903 ? "AT" : "DE", CreatedAt = DateTime.UnixEpoch };
                CustomerNormaliser.Apply(customer);
                db.Customers.Add(customer);
            }

            await db.SaveChangesAsync(Stop);
        }

        app.Get<ChangeFeed>().Publish(new CustomersChanged([901, 902, 903]));
        using var api = await app.ApiAsync();
        var created = await PostAsync(api, "segments", $$"""{"name":"Germans","rule":{{Germans}}}""");
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        var segment = await created.Content.ReadFromJsonAsync<JsonElement>(Stop);
        var address = created.Headers.Location!.ToString();
        Assert.Equal((2, "Customers whose country is DE."), (segment.GetProperty("size").GetInt32(), segment.GetProperty("sentence").GetString()));

        var page = await api.GetFromJsonAsync<JsonElement>($"{address}/members?take=1", Stop);
        Assert.Equal([901], page.GetProperty("members").EnumerateArray().Select(x => x.GetProperty("id").GetInt32()));
        page = await api.GetFromJsonAsync<JsonElement>($"{address}/members?take=1&after={page.GetProperty("next").GetInt32()}", Stop);
        Assert.Equal([902], page.GetProperty("members").EnumerateArray().Select(x => x.GetProperty("id").GetInt32()));

        using var change = Json("""{"name":"Austrians","rule":{"type":"trait","field":"country","op":"is","value":"AT"},"version":1}""");
        var changed = await api.PutAsync(new Uri(address, UriKind.Relative), change, Stop);
        Assert.Equal(1, (await changed.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("size").GetInt32());
        Assert.True((await api.GetFromJsonAsync<JsonElement>($"{address}/members/903/why", Stop)).GetProperty("member").GetBoolean());
        Assert.Equal(HttpStatusCode.NoContent, (await api.DeleteAsync(new Uri(address, UriKind.Relative), Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await api.GetAsync(new Uri(address, UriKind.Relative), Stop)).StatusCode);
    }

    [Theory]
    [InlineData("""{"rule":{"type":"group","rules":[{"type":"event","event":"purchase","op":"atLeast","value":-2}]}}""", "rule.rules[0].value")]
    [InlineData("""{"rule":{"type":"group","rules":[{"type":"trait","feild":"x"}]}}""", "rule.rules[0].feild")]
    [InlineData("""{"rule":{"type":"twin","field":"orders","op":"atLeast","value":2},"asOf":"2020-01-01T00:00:00Z"}""", "rule")]
    [InlineData("""{"rule":{"type":"event","event":"purchase"},"asOf":"2999-01-01T00:00:00Z"}""", "asOf")]
    [InlineData("""{}""", "rule")]
    public async Task Preview_BadRequest_NamesTheField(string body, string field)
    {
        using var api = await app.ApiAsync("segments:read");
        var response = await PostAsync(api, "segments/preview", body);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        Assert.True((await response.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("errors").TryGetProperty(field, out _), await response.Content.ReadAsStringAsync(Stop));
    }

    [Fact]
    public async Task Preview_AndSchema_Answer()
    {
        using var api = await app.ApiAsync("segments:read");
        var preview = await (await PostAsync(api, "segments/preview", $$"""{"rule":{{Germans}},"asOf":"2020-01-01T00:00:00Z"}""")).Content.ReadFromJsonAsync<JsonElement>(Stop);
        Assert.True(preview.GetProperty("count").GetInt32() >= 0 && preview.GetProperty("milliseconds").GetDouble() > 0);
        Assert.Equal(RuleSchema.Json, await api.GetStringAsync("/api/v1/segments/schema", Stop));
    }

    [Fact]
    public async Task Distribution_OfACondition_DrawsItOrSaysWhyNot()
    {
        using var api = await app.ApiAsync("segments:read");
        while (!(await api.GetFromJsonAsync<JsonElement>("/api/v1/segments/store", Stop)).GetProperty("ready").GetBoolean())
        {
            await Task.Delay(50, Stop);
        }

        const string Rule = """{"type":"group","rules":[{"type":"trait","field":"country","op":"exists"},{"type":"event","event":"purchase","op":"atLeast","value":2}]}""";
        var distribution = await (await PostAsync(api, "segments/distribution", $$"""{"rule":{{Rule}},"path":"rules[0]"}""")).Content.ReadFromJsonAsync<JsonElement>(Stop);
        Assert.Equal(("Country", "text"), (distribution.GetProperty("title").GetString(), distribution.GetProperty("unit").GetString()));
        var unanswered = await PostAsync(api, "segments/distribution", """{"rule":{"type":"event","event":"purchase","op":"atLeast","value":2,"where":{"properties":[{"name":"x","op":"exists"}]}}}""");
        Assert.StartsWith("Properties of events", (await unanswered.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("reason").GetString(), StringComparison.Ordinal);
        var wrong = await PostAsync(api, "segments/distribution", $$"""{"rule":{{Rule}},"path":"rules[7]"}""");
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        Assert.Contains("path", await wrong.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Describe_Sentence_ProposesARuleAndNamesTheRest()
    {
        using var api = await app.ApiAsync("segments:read");
        var response = await PostAsync(api, "segments/describe", """{"sentence":"women in Germany with red hair who bought nothing for a month"}""");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var described = await response.Content.ReadFromJsonAsync<JsonElement>(Stop);
        Assert.Equal("Customers whose gender is female, and whose country is DE, and who did not buy anything in the last 30 days.", described.GetProperty("reading").GetString());
        Assert.Equal("reader", described.GetProperty("proposedBy").GetString());
        Assert.Equal(["red hair"], described.GetProperty("notUnderstood").EnumerateArray().Select(x => x.GetProperty("text").GetString()));
        Assert.Empty(RuleValidator.Check(RuleJson.Read(described.GetProperty("rule").GetRawText())));
    }

    [Theory]
    [InlineData("""{}""", 400, "sentence")]
    [InlineData("""{"sentence":"women","by":"magic"}""", 400, "reader or model")]
    [InlineData("""{"sentence":"flowers"}""", 422, "None of this was understood")]
    [InlineData("""{"sentence":"women","by":"model"}""", 422, "No language model is connected")]
    public async Task Describe_NothingToPropose_SaysWhy(string body, int status, string part)
    {
        using var api = await app.ApiAsync("segments:read");
        var response = await PostAsync(api, "segments/describe", body);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Contains(part, await response.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        using var other = await app.ApiAsync("offers:read");
        Assert.Equal(HttpStatusCode.Forbidden, (await PostAsync(other, "segments/describe", body)).StatusCode);
    }

    [Fact]
    public async Task OverlapSizesAndWhy_OfAnUnsavedRule_Answer()
    {
        await using (var db = app.Open())
        {
            var customer = new Customer { Id = 951, Key = "W951", FirstName = "Wanda", Country = "FR", CreatedAt = DateTime.UnixEpoch };
            CustomerNormaliser.Apply(customer);
            db.Customers.Add(customer);
            await db.SaveChangesAsync(Stop);
        }

        using var api = await app.ApiAsync("segments:read");
        const string French = """{"type":"group","rules":[{"type":"trait","field":"country","op":"is","value":"FR"}]}""";
        var why = await (await PostAsync(api, "segments/why", $$"""{"rule":{{French}},"customer":951}""")).Content.ReadFromJsonAsync<JsonElement>(Stop);
        Assert.Equal((true, "FR", "Wanda"), (why.GetProperty("holds").GetBoolean(), why.GetProperty("reasons")[1].GetProperty("actual").GetString(), why.GetProperty("customer").GetString()));
        Assert.Equal(HttpStatusCode.NotFound, (await PostAsync(api, "segments/why", $$"""{"rule":{{French}},"customer":1}""")).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(api, "segments/why", """{"rule":{"type":"event"},"customer":951}""")).StatusCode);
        var overlap = await (await PostAsync(api, "segments/overlap", $$"""{"rule":{{French}}}""")).Content.ReadFromJsonAsync<JsonElement>(Stop);
        Assert.True(overlap.GetProperty("customers").GetInt32() >= 0 && overlap.GetProperty("parts").ValueKind == JsonValueKind.Array);
        var sizes = await (await PostAsync(api, "segments/sizes", """{"rule":{"type":"twin","field":"orders","op":"atLeast","value":2},"step":"day"}""")).Content.ReadFromJsonAsync<JsonElement>(Stop);
        Assert.StartsWith("Twin features and scores are known for now only, so", sizes.GetProperty("reason").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Webhook_SetReadRemove_ShowsTheSecretOnce()
    {
        using var api = await app.ApiAsync();
        var created = await PostAsync(api, "segments", $$"""{"name":"Hooked","rule":{{Germans}}}""");
        var address = new Uri($"{created.Headers.Location}/webhook", UriKind.Relative);
        Assert.Equal(HttpStatusCode.NotFound, (await api.GetAsync(address, Stop)).StatusCode);
        using var wrong = Json("""{"url":"http://10.0.0.1/x"}""");
        Assert.Equal(HttpStatusCode.BadRequest, (await api.PutAsync(address, wrong, Stop)).StatusCode);
        using var body = Json("""{"url":"https://hooks.example.com/x"}""");
        var set = await (await api.PutAsync(address, body, Stop)).Content.ReadFromJsonAsync<JsonElement>(Stop);
        Assert.StartsWith("whsec_", set.GetProperty("secret").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("whsec_", await api.GetStringAsync(address, Stop), StringComparison.Ordinal);
        using var again = Json("""{"url":"https://hooks.example.com/y"}""");
        Assert.Equal(JsonValueKind.Null, (await (await api.PutAsync(address, again, Stop)).Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("secret").ValueKind);
        using var reader = await app.ApiAsync("segments:read");
        using var third = Json("""{"url":"https://hooks.example.com/z"}""");
        Assert.Equal(HttpStatusCode.Forbidden, (await reader.PutAsync(address, third, Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await reader.PostAsync(new Uri($"{address}/test", UriKind.Relative), null, Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await api.DeleteAsync(address, Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await api.GetAsync(address, Stop)).StatusCode);
    }

    [Fact]
    public async Task Create_WithReadScopeOnly_IsForbidden()
    {
        using var api = await app.ApiAsync("segments:read");
        Assert.Equal(HttpStatusCode.Forbidden, (await PostAsync(api, "segments", $$"""{"name":"No","rule":{{Germans}}}""")).StatusCode);
        using var anonymous = app.Anonymous();
        Assert.Equal(HttpStatusCode.Unauthorized, (await anonymous.GetAsync(new Uri("/api/v1/segments", UriKind.Relative), Stop)).StatusCode);
    }

    private static async Task<HttpResponseMessage> PostAsync(HttpClient api, string path, string body)
    {
        using var content = Json(body);
        return await api.PostAsync(new Uri($"/api/v1/{path}", UriKind.Relative), content, Stop);
    }

    private static StringContent Json(string body) => new(body, System.Text.Encoding.UTF8, "application/json");
}
