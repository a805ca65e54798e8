using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Events.Intake;
using MarketingConsole.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Tests.Intake;

public sealed class TrackingApiTests(ConsoleFactory app) : IClassFixture<ConsoleFactory>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("application/json", false)]
    [InlineData("application/json; charset=utf-8", true)]
    [InlineData("application/x-www-form-urlencoded", true)]
    [InlineData("text/plain", false)]
    public async Task Batch_AnyContentTypeAClientUses_IsInTheDatabaseSoon(string contentType, bool gzip)
    {
        var id = Guid.NewGuid().ToString();
        using var client = await ClientAsync(SourceKind.Server);
        using var response = await client.PostAsync("/v1/batch", Body($$"""{"batch":[{"type":"track","event":"Wrote Review","userId":"C-1","messageId":"{{id}}","timestamp":"2026-05-01T00:00:00Z"}],"sentAt":"2026-05-01T00:00:01Z"}""", contentType, gzip), Stop);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("""{"success":true}""", await response.Content.ReadAsStringAsync(Stop));
        var e = await FindAsync(id);
        Assert.Equal(("Wrote Review", EventType.Custom), (e.Name, e.Type));
        Assert.InRange(DateTime.UtcNow - e.At, TimeSpan.Zero, TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task EachCall_HasItsEndpoint_WithoutType()
    {
        using var client = await ClientAsync(SourceKind.Web);
        (string Path, string Body)[] calls =
        [
            ("identify", """{"userId":"C-2","traits":{"city":"Graz"}}"""), ("track", """{"userId":"C-2","event":"x"}"""), ("page", """{"anonymousId":"C-2-phone"}"""), ("screen", """{"userId":"C-2","name":"Home"}"""),
            ("group", """{"userId":"C-2","groupId":"g"}"""), ("alias", """{"userId":"C-2","previousId":"C-2-phone"}"""),
        ];
        foreach (var (path, body) in calls)
        {
            using var response = await client.PostAsync("/v1/" + path, Body(body), Stop);
            Assert.True(response.StatusCode == HttpStatusCode.OK, path + await response.Content.ReadAsStringAsync(Stop));
        }

        await EmptyAsync();
        await using var db = app.Open();
        var customer = await db.Customers.SingleAsync(x => x.Key == "C-2", Stop);
        Assert.Equal("Graz", customer.City);
        Assert.Equal([EventType.View, EventType.View, EventType.Custom, EventType.Custom], await db.Events.Where(x => x.CustomerId == customer.Id).OrderBy(x => x.Type).Select(x => x.Type).ToListAsync(Stop));
    }

    [Fact]
    public async Task Batch_SomeEventsBad_TakesTheGoodAndNamesTheBad_AllBad_Is400()
    {
        var id = Guid.NewGuid().ToString();
        using var client = await ClientAsync(SourceKind.Server);
        using var some = await client.PostAsync("/v1/batch", Body($$"""{"batch":[{"type":"track","userId":"u"},{"type":"page","userId":"C-3","messageId":"{{id}}"}]}"""), Stop);
        Assert.Equal(HttpStatusCode.OK, some.StatusCode);
        var answer = await some.Content.ReadFromJsonAsync<JsonElement>(Stop);
        Assert.Equal(1, answer.GetProperty("accepted").GetInt32());
        Assert.Equal((0, "event"), (answer.GetProperty("rejected")[0].GetProperty("index").GetInt32(), answer.GetProperty("rejected")[0].GetProperty("field").GetString()));
        await FindAsync(id);

        using var none = await client.PostAsync("/v1/batch", Body("""{"batch":[{"type":"track","userId":"u"},{"type":"page"}]}"""), Stop);
        await AssertProblemAsync(none, HttpStatusCode.BadRequest, "batch[0].event", "batch[1].userId");
        using var single = await client.PostAsync("/v1/track", Body("""{"userId":"u"}"""), Stop);
        await AssertProblemAsync(single, HttpStatusCode.BadRequest, "event");
        using var noJson = await client.PostAsync("/v1/batch", Body("{\"batch\":["), Stop);
        await AssertProblemAsync(noJson, HttpStatusCode.BadRequest, "body");
        using var noGzip = await client.PostAsync("/v1/batch", new ByteArrayContent([1, 2, 3]) { Headers = { { "Content-Encoding", "gzip" }, { "Content-Type", "application/json" } } }, Stop);
        await AssertProblemAsync(noGzip, HttpStatusCode.BadRequest, "body");
        using var noText = await client.PostAsync("/v1/track", new ByteArrayContent([.. "{\"userId\":\""u8, 0xff, .. "\",\"event\":\"x\"}"u8]), Stop);
        await AssertProblemAsync(noText, HttpStatusCode.BadRequest, "body");
    }

    [Theory]
    [InlineData("GET", "/v1/track")]
    [InlineData("POST", "/v1/import")]
    [InlineData("POST", "/v1")]
    public async Task AnotherPathOrMethod_Is404_NotThePageToSignIn(string method, string path)
    {
        using var client = await ClientAsync(SourceKind.Server);
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var response = await client.SendAsync(request, Stop);
        await AssertProblemAsync(response, HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("""{"userId":"u","event":"x","\ud800":1}""")]
    [InlineData("[1]")]
    public async Task Track_WhatIsNoEvent_Is400(string body)
    {
        using var client = await ClientAsync(SourceKind.Server);
        using var response = await client.PostAsync("/v1/track", Body(body), Stop);
        await AssertProblemAsync(response, HttpStatusCode.BadRequest, "body");
    }

    [Fact]
    public async Task Limits_AreKept_AlsoForWhatIsPacked()
    {
        using var client = await ClientAsync(SourceKind.Server);
        var fits = """{"batch":[{"type":"page","userId":"u"}],"pad":"PAD"}""";
        fits = fits.Replace("PAD", new string('x', IntakeBatch.MaxBytes - fits.Length + 3), StringComparison.Ordinal);
        Assert.Equal(IntakeBatch.MaxBytes, fits.Length);
        using var most = await client.PostAsync("/v1/batch", Body(fits, gzip: true), Stop);
        Assert.Equal(HttpStatusCode.OK, most.StatusCode);
        using var more = await client.PostAsync("/v1/batch", Body(fits + " ", gzip: true), Stop);
        await AssertProblemAsync(more, HttpStatusCode.RequestEntityTooLarge);
        using var bomb = await client.PostAsync("/v1/batch", Body(new string(' ', 50_000_000), gzip: true), Stop);
        await AssertProblemAsync(bomb, HttpStatusCode.RequestEntityTooLarge);
        using var large = await client.PostAsync("/v1/track", Body($$"""{"userId":"u","event":"x","pad":"{{new string('x', 33_000)}}"}"""), Stop);
        await AssertProblemAsync(large, HttpStatusCode.RequestEntityTooLarge);
        using var xml = await client.PostAsync("/v1/track", Body("<x/>", "application/xml"), Stop);
        await AssertProblemAsync(xml, HttpStatusCode.UnsupportedMediaType);
        using var brotli = await client.PostAsync("/v1/track", new ByteArrayContent([1]) { Headers = { { "Content-Encoding", "br" } } }, Stop);
        await AssertProblemAsync(brotli, HttpStatusCode.UnsupportedMediaType);
    }

    [Fact]
    public async Task WriteKey_UnknownSwitchedOffOrOld_IsRefused()
    {
        var sources = app.Get<SourceService>();
        var source = await sources.CreateAsync("till", SourceKind.Server, "test", Stop);
        using var client = Client(source.Key);
        Assert.Equal(HttpStatusCode.OK, await PageAsync(client));
        await sources.EnableAsync(source.Id, false, "test", Stop);
        Assert.Equal(HttpStatusCode.Unauthorized, await PageAsync(client));
        await sources.EnableAsync(source.Id, true, "test", Stop);
        var next = await sources.RotateAsync(source.Id, "test", Stop);
        Assert.Equal(HttpStatusCode.Unauthorized, await PageAsync(client));
        using var renewed = Client(next!.Key);
        Assert.Equal(HttpStatusCode.OK, await PageAsync(renewed));
        Assert.NotNull((await sources.ListAsync(Stop)).Single(x => x.Id == source.Id).LastSeenAt);
        await using var db = app.Open();
        Assert.DoesNotContain(source.Key, JsonSerializer.Serialize(await db.Sources.ToListAsync(Stop)), StringComparison.Ordinal);

        using var nobody = app.Anonymous();
        using var response = await nobody.PostAsync("/v1/page", Body("""{"userId":"u"}"""), Stop);
        await AssertProblemAsync(response, HttpStatusCode.Unauthorized);
        Assert.Equal("Basic", response.Headers.WwwAuthenticate.Single().Scheme);
        using var inBody = await nobody.PostAsync("/v1/page", Body($$"""{"userId":"u","writeKey":"{{next.Key}}"}""", "text/plain"), Stop);
        Assert.Equal(HttpStatusCode.OK, inBody.StatusCode);
        Assert.Equal("*", inBody.Headers.GetValues("Access-Control-Allow-Origin").Single());
    }

    [Fact]
    public async Task Sources_ThroughTheApi_CreateRotateSwitchOff()
    {
        using var admin = await app.ApiAsync("sources:read", "sources:write");
        using var bad = await admin.PostAsJsonAsync("/api/v1/sources", new { name = " ", kind = "server" }, Stop);
        await AssertProblemAsync(bad, HttpStatusCode.BadRequest, "name");
        var created = await (await admin.PostAsJsonAsync("/api/v1/sources", new { name = "App", kind = "app" }, Stop)).Content.ReadFromJsonAsync<JsonElement>(Stop);
        var id = created.GetProperty("id").GetInt32();
        Assert.StartsWith("mcw_", created.GetProperty("key").GetString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await admin.PostAsync($"/api/v1/sources/{id}/rotate", null, Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await admin.PutAsJsonAsync($"/api/v1/sources/{id}/enabled", false, Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await admin.PutAsJsonAsync("/api/v1/sources/999999/enabled", false, Stop)).StatusCode);
        var line = (await admin.GetFromJsonAsync<JsonElement>("/api/v1/sources", Stop)).EnumerateArray().Single(x => x.GetProperty("id").GetInt32() == id);
        Assert.Equal(("app", false), (line.GetProperty("kind").GetString(), line.GetProperty("enabled").GetBoolean()));
    }

    [Fact]
    public async Task Intake_State_CountsWhatCameInAndWhy()
    {
        using var client = await ClientAsync(SourceKind.Server);
        using var response = await client.PostAsync("/v1/batch", Body("""{"batch":[{"type":"track","userId":"u","event":"Order Completed","properties":{"total":"much"}},{"type":"page","userId":"u"}]}"""), Stop);
        await EmptyAsync();
        using var api = await app.ApiAsync("imports:read");
        var state = await api.GetFromJsonAsync<JsonElement>("/api/v1/intake", Stop);
        Assert.Contains(state.GetProperty("reasons").EnumerateArray(), x => x.GetProperty("reason").GetString()!.StartsWith("properties.total: ", StringComparison.Ordinal));
        Assert.True(state.GetProperty("received").GetInt64() > 0 && state.GetProperty("loaded").GetInt64() > 0);
        Assert.DoesNotContain("much", state.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenApi_EachCall_DescribesItsBodyAndEveryFieldOfIt()
    {
        using var client = app.Anonymous();
        var document = await client.GetFromJsonAsync<JsonElement>("/openapi/v1.json", Stop);
        string[] common = ["messageId", "userId", "anonymousId", "timestamp", "sentAt", "context", "writeKey"], product = ["sku", "product_id", "name", "category", "brand", "price", "quantity", "discount"];
        string[] track = [.. product, "order_id", "total", "currency", "products", "store", "store_id", "affiliation", "channel"];
        AssertFields(Body("batch"), "batch", "sentAt", "writeKey");
        AssertFields(Items(Body("batch"), "batch"), [.. common, "type", "event", "name", "properties", "traits", "groupId", "previousId"]);
        AssertFields(Body("identify"), [.. common, "traits"]);
        AssertFields(Body("track"), [.. common, "event", "properties"]);
        AssertFields(Field(Body("track"), "properties"), track);
        AssertFields(Items(Field(Body("track"), "properties"), "products"), product);
        AssertFields(Body("page"), [.. common, "name", "properties"]);
        AssertFields(Body("screen"), [.. common, "name", "properties"]);
        AssertFields(Body("group"), [.. common, "groupId", "traits"]);
        AssertFields(Body("alias"), [.. common, "previousId"]);
        AssertFields(Items(Body("touchpoints"), "readings"), "messageId", "device", "at", "event", "userId", "subject", "people", "dwellSeconds", "articles");
        Assert.Equal(["event"], Body("track").GetProperty("required").EnumerateArray().Select(x => x.GetString()));
        Assert.Equal(["device"], Items(Body("touchpoints"), "readings").GetProperty("required").EnumerateArray().Select(x => x.GetString()));

        JsonElement Body(string path) => Whole(document.GetProperty("paths").GetProperty("/v1/" + path).GetProperty("post").GetProperty("requestBody").GetProperty("content").GetProperty("application/json").GetProperty("schema"));

        JsonElement Field(JsonElement schema, string name) => Whole(schema.GetProperty("properties").GetProperty(name));

        JsonElement Items(JsonElement schema, string name) => Whole(Field(schema, name).GetProperty("items"));

        // Follows references, also through "null or this".
        JsonElement Whole(JsonElement schema) => schema.TryGetProperty("$ref", out var name) ? Whole(name.GetString()!.Split('/').Skip(1).Aggregate(document, (at, step) => at.GetProperty(step.Replace("~1", "/", StringComparison.Ordinal))))
            : schema.TryGetProperty("oneOf", out var either) ? Whole(either.EnumerateArray().Last()) : schema;

        static void AssertFields(JsonElement schema, params string[] names)
        {
            var properties = schema.GetProperty("properties").EnumerateObject().ToList();
            Assert.Equal(names.Order(StringComparer.Ordinal), properties.Select(x => x.Name).Order(StringComparer.Ordinal));
            Assert.All(properties, x => Assert.True(x.Value.TryGetProperty("description", out var text) && text.GetString()!.Length > 5, x.Name + " has no description"));
        }
    }

    private static async Task<HttpStatusCode> PageAsync(HttpClient client)
    {
        using var response = await client.PostAsync("/v1/page", Body("""{"userId":"C-9"}"""), Stop);
        return response.StatusCode;
    }

    private async Task<HttpClient> ClientAsync(SourceKind kind) => Client((await app.Get<SourceService>().CreateAsync("test", kind, "test", Stop)).Key);

    private HttpClient Client(string key)
    {
        var client = app.Anonymous();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(key + ":")));
        return client;
    }

    private static ByteArrayContent Body(string json, string contentType = "application/json", bool gzip = false)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        if (gzip)
        {
            using var packed = new MemoryStream();
            using (var stream = new GZipStream(packed, CompressionLevel.Fastest))
            {
                stream.Write(bytes);
            }

            bytes = packed.ToArray();
        }

        var body = new ByteArrayContent(bytes);
        body.Headers.TryAddWithoutValidation("Content-Type", contentType);
        if (gzip)
        {
            body.Headers.ContentEncoding.Add("gzip");
        }

        return body;
    }

    private async Task<Event> FindAsync(string messageId)
    {
        await EmptyAsync();
        var id = MessageIds.Hash(messageId);
        await using var db = app.Open();
        return await db.Events.SingleAsync(x => x.Id == id, Stop);
    }

    private async Task EmptyAsync()
    {
        for (var i = 0; i < 1000 && app.Get<IntakeJournal>().Backlog > 0; i++)
        {
            await Task.Delay(10, Stop);
        }

        Assert.Equal(0, app.Get<IntakeJournal>().Backlog);
    }

    private static async Task AssertProblemAsync(HttpResponseMessage response, HttpStatusCode status, params string[] fields)
    {
        Assert.Equal(status, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        if (fields.Length > 0)
        {
            var problem = await response.Content.ReadFromJsonAsync<JsonElement>(Stop);
            Assert.Equal(fields, problem.GetProperty("errors").EnumerateObject().Select(x => x.Name));
        }
    }
}
