using MarketingConsole.Core.Campaigns;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Dispatch;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Offers;
using MarketingConsole.Core.Segments;
using MarketingConsole.Core.Simulation;
using MarketingConsole.Core.Twins;
using MarketingConsole.Core.Twins.Training;
using MarketingConsole.Tests.Benchmarks;
using MarketingConsole.Tests.Support;
using MarketingConsole.Tests.Twins;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Tests.Simulation;

public sealed class SimulationServiceTests
{
    private const int Customers = 400;
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(TestDatabase.Providers), MemberType = typeof(TestDatabase))]
    public async Task Run_Segment_CountsEveryMemberAndMeasuresOnlyFinishedCampaigns(DatabaseProvider provider)
    {
        await using var data = await ShopAsync(provider);
        var (segment, offer) = await SceneAsync(data);
        await using var db = data.Open();
        var rules = await data.Get<ConsentGate>().RulesAsync(Token);
        var now = data.Time.Now;
        var profiled = db.Customers.Where(rules.Allowed(db, Purpose.Profiling, now));
        var buyers = await profiled.CountAsync(c => db.Events.Any(e => e.CustomerId == c.Id && e.Type == EventType.Purchase && e.At <= now), Token);
        var reached = await profiled.Where(rules.Allowed(db, Purpose.Email, now)).CountAsync(c => c.EmailKey != null && db.Events.Any(e => e.CustomerId == c.Id && e.Type == EventType.Purchase && e.At <= now), Token);

        var found = Good(await data.Get<SimulationService>().RunAsync(new SimulationPlan { SegmentId = segment, OfferIds = [offer], Weeks = 2 }, null, Token));

        Assert.Equal((Customers, Customers - await profiled.CountAsync(Token), await profiled.CountAsync(Token) - buyers, buyers, 1.0), (found.Audience.Members, found.Audience.NoProfiling, found.Audience.NeverOrdered, found.Audience.Simulated, found.Audience.Scale));
        Assert.Equal(reached, found.Audience.Simulated - found.Audience.Unreachable);
        Assert.InRange(found.Outcome.Total.Messages.Plan.Expected, found.Audience.Reached, 2 * found.Audience.Reached);
        var ids = await profiled.Select(x => x.Id).ToListAsync(Token);
        Assert.Equal(ids.Count(x => x % 4 == 0), found.Rates.Effect.HeldOut.Tries);
        Assert.Equal(ids.Count(x => x % 4 == 0 && x % 40 == 0), found.Rates.Effect.HeldOut.Hits);
        Assert.Equal(ids.Count(x => x % 4 != 0 && x % 3 == 0), found.Rates.Effect.Treated.Hits);
        Assert.Equal(7, found.WindowDays);
        Assert.True(found.Outcome.Total.Purchases.Difference.Expected > 0 && found.Outcome.Total.Discount.Plan.Expected > 0);
        Assert.InRange(found.Spread!.Value!.Value, 0.3, 3);
        Assert.Contains(found.Assumptions, x => x is { About: "What a message does", Measured: true });
        Assert.Equal(2, found.Outcome.Weeks.Count);
    }

    [Fact]
    public async Task Run_ConsentWithdrawn_IsOutAtOnce()
    {
        await using var data = await ShopAsync(DatabaseProvider.Sqlite);
        var (service, rules) = (data.Get<SimulationService>(), await data.Get<ConsentGate>().RulesAsync(Token));
        int id;
        await using (var db = data.Open())
        {
            id = await db.Customers.Where(rules.Allowed(db, Purpose.Profiling, data.Time.Now)).Where(rules.Allowed(db, Purpose.Email, data.Time.Now)).Where(c => db.Events.Any(e => e.CustomerId == c.Id && e.Type == EventType.Purchase)).Select(x => x.Id).FirstAsync(Token);
        }

        var plan = new SimulationPlan { CustomerId = id };
        Assert.True(Good(await service.RunAsync(plan, null, Token)).Audience is { Simulated: 1, Unreachable: 0 });
        await RefuseAsync(data, id, Purpose.Email);
        var unwritten = Good(await service.RunAsync(plan, null, Token));
        Assert.True(unwritten.Audience is { Simulated: 1, Unreachable: 1 } && unwritten.Outcome.Total.Messages.Plan.High == 0);
        await RefuseAsync(data, id, Purpose.Profiling);
        var denied = await service.RunAsync(plan, null, Token);
        Assert.Null(denied.Result);
        Assert.Contains("does not allow profiling", denied.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_LargeSegment_IsSampledAndScaled()
    {
        await using var data = await ShopAsync(DatabaseProvider.Sqlite, ("Simulation:MaxTwins", "100"));
        var (segment, _) = await SceneAsync(data);
        await using var whole = await ShopAsync(DatabaseProvider.Sqlite);
        await SceneAsync(whole);
        var (some, all) = (Good(await data.Get<SimulationService>().RunAsync(new() { SegmentId = segment }, null, Token)), Good(await whole.Get<SimulationService>().RunAsync(new() { SegmentId = segment }, null, Token)));
        Assert.InRange(some.Audience.Simulated, 50, 100);
        Assert.InRange(some.Audience.Scale, 2, 4);
        Assert.Contains(some.Warnings, x => x.Contains("each standing for", StringComparison.Ordinal));
        Assert.InRange(some.Outcome.Total.Purchases.Nothing.Expected / all.Outcome.Total.Purchases.Nothing.Expected, 0.7, 1.4);
    }

    [Fact]
    public async Task Run_WhatCannotBeSimulated_SaysWhy()
    {
        await using var data = await ShopAsync(DatabaseProvider.Sqlite, train: false);
        var (segment, offer) = await SceneAsync(data);
        var service = data.Get<SimulationService>();
        Assert.Contains("No model of purchases is trained yet", (await service.RunAsync(new() { SegmentId = segment }, null, Token)).Reason, StringComparison.Ordinal);
        Assert.Equal(["segmentId"], (await service.RunAsync(new() { SegmentId = 999 }, null, Token)).Errors.Select(x => x.Field));
        Assert.Equal(["customerId"], (await service.RunAsync(new() { CustomerId = 99_999 }, null, Token)).Errors.Select(x => x.Field));
        Assert.Equal(["weeks", "offerIds"], (await service.RunAsync(new() { SegmentId = segment, Weeks = 0, OfferIds = [offer, 77] }, null, Token)).Errors.Select(x => x.Field));
        data.Time.Advance(TimeSpan.FromDays(200));
        Assert.Contains("ended", Assert.Single((await service.RunAsync(new() { SegmentId = segment, OfferIds = [offer] }, null, Token)).Errors).Message, StringComparison.Ordinal);
    }

    private static SimulationResult Good(SimulationAnswer answer)
    {
        Assert.Empty(answer.Errors);
        Assert.Null(answer.Reason);
        return answer.Result!;
    }

    private static Task<TestDatabase> ShopAsync(DatabaseProvider provider, params (string, string)[] settings) => ShopAsync(provider, true, settings);

    private static async Task<TestDatabase> ShopAsync(DatabaseProvider provider, bool train, params (string, string)[] settings)
    {
        var data = await TestDatabase.CreateAsync(provider, (s, c) =>
        {
            TwinRefresherTests.Features(s, c);
            s.AddOffers(c).AddSimulation(c);
        }, settings);
        await using var db = data.Open();
        db.ConsentRules.AddRange(ConsentRuleSet.Defaults(data.Time.Now));
        await db.SaveChangesAsync(Token);
        await new GeneratedShop(db, data.Get<ShopCalendar>(), data.Time.Now, seed: 7).WriteAsync(Customers, 30, Token);
        if (train)
        {
            await data.Get<ModelTraining>().TrainAsync("test", null, Token);
            await data.Get<TwinRefresher>().RefreshAllAsync(null, Token);
        }

        return data;
    }

    /// <summary>A segment of everybody, an offer, a finished campaign in which a quarter was held out, and one whose window is still open.</summary>
    private static async Task<(int Segment, int Offer)> SceneAsync(TestDatabase data)
    {
        var now = data.Time.Now;
        var offer = (await data.Get<OfferService>().SaveAsync(0, new() { Name = "Ten off", Value = 10, ValidFrom = now.AddDays(-1), ValidTo = now.AddDays(100) }, "test", Token)).Id;
        await using var db = data.Open();
        var segment = new Segment { Name = "Everybody", CreatedBy = "test" };
        Campaign New(int daysAgo) => new() { Name = $"{daysAgo}", Channel = Channel.Email, Status = CampaignStatus.Finished, CreatedBy = "test", ChangedBy = "test", CreatedAt = now.AddDays(-daysAgo), PlanJson = new CampaignPlan { OfferIds = [offer] }.ToJson() };
        var (over, running) = (New(40), New(3));
        db.AddRange(segment, over, running);
        await db.SaveChangesAsync(Token);
        db.SegmentMembers.AddRange(Enumerable.Range(1, Customers).Select(x => new SegmentMember { SegmentId = segment.Id, CustomerId = x, EnteredAt = now }));
        foreach (var campaign in new[] { over, running })
        {
            db.Dispatches.AddRange(Enumerable.Range(1, Customers).Select(x => new DispatchRecord
            {
                CampaignId = campaign.Id,
                Occurrence = new DateTimeOffset(campaign.CreatedAt, TimeSpan.Zero).ToUnixTimeSeconds(),
                CustomerId = x,
                Channel = Channel.Email,
                CreatedAt = campaign.CreatedAt,
                Status = x % 4 == 0 ? DispatchStatus.HeldOut : DispatchStatus.Sent,
                SentAt = x % 4 == 0 ? null : campaign.CreatedAt,
                OfferId = x % 4 == 0 ? null : offer,
                ConvertedAt = (x % 4 == 0 ? x % 40 == 0 : x % 3 == 0) ? campaign.CreatedAt.AddDays(1) : null,
            }));
        }

        await db.SaveChangesAsync(Token);
        return (segment.Id, offer);
    }

    private static Task RefuseAsync(TestDatabase data, int id, Purpose purpose) => data.Get<ConsentGate>().RecordAsync([new ConsentEntry { CustomerId = id, Purpose = purpose, Granted = false, At = data.Time.Now, RecordedAt = data.Time.Now, Source = "test", RecordedBy = "test" }], Token);
}
