using System.Net;
using System.Text.RegularExpressions;
using MarketingConsole.Core.Campaigns;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Dispatch;
using MarketingConsole.Core.Dispatch.Tracking;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Jobs;
using MarketingConsole.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Tests.Dispatch;

public sealed class OutboxApp : ConsoleFactory
{
    public static readonly string Folder = Directory.CreateTempSubdirectory("outbox-test-").FullName;

    protected override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string> { ["Dispatch:OutboxFolder"] = Folder, ["Dispatch:MaxPerWeek"] = "1", ["Access:PublicRequestsPerMinute"] = "10000" };
}

/// <summary>A campaign from approval to responses in the running app, into the outbox folder.</summary>
public sealed partial class CampaignRunTests(OutboxApp app) : IClassFixture<OutboxApp>
{
    private const int Customers = 400;

    [Fact]
    public async Task Run_FromApprovalToResponses_EverythingAddsUp()
    {
        var ct = TestContext.Current.CancellationToken;
        var segment = await CampaignScene.FillAsync(app.Services, Customers, i => i % 40 == 0 ? null : i % 40 == 1 ? "same@shop.test" : $"c{i}@shop.test");
        await using var db = app.Open();
        await app.Get<ConsentGate>().RecordAsync([Refusal(2, Purpose.Email), Refusal(3, Purpose.Profiling)], ct);
        db.Suppressions.Add(new Suppression { Purpose = Purpose.Email, Address = "c4@shop.test", Reason = "bounced: 550", At = Now });
        await db.SaveChangesAsync(ct);
        var plan = new CampaignPlan { Include = [segment], Variants = [CampaignScene.Copy, CampaignScene.Copy with { Name = "B" }], HoldoutPercent = 20 };
        var id = await CampaignScene.ApproveAsync(app.Services, plan);
        var job = await EndedAsync(id, 1);
        Assert.True(job.Status == JobStatus.Finished, job.Error);

        var rows = await db.Dispatches.AsNoTracking().Where(x => x.CampaignId == id).ToListAsync(ct);
        var run = await db.CampaignRuns.AsNoTracking().SingleAsync(x => x.CampaignId == id, ct);
        Assert.Equal(Customers, rows.Count);
        Assert.Equal(Customers, run.Sent + run.Failed + run.Skipped + run.HeldOut);
        Assert.Equal(
            [(SkipReason.NoAddress, 10), (SkipReason.SameAddress, 9), (SkipReason.Suppressed, 1), (SkipReason.NoConsent, 1)],
            rows.Where(x => x.Status == DispatchStatus.Skipped).GroupBy(x => x.Reason!).Select(x => (x.Key, x.Count())).OrderByDescending(x => x.Item2).ThenBy(x => x.Key, StringComparer.Ordinal));
        Assert.All(rows.Where(x => x.Status is DispatchStatus.Sent or DispatchStatus.HeldOut), x => Assert.Equal(StableDraw.HeldOut(plan, id, x.CustomerId), x.Status == DispatchStatus.HeldOut));
        Assert.InRange(run.HeldOut, 40, 115);
        Assert.Equal(run.Sent, Directory.GetFiles(OutboxApp.Folder, "*.eml").Length);
        Assert.Equal(run.Sent, await db.Events.CountAsync(x => x.CampaignId == id && x.Type == EventType.EmailSent, ct));

        await RespondAsync(id, rows);
        await BuyAsync(id, rows);

        // A second campaign in the same week reaches nobody who already got one.
        var second = await CampaignScene.ApproveAsync(app.Services, plan with { HoldoutPercent = 0 });
        await EndedAsync(second, 1);
        Assert.Equal(run.Sent - 1, await db.Dispatches.CountAsync(x => x.CampaignId == second && x.Reason == SkipReason.Tired, ct)); // one has unsubscribed meanwhile
    }

    private async Task RespondAsync(int id, List<DispatchRecord> rows)
    {
        var ct = TestContext.Current.CancellationToken;
        await using var db = app.Open();
        using var client = app.Anonymous();
        var tokens = await app.Get<TrackingLinks>().TokensAsync(ct);
        var row = rows.First(x => x.Status == DispatchStatus.Sent && x.CustomerId > 4);
        var key = new DispatchKey(id, row.Occurrence, row.CustomerId);
        DateTime? earlier = Now.AddMinutes(-10); // outside the query: the database's own clock knows nothing of our unix milliseconds
        await db.Dispatches.Where(x => x.CampaignId == id && x.SentAt != null).ExecuteUpdateAsync(s => s.SetProperty(x => x.SentAt, earlier), ct);
        var mail = Core.Dispatch.Mail.EmlReader.Read(Path.Combine(OutboxApp.Folder, tokens.MessageId(key) + ".eml"));
        Assert.DoesNotContain($"c{row.CustomerId}@", string.Join(' ', LinkPattern().Matches(mail.Html!).Select(x => x.Value)), StringComparison.Ordinal);
        var unsubscribe = new Uri(mail.Headers.Single(x => x.Name == "List-Unsubscribe").Value.Trim('<', '>')).PathAndQuery;
        Assert.Equal("List-Unsubscribe=One-Click", mail.Headers.Single(x => x.Name == "List-Unsubscribe-Post").Value);
        var (open, click) = (PathOf(mail.Html!, "/t/o/"), PathOf(mail.Html!, "/t/c/"));

        // Opens and clicks, by a proxy and by the person.
        Assert.Equal("image/gif", (await GetAsync(open, "GoogleImageProxy")).Content.Headers.ContentType!.MediaType);
        Assert.Null((await RowAsync()).OpenedAt);
        await GetAsync(open, "Mozilla/5.0 (X11) Firefox/140");
        Assert.NotNull((await RowAsync()).OpenedAt);
        var redirect = await GetAsync(click, "Mozilla/5.0 (X11) Firefox/140");
        Assert.Equal(HttpStatusCode.Found, redirect.StatusCode);
        Assert.Equal(app.Get<TrackingLinks>().BaseUrl, redirect.Headers.Location!.OriginalString.TrimEnd('/'));
        Assert.NotNull((await RowAsync()).ClickedAt);
        Assert.Equal([true, false], await db.Events.Where(x => x.CampaignId == id && x.Type == EventType.EmailOpen).OrderBy(x => x.At).Select(x => x.Machine).ToListAsync(ct));
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync(click[..^3] + "abc", "Firefox/140")).StatusCode);

        // Profiling refused: the message carries neither pixel nor measured link.
        if (rows.Single(x => x.CustomerId == 3) is { Status: DispatchStatus.Sent } quiet)
        {
            var plain = Core.Dispatch.Mail.EmlReader.Read(Path.Combine(OutboxApp.Folder, tokens.MessageId(new DispatchKey(id, quiet.Occurrence, 3)) + ".eml"));
            Assert.DoesNotContain("/t/o/", plain.Html, StringComparison.Ordinal);
            Assert.DoesNotContain("/t/c/", plain.Html, StringComparison.Ordinal);
        }

        // RFC 8058: only POST unsubscribes, without cookie or redirect; a second one changes nothing.
        var page = await GetAsync(unsubscribe, "Firefox/140");
        Assert.Equal((HttpStatusCode.OK, false), (page.StatusCode, page.Headers.Contains("Set-Cookie")));
        Assert.Contains($"<form method=\"post\" action=\"{unsubscribe}\">", await page.Content.ReadAsStringAsync(ct), StringComparison.Ordinal);
        Assert.True(await AllowsEmailAsync());
        for (var i = 0; i < 2; i++)
        {
            using var form = new FormUrlEncodedContent([new("List-Unsubscribe", "One-Click")]);
            var done = await client.PostAsync(unsubscribe, form, ct);
            Assert.Equal((HttpStatusCode.OK, false), (done.StatusCode, done.Headers.Contains("Set-Cookie")));
        }

        Assert.False(await AllowsEmailAsync());
        Assert.Equal(1, await db.Events.CountAsync(x => x.CampaignId == id && x.Type == EventType.Unsubscribe, ct));
        using var forged = new FormUrlEncodedContent([new("List-Unsubscribe", "One-Click")]);
        Assert.Equal(HttpStatusCode.NotFound, (await client.PostAsync(unsubscribe[..^2] + "zz", forged, ct)).StatusCode);

        // The preferences page shows and changes what holds.
        var preferences = $"/preferences/{tokens.Write(new LinkToken(LinkKind.Preferences, new DispatchKey(id, row.Occurrence, row.CustomerId + 1), 0))}";
        var shown = await client.GetStringAsync(preferences, ct);
        Assert.Contains($"<form method=\"post\" action=\"{preferences}\">", shown, StringComparison.Ordinal);
        Assert.Contains("value=\"Profiling\" checked", shown, StringComparison.Ordinal);
        using var choices = new FormUrlEncodedContent([new("allow", "Email"), new("allow", "InStore")]);
        Assert.Contains("value=\"InStore\" checked", await (await client.PostAsync(preferences, choices, ct)).Content.ReadAsStringAsync(ct), StringComparison.Ordinal);
        Assert.False(await db.ConsentChoices.Where(x => x.CustomerId == row.CustomerId + 1 && x.Purpose == Purpose.Profiling).Select(x => x.Granted).SingleAsync(ct));

        async Task<HttpResponseMessage> GetAsync(string path, string agent)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.TryAddWithoutValidation("User-Agent", agent);
            return await client.SendAsync(request, ct);
        }

        Task<DispatchRecord> RowAsync() => db.Dispatches.AsNoTracking().SingleAsync(x => x.CampaignId == id && x.CustomerId == row.CustomerId, ct);
        Task<bool> AllowsEmailAsync() => db.ConsentChoices.Where(x => x.CustomerId == row.CustomerId && x.Purpose == Purpose.Email).Select(x => x.Granted).SingleAsync(ct);
    }

    private async Task BuyAsync(int id, List<DispatchRecord> rows)
    {
        var ct = TestContext.Current.CancellationToken;
        var (sent, held) = (rows.Where(x => x.Status == DispatchStatus.Sent).ToList(), rows.Where(x => x.Status == DispatchStatus.HeldOut).ToList());
        var buyers = sent.Take(sent.Count / 2).Concat(held.Take(held.Count / 10)).ToList();
        await app.Get<EventWriter>().WriteAsync([.. buyers.Select(x => new Event { CustomerId = x.CustomerId, Id = MessageIds.Hash($"order {x.CustomerId}"), Type = EventType.Purchase, At = Now.AddSeconds(1), Channel = Channel.Web, AmountCents = 2500 })], [], ct);
        await app.Get<ConversionMatcher>().MatchAsync(null, ct);
        var result = (await app.Get<CampaignResults>().GetAsync(id, ct))!;
        Assert.Equal((sent.Count / 2, sent.Count / 2 * 2500L), (result.Counts.Bought, result.Counts.RevenueCents));
        Assert.Equal((held.Count, held.Count / 10), (result.Lift.HeldOut, result.Lift.HeldOutBought));
        Assert.True(result.Lift.Buyers!.Reliable && result.Lift.Buyers.Value > 0.3);
        Assert.Equal(result.Counts.Sent, result.Variants.Sum(x => x.Counts.Sent));
        using var api = await app.ApiAsync("campaigns:read");
        Assert.Contains("\"buyers\"", await api.GetStringAsync($"/api/v1/campaigns/{id}/results", ct), StringComparison.Ordinal);
    }

    private async Task<JobRun> EndedAsync(int campaignId, int runs)
    {
        var argument = $"\"campaignId\":{campaignId},";
        for (var i = 0; i < 1500; i++)
        {
            await using var db = app.Open();
            if (await db.JobRuns.AsNoTracking().Where(x => x.Kind == "DispatchCampaign" && x.ArgumentJson.Contains(argument) && x.Status > JobStatus.Running).OrderByDescending(x => x.Id).ToListAsync(TestContext.Current.CancellationToken) is { Count: > 0 } ended && ended.Count >= runs)
            {
                return ended[0];
            }

            await Task.Delay(40, TestContext.Current.CancellationToken);
        }

        throw new TimeoutException();
    }

    private static string PathOf(string html, string part) => LinkPattern().Matches(html).Select(x => new Uri(WebUtility.HtmlDecode(x.Groups[1].Value)).PathAndQuery).First(x => x.StartsWith(part, StringComparison.Ordinal));

    private DateTime Now => app.Get<TimeProvider>().GetUtcNow().UtcDateTime;

    private ConsentEntry Refusal(int customerId, Purpose purpose) => new() { CustomerId = customerId, Purpose = purpose, Granted = false, At = Now.AddMinutes(-1), Source = "test", RecordedBy = "test", RecordedAt = Now };

    [GeneratedRegex("(?:href|src)=\"(http[^\"]+)\"")]
    private static partial Regex LinkPattern();
}
