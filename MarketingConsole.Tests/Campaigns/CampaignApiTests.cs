using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using MarketingConsole.Core.Access;
using MarketingConsole.Core.Campaigns;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Copy;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Offers;
using MarketingConsole.Tests.Support;

namespace MarketingConsole.Tests.Campaigns;

/// <summary>Offers, copy and campaigns over HTTP, from the offer to the approval and its end.</summary>
public sealed class CampaignApiTests(ConsoleFactory app) : IClassFixture<ConsoleFactory>
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) } };
    private readonly OfferDraft _gift = new() { Name = "Cup", Kind = OfferKind.Gift, ValidFrom = NowIn(app).AddDays(-1), ValidTo = NowIn(app).AddDays(20) };
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Offers_CreateChangeArchive_Work()
    {
        using var api = await app.ApiAsync("offers:read", "offers:write");
        using var created = await api.PostAsJsonAsync("/api/v1/offers", _gift with { Name = "Saucer" }, Json, Stop);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        var address = created.Headers.Location!.ToString();
        using var changed = await api.PutAsJsonAsync(address, _gift with { Name = "Ten", Kind = OfferKind.PercentOff, Value = 10 }, Json, Stop);
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        Assert.Equal(("Ten", 10), (await api.GetFromJsonAsync<OfferDetails>(address, Json, Stop))!.Draft is var draft ? (draft.Name, draft.Value) : default);
        await ProblemAsync(await api.PutAsJsonAsync(address, _gift with { Value = 5 }, Json, Stop), HttpStatusCode.BadRequest, "value");
        await ProblemAsync(await api.PostAsJsonAsync("/api/v1/offers", _gift with { Name = " " }, Json, Stop), HttpStatusCode.BadRequest, "name");
        Assert.Equal(HttpStatusCode.NoContent, (await api.DeleteAsync(address, Stop)).StatusCode);
        Assert.DoesNotContain((await api.GetFromJsonAsync<OfferDetails[]>("/api/v1/offers", Json, Stop))!, x => x.Name == "Ten");
        Assert.Contains((await api.GetFromJsonAsync<OfferDetails[]>("/api/v1/offers?archived=true", Json, Stop))!, x => x.Name == "Ten" && x.ArchivedAt is not null);
    }

    [Fact]
    public async Task Campaign_ApprovedBySomebodyElse_HoldsUntilTheNextChange()
    {
        using var api = await app.ApiAsync("offers:write", "campaigns:read", "campaigns:write", "campaigns:approve");
        using var manager = await app.SignInAsync(Roles.Manager);
        var plan = await PlanAsync(api);
        using var created = await api.PostAsJsonAsync("/api/v1/campaigns", new { name = "Autumn", plan }, Json, Stop);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        var address = created.Headers.Location!.ToString();
        var draft = (await api.GetFromJsonAsync<CampaignDetails>(address, Json, Stop))!;
        var decision = new { version = 1, seal = draft.Seal };
        await ProblemAsync(await manager.PostAsJsonAsync(address + "/approve", decision, Json, Stop), HttpStatusCode.Conflict, "status");

        using var asked = await api.PostAsJsonAsync(address + "/request-approval", new { version = 1, note = "Please" }, Json, Stop);
        Assert.True(asked.IsSuccessStatusCode, await asked.Content.ReadAsStringAsync(Stop));
        await ProblemAsync(await api.PostAsJsonAsync(address + "/approve", decision, Json, Stop), HttpStatusCode.Forbidden, "actor");
        using var twin = await app.ApiAsync("campaigns:approve"); // another key of the same person
        await ProblemAsync(await twin.PostAsJsonAsync(address + "/approve", decision, Json, Stop), HttpStatusCode.Forbidden, "actor");
        using var marketer = await app.SignInAsync(Roles.Marketer);
        Assert.Equal(HttpStatusCode.Forbidden, (await marketer.PostAsJsonAsync(address + "/approve", decision, Json, Stop)).StatusCode);
        await ProblemAsync(await manager.PostAsJsonAsync(address + "/approve", new { version = 1, seal = "another" }, Json, Stop), HttpStatusCode.Conflict, "seal");
        Assert.Null((await api.GetFromJsonAsync<CampaignDetails>(address, Json, Stop))!.Approval);

        using var approved = await manager.PostAsJsonAsync(address + "/approve", decision, Json, Stop);
        Assert.Equal(HttpStatusCode.OK, approved.StatusCode);
        Assert.Equal(("manager@test.example", draft.Seal), (await approved.Content.ReadFromJsonAsync<CampaignDetails>(Json, Stop))!.Approval is { } approval ? (approval.By, approval.Seal) : default);

        using var changed = await api.PutAsJsonAsync(address, new { name = "Autumn", plan = plan with { AttributionDays = 8 }, version = 1 }, Json, Stop);
        Assert.True(changed.IsSuccessStatusCode, await changed.Content.ReadAsStringAsync(Stop));
        var after = (await changed.Content.ReadFromJsonAsync<CampaignDetails>(Json, Stop))!;
        Assert.Equal((CampaignStatus.Draft, 2), (after.Summary.Status, after.Summary.Version));
        Assert.Null(after.Approval);
        Assert.Single(after.Decisions);
        await ProblemAsync(await manager.PostAsJsonAsync(address + "/approve", decision, Json, Stop), HttpStatusCode.Conflict, "version");
        await ProblemAsync(await api.PutAsJsonAsync(address, new { name = "Late", plan, version = 1 }, Json, Stop), HttpStatusCode.Conflict, "version");

        using var text = await api.PostAsJsonAsync("/api/v1/campaigns", new { name = "No provider", plan = plan with { Channel = Channel.Sms } }, Json, Stop);
        using var refused = await api.PostAsJsonAsync(text.Headers.Location + "/request-approval", new { version = 1 }, Json, Stop);
        Assert.Contains("Dispatch:Webhooks:Sms:Url", await refused.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        await ProblemAsync(refused, HttpStatusCode.BadRequest, "channel");
    }

    [Fact]
    public async Task Copy_BadRequestOrMissingScope_IsRefused()
    {
        using var api = await app.ApiAsync("campaigns:read", "campaigns:write");
        await ProblemAsync(await api.PostAsJsonAsync("/api/v1/copy", new { brief = new CopyBrief("", "plain", "it") }, Json, Stop), HttpStatusCode.BadRequest, "brief.language");
        await ProblemAsync(await api.PostAsJsonAsync("/api/v1/copy", new { brief = new CopyBrief("", "plain", "en"), writer = "poet" }, Json, Stop), HttpStatusCode.BadRequest, "writer");
        await ProblemAsync(await api.PostAsJsonAsync("/api/v1/campaigns", new { name = "", plan = new CampaignPlan() }, Json, Stop), HttpStatusCode.BadRequest, "name");
        Assert.Equal(HttpStatusCode.NotFound, (await api.GetAsync("/api/v1/campaigns/99999", Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await api.PostAsJsonAsync("/api/v1/campaigns/1/approve", new { version = 1, seal = "" }, Json, Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await api.PostAsJsonAsync("/api/v1/offers", _gift, Json, Stop)).StatusCode);
        using var anonymous = app.Anonymous();
        Assert.Equal(HttpStatusCode.Unauthorized, (await anonymous.GetAsync("/api/v1/campaigns", Stop)).StatusCode);
    }

    /// <summary>A gift to the one customer, written by the composer, checked without a finding, to be sent in weeks, so that approval starts no run yet.</summary>
    private async Task<CampaignPlan> PlanAsync(HttpClient api)
    {
        await using (var db = app.Open())
        {
            var customer = new Customer { Id = 801, Key = "C801", Email = "ann@example.com", Country = "AT", CreatedAt = DateTime.UnixEpoch };
            CustomerNormaliser.Apply(customer);
            db.Customers.Add(customer);
            db.ConsentChoices.Add(new ConsentChoice { CustomerId = 801, Purpose = Purpose.Email, Granted = true, At = NowIn(app) });
            await db.SaveChangesAsync(Stop);
        }

        app.Get<ChangeFeed>().Publish(new CustomersChanged([801]));
        using var everything = await app.ApiAsync();
        using var segment = await everything.PostAsJsonAsync("/api/v1/segments", new { name = "Austrians", rule = new { type = "trait", field = "country", op = "is", value = "AT" } }, Json, Stop);
        using var offer = await api.PostAsJsonAsync("/api/v1/offers", _gift, Json, Stop);
        var (segmentId, offerId) = (await IdAsync(segment), await IdAsync(offer));
        var brief = new CopyBrief("Remercier nos clients", "elegant", "fr");
        using var copy = await api.PostAsJsonAsync("/api/v1/copy", new { brief, offerIds = new[] { offerId } }, Json, Stop);
        var plan = new CampaignPlan
        {
            Include = [segmentId],
            OfferIds = [offerId],
            Brief = brief,
            Variants = (await copy.Content.ReadFromJsonAsync<CopyVariant[]>(Json, Stop))!,
            Schedule = new CampaignSchedule(ScheduleKind.Once, _gift.ValidTo.AddDays(-1)),
        };
        using var check = await api.PostAsJsonAsync("/api/v1/copy/check", plan, Json, Stop);
        Assert.Equal("[[],[],[]]", await check.Content.ReadAsStringAsync(Stop));
        return plan;
    }

    private static DateTime NowIn(ConsoleFactory app) => app.Get<TimeProvider>().GetUtcNow().UtcDateTime;

    private static async Task<int> IdAsync(HttpResponseMessage response)
    {
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        return (await response.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("id").GetInt32();
    }

    private static async Task ProblemAsync(HttpResponseMessage response, HttpStatusCode status, string field)
    {
        using (response)
        {
            var body = await response.Content.ReadAsStringAsync(Stop);
            Assert.True(status == response.StatusCode, $"{response.StatusCode}: {body}");
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
            Assert.True(JsonDocument.Parse(body).RootElement.GetProperty("errors").TryGetProperty(field, out _), body);
        }
    }
}
