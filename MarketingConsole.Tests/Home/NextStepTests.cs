using MarketingConsole.Core.Access;
using MarketingConsole.Core.Jobs;
using MarketingConsole.Home;

namespace MarketingConsole.Tests.Home;

public sealed class NextStepTests
{
    private static readonly HomeState Empty = new(0, 0, 0, 0, 0, 0, [], [], 0, [], [], 0, 0, 0, false, 1);
    private static readonly HomeState Busy = new(500, 500, 3, 2, 2, 1, [], [], 0, [], [], 300, 350, 12, true, 4);

    private static List<string> Hrefs(HomeState state, string role) => [.. NextStep.For(state, role).Select(x => x.Href)];

    private static HomeJob Job(string kind, long done = 0, long total = 0) => new(9, kind, kind, JobStatus.Running, done, total, "", null);

    private static HomeCampaign Campaign(int id) => new(id, "Tea time", "Mara", DateTime.UnixEpoch);

    [Fact]
    public void For_EmptyShop_AdminImportsFirstThenRulesAndColleagues()
    {
        Assert.Equal(["/imports", "/consent", "/accounts"], Hrefs(Empty, Roles.Admin));
        Assert.Equal(["/imports", "/consent"], Hrefs(Empty with { People = 2 }, Roles.Admin));
        Assert.Equal(["/imports"], Hrefs(Empty, Roles.Marketer));
    }

    [Theory]
    [InlineData("FillSampleShop", true)]
    [InlineData("ImportFile", true)]
    [InlineData("TrainModels", false)]
    public void For_JobRunsInAnEmptyShop_WatchesOnlyWhatBringsCustomers(string kind, bool watched) =>
        Assert.Equal(watched ? "/jobs/9" : "/imports", Hrefs(Empty with { Running = [Job(kind)] }, Roles.Marketer)[0]);

    [Fact]
    public void For_SampleStillFilling_DoesNotAskToTrainOrPlan() =>
        Assert.Equal(["/jobs/9"], Hrefs(Empty with { Customers = 750, Running = [Job("FillSampleShop", 750, 5000)] }, Roles.Admin));

    [Fact]
    public void For_TwinsBeingBuiltOrModelInTraining_DoesNotAskToTrain()
    {
        var untrained = Busy with { Model = false };
        Assert.Contains("/models", Hrefs(untrained, Roles.Manager));
        Assert.DoesNotContain("/models", Hrefs(untrained with { Twins = 20 }, Roles.Manager));
        Assert.DoesNotContain("/models", Hrefs(untrained with { Running = [Job("TrainModels")] }, Roles.Manager));
    }

    [Fact]
    public void For_ImportIntoARunningShop_HidesNothing()
    {
        var state = Busy with { Running = [Job("ImportFile")] };
        Assert.Null(state.Filling);
        Assert.Equal(Hrefs(Busy, Roles.Marketer), Hrefs(state, Roles.Marketer));
    }

    [Fact]
    public void For_CampaignWaits_DecisionComesFirst()
    {
        Assert.Equal("/campaigns/4", Hrefs(Busy with { ForMe = [Campaign(4)], Failed = [Job("DispatchCampaign")] }, Roles.Manager)[0]);
        Assert.Equal(["/insights"], Hrefs(Busy, Roles.Manager));
    }

    [Fact]
    public void For_MarketerAlongTheWay_SegmentThenOfferThenCampaignThenDraftAndIdeas()
    {
        var start = Busy with { Segments = 0, Offers = 0, Campaigns = 0, Lapsing = 0 };
        Assert.Equal(["/segments/new"], Hrefs(start, Roles.Marketer));
        Assert.Equal(["/offers"], Hrefs(start with { Segments = 1 }, Roles.Marketer));
        Assert.Equal(["/campaigns/new"], Hrefs(start with { Segments = 1, Offers = 1 }, Roles.Marketer));
        Assert.Equal(["/campaigns/7", "/twins?stage=lapsing&allows=profiling"], Hrefs(Busy with { Drafts = [Campaign(7)] }, Roles.Marketer));
    }

    [Fact]
    public void For_NobodyMayGetEmail_TellsTheAdmin()
    {
        Assert.Equal("/consent", Hrefs(Busy with { Emailable = 0 }, Roles.Admin)[0]);
        Assert.Empty(Hrefs(Busy, Roles.Admin));
    }
}
