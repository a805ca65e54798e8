using MarketingConsole.Core.Access;
using MarketingConsole.Core.Campaigns;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Copy;
using MarketingConsole.Core.Copy.Writing;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Offers;
using MarketingConsole.Core.Segments;
using MarketingConsole.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace MarketingConsole.Tests.Campaigns;

public sealed class CampaignApprovalsTests
{
    private static readonly CampaignActor Manager = new("manager", true);

    [Theory, MemberData(nameof(TestDatabase.Providers), MemberType = typeof(TestDatabase))]
    public async Task Decide_BySomebodyElseWithTheRole_ApprovesExactlyThisVersion(DatabaseProvider provider)
    {
        await using var shop = await Shop.OpenAsync(provider);
        List<object> heard = [];
        shop.Db.Get<ChangeFeed>().Subscribe<CampaignApproved>(heard.Add);
        Assert.Null(await shop.Campaigns.ApprovedPlanAsync(shop.Id, Ct));
        await shop.AskAsync();
        Assert.Null(await shop.Campaigns.ApprovedPlanAsync(shop.Id, Ct));
        Ok(await shop.DecideAsync(Manager));
        Assert.Equal([new CampaignApproved(shop.Id, 1)], heard);
        Assert.Equal(shop.Plan.ToJson(), (await shop.Campaigns.ApprovedPlanAsync(shop.Id, Ct))!.ToJson());
        await using var db = shop.Db.Open();
        Assert.Equal(["campaign.created", "campaign.approval-asked", "campaign.approved"], await db.AuditEntries.OrderBy(x => x.Id).Select(x => x.Action).ToListAsync(Ct));
    }

    [Fact]
    public async Task Decide_ByAuthorLastChangerOrWithoutRole_IsRefused()
    {
        await using var shop = await Shop.OpenAsync(DatabaseProvider.Sqlite);
        Ok(await shop.Campaigns.SaveAsync(shop.Id, 1, "Renamed", shop.Plan, "second", Ct));
        await shop.AskAsync();
        Refused(await shop.DecideAsync(new("author", true)), "actor", "You made");
        Refused(await shop.DecideAsync(new("AUTHOR", true)), "actor", "You made");
        Refused(await shop.DecideAsync(new("second", true)), "actor", "changed this campaign last");
        Refused(await shop.DecideAsync(new("other", false)), "actor", "Only a manager");
        Assert.Null(await shop.Campaigns.ApprovedPlanAsync(shop.Id, Ct));
        Ok(await shop.DecideAsync(Manager));
    }

    [Fact]
    public async Task Decide_ThroughAnApiKeyOfTheAuthor_IsRefused()
    {
        await using var shop = await Shop.OpenAsync(DatabaseProvider.Sqlite);
        await using (var db = shop.Db.Open())
        {
            db.ApiKeys.Add(new ApiKey { Name = "robot", Prefix = "mc_", Hash = "x", CreatedBy = "author", CreatedAt = shop.Db.Time.Now });
            await db.SaveChangesAsync(Ct);
        }

        await shop.AskAsync();
        Refused(await shop.DecideAsync(new("key:robot", true)), "actor", "You made");
    }

    [Theory]
    [InlineData("plan")]
    [InlineData("name")]
    [InlineData("offer")]
    [InlineData("segment")]
    public async Task ApprovedPlan_AnythingChangedAfterApproval_IsGone(string what)
    {
        await using var shop = await Shop.OpenAsync(DatabaseProvider.Sqlite);
        await shop.AskAsync();
        Ok(await shop.DecideAsync(Manager));
        await shop.ChangeAsync(what);
        Assert.Null(await shop.Campaigns.ApprovedPlanAsync(shop.Id, Ct));
        if (what is "plan" or "name")
        {
            Assert.Equal((CampaignStatus.Draft, 2), ((await shop.Campaigns.GetAsync(shop.Id, Ct))!.Summary.Status, (await shop.Campaigns.GetAsync(shop.Id, Ct))!.Summary.Version));
        }
    }

    [Fact]
    public async Task Decide_OfferChangedSinceTheApproverLooked_IsRefused()
    {
        await using var shop = await Shop.OpenAsync(DatabaseProvider.Sqlite);
        await shop.AskAsync();
        var seen = (await shop.Campaigns.GetAsync(shop.Id, Ct))!.Seal;
        await shop.ChangeAsync("offer");
        Refused(await shop.Db.Get<CampaignApprovals>().DecideAsync(shop.Id, 1, seen, true, Manager, "", Ct), "seal", "changed since");
    }

    [Fact]
    public async Task Decide_OldVersionOrUnasked_IsRefused()
    {
        await using var shop = await Shop.OpenAsync(DatabaseProvider.Sqlite);
        Refused(await shop.DecideAsync(Manager), "status", "Nobody has asked");
        Refused(await shop.Db.Get<CampaignApprovals>().DecideAsync(shop.Id, 7, "", true, Manager, "", Ct), "version", "version 1");
        await shop.AskAsync();
        Refused(await shop.DecideAsync(Manager, approve: false), "note", "what has to change");
        Ok(await shop.DecideAsync(Manager, approve: false, note: "Shorter, please"));
        Assert.Equal(CampaignStatus.Draft, (await shop.Campaigns.GetAsync(shop.Id, Ct))!.Summary.Status);
    }

    [Fact]
    public async Task Request_ErrorsBlockAndWarningsNeedANote()
    {
        await using var shop = await Shop.OpenAsync(DatabaseProvider.Sqlite);
        var pressing = shop.Plan with { Variants = [shop.Plan.Variants[0] with { Body = "Hurry up! {{offer_value}}" }] };
        Ok(await shop.Campaigns.SaveAsync(shop.Id, 1, "x", pressing, "author", Ct));
        Refused(await shop.Db.Get<CampaignApprovals>().RequestAsync(shop.Id, 2, "author", "", Ct), "variants[0].body", "Hurry up");
        Ok(await shop.Campaigns.SaveAsync(shop.Id, 2, "x", shop.Plan with { HoldoutPercent = 0 }, "author", Ct));
        Refused(await shop.Db.Get<CampaignApprovals>().RequestAsync(shop.Id, 3, "author", "", Ct), "note", "say in a note");
        Ok(await shop.Db.Get<CampaignApprovals>().RequestAsync(shop.Id, 3, "author", "A service message", Ct));
    }

    [Fact]
    public async Task Save_OverSomebodyElsesChange_IsRefusedAndNothingIsLost()
    {
        await using var shop = await Shop.OpenAsync(DatabaseProvider.Sqlite);
        Ok(await shop.Campaigns.SaveAsync(shop.Id, 1, "Mine", shop.Plan, "author", Ct));
        Refused(await shop.Campaigns.SaveAsync(shop.Id, 1, "Theirs", shop.Plan, "other", Ct), "version", "author changed");
        Assert.Equal("Mine", (await shop.Campaigns.GetAsync(shop.Id, Ct))!.Summary.Name);
        Assert.Equal(2, (await shop.Campaigns.SaveAsync(shop.Id, 2, "Mine", shop.Plan, "author", Ct)).Id); // unchanged: no new version
    }

    [Theory, MemberData(nameof(TestDatabase.Providers), MemberType = typeof(TestDatabase))]
    public async Task Review_Audience_CountsEachBarrierOnce(DatabaseProvider provider)
    {
        await using var shop = await Shop.OpenAsync(provider);
        var review = await shop.Db.Get<CampaignReviewer>().ReviewAsync(shop.Plan with { HoldoutPercent = 50 }, Ct);
        Assert.Equal(new AudienceCount(Members: 6, NoAddress: 1, NoConsent: 1, Suppressed: 1, Reachable: 3), review.Audience);
        Assert.Equal((2, 1, 200L), (review.HeldOut, review.WrittenTo, review.CostCents));
        Assert.Empty(review.Errors);
        var named = await shop.Db.Get<CampaignReviewer>().ReviewAsync(shop.Plan with { Variants = [shop.Plan.Variants[0] with { Heading = "{{city}}" }] }, Ct);
        Assert.Contains(named.Errors, x => x.Field == "variants[0].heading" && x.Message.Contains("3 of 3", StringComparison.Ordinal));
        var excluded = await shop.Db.Get<CampaignReviewer>().ReviewAsync(shop.Plan with { Exclude = shop.Plan.Include }, Ct);
        Assert.Equal(0, excluded.Audience.Members);
        Assert.Contains(excluded.Errors, x => x.Field == "include");
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static void Ok(SaveResult result) => Assert.Empty(result.Errors);

    private static void Refused(SaveResult result, string field, string part)
    {
        var error = Assert.Single(result.Errors);
        Assert.Equal(field, error.Field);
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    /// <summary>Seven customers: six in the segment, of whom one has no address, one no consent, one is suppressed.</summary>
    private sealed class Shop : IAsyncDisposable
    {
        private int _segment, _offer;

        public required TestDatabase Db { get; init; }
        public CampaignService Campaigns => Db.Get<CampaignService>();
        public CampaignPlan Plan { get; private set; } = new();
        public int Id { get; private set; }

        public static async Task<Shop> OpenAsync(DatabaseProvider provider)
        {
            var shop = new Shop { Db = await TestDatabase.CreateAsync(provider, (s, c) => s.AddConsent(c).AddOffers(c).AddCopy(c).AddCampaigns(c)) };
            var now = shop.Db.Time.Now;
            await using var db = shop.Db.Open();
            db.ConsentRules.AddRange(ConsentRuleSet.Defaults(now));
            var segment = new Segment { Name = "All", CreatedBy = "author", RuleJson = "{\"all\":[]}" };
            db.Segments.Add(segment);
            await db.SaveChangesAsync(Ct);
            for (var id = 1; id <= 7; id++)
            {
                var email = id == 1 ? null : $"c{id}@example.com";
                db.Customers.Add(new Customer { Id = id, Key = $"C{id}", Email = email, EmailKey = email, FirstName = "Ann", Country = "AT", Jurisdiction = Jurisdictions.Eu, CreatedAt = now, UpdatedAt = now });
                if (id != 2)
                {
                    db.ConsentChoices.Add(new ConsentChoice { CustomerId = id, Purpose = Purpose.Email, Granted = true, At = now });
                }

                if (id != 7)
                {
                    db.SegmentMembers.Add(new SegmentMember { SegmentId = segment.Id, CustomerId = id, EnteredAt = now });
                }
            }

            db.Suppressions.Add(new Suppression { Purpose = Purpose.Email, Address = "c3@example.com", Reason = "bounced", At = now });
            await db.SaveChangesAsync(Ct);
            var offer = await shop.Db.Get<OfferService>().SaveAsync(0, Offer(now, 15), "author", Ct);
            (shop._segment, shop._offer) = (segment.Id, offer.Id);
            shop.Plan = new CampaignPlan { Include = [segment.Id], OfferIds = [offer.Id], Variants = [CopyComposer.Compose(new("come back", "plain", "en"), [Offer(now, 15)], 1)[0]] };
            shop.Id = (await shop.Campaigns.CreateAsync("Autumn", shop.Plan, "author", Ct)).Id;
            return shop;
        }

        public async Task AskAsync() => Ok(await Db.Get<CampaignApprovals>().RequestAsync(Id, (await Campaigns.GetAsync(Id, Ct))!.Summary.Version, "author", "please", Ct));

        public async Task<SaveResult> DecideAsync(CampaignActor actor, bool approve = true, string note = "")
        {
            var campaign = (await Campaigns.GetAsync(Id, Ct))!;
            return await Db.Get<CampaignApprovals>().DecideAsync(Id, campaign.Summary.Version, campaign.Seal, approve, actor, note, Ct);
        }

        public async Task ChangeAsync(string what)
        {
            await using var db = Db.Open();
            switch (what)
            {
                case "plan": Ok(await Campaigns.SaveAsync(Id, 1, "Autumn", Plan with { AttributionDays = 8 }, "author", Ct)); break;
                case "name": Ok(await Campaigns.SaveAsync(Id, 1, "Winter", Plan, "author", Ct)); break;
                case "offer": Ok(await Db.Get<OfferService>().SaveAsync(_offer, Offer(Db.Time.Now, 50), "author", Ct)); break;
                default: await db.Segments.Where(x => x.Id == _segment).ExecuteUpdateAsync(s => s.SetProperty(x => x.RuleJson, "{\"none\":[]}"), Ct); break;
            }
        }

        public ValueTask DisposeAsync() => Db.DisposeAsync();

        private static OfferDraft Offer(DateTime now, int percent) => new() { Name = "Autumn", Value = percent, ValidFrom = now.AddDays(-1), ValidTo = now.AddDays(10), UnitCostCents = 200 };
    }
}
