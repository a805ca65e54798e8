using System.Globalization;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Twins.Drives;
using MarketingConsole.Tests.Support;
using MarketingConsole.Twins;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace MarketingConsole.Tests.Twins.Drives;

public sealed class DrivesPartTests
{
    private static readonly CrowdModel Crowd = CrowdModel.Fit(TwinDrivesTests.Crowd(1_000, 1).Select(x => x.Counts), new Dictionary<string, double>(), CancellationToken.None);
    private static readonly DriveCounts Nobody = new(0, Enum.GetValues<DriveKind>().ToDictionary(x => x, _ => default(Tally)), new int[7], new int[6], new int[7], new Dictionary<string, int>(), default);

    private static readonly DriveCounts Keen = new(30, Enum.GetValues<DriveKind>().ToDictionary(x => x, x => x == DriveKind.Deal ? new Tally(9, 10) : x == DriveKind.Convenience ? new Tally(0, 1) : new Tally(3, 10)),
        [0, 3, 0, 1, 18, 0, 0], [0, 0, 16, 2, 2, 0], [1, 1, 1, 14, 1, 1, 1], new Dictionary<string, int> { ["Garden"] = 60, ["Tea"] = 1 }, new(12, 84, 12, 800, 18));

    private static async Task<ComponentHarness> RenderAsync<T>(DriveCounts counts) where T : IComponent
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        var harness = new ComponentHarness(x => x.AddSingleton(new ShopCalendar(Options.Create(new ShopOptions()))));
        await harness.RenderAsync<T>(("Drives", TwinDrives.Of(counts, Crowd)));
        return harness;
    }

    [Fact]
    public async Task Drives_KnownCustomer_ShowsStrongestFirstEachWithItsEvidence()
    {
        await using var harness = await RenderAsync<DrivesPart>(Keen);
        var rows = harness.FindAll(".motives details");
        Assert.Equal(6, rows.Count);
        Assert.StartsWith("Why they buy: deals", harness.Find("h2").TextContent, StringComparison.Ordinal);
        Assert.Equal("Deals", rows[0].QuerySelector("summary .name")!.TextContent);
        Assert.Contains("9 of 10 orders had a discount", rows[0].TextContent, StringComparison.Ordinal);
        Assert.Matches(@"more than 9\d % of customers", rows[0].QuerySelector("summary")!.TextContent);
        Assert.Contains("Not enough data (1 order, 3 needed)", rows[5].QuerySelector("summary")!.TextContent, StringComparison.Ordinal);
        Assert.Null(rows[5].QuerySelector(".bar"));
        Assert.Matches(@"Buys \d\.\d × as often in the week after a campaign as otherwise \(\d\.\d – \d\.\d\): 12 order days after 12 messages", harness.Find(".price").TextContent);
        Assert.Contains("more than most customers", harness.Find(".price").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Drives_UnknownCustomer_SaysWhatIsMissingAndShowsNoBar()
    {
        await using var harness = await RenderAsync<DrivesPart>(Nobody);
        Assert.Equal("Why they buy", harness.Find("h2").TextContent);
        Assert.Empty(harness.FindAll(".bar"));
        Assert.Equal(6, harness.FindAll("summary .unknown").Count(x => x.TextContent.StartsWith("Not enough data (0 ", StringComparison.Ordinal)));
        Assert.Contains("Not enough data (0 orders, 3 needed)", harness.Find(".price p").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BestTimes_KnownCustomer_SaysWhereAndWhen()
    {
        await using var harness = await RenderAsync<BestTimesPart>(Keen);
        Assert.Equal("Reach them by e-mail, on Thursdays, 8:00 – 12:00", harness.Find("h2").TextContent);
        Assert.Equal(["e-mail", "Thursday", "8:00 – 12:00"], harness.FindAll("li.best .truncate").Select(x => x.TextContent));
    }

    [Fact]
    public async Task BestTimes_UnknownCustomer_ShowsTheCrowdAndSaysSo()
    {
        await using var harness = await RenderAsync<BestTimesPart>(Nobody);
        Assert.Equal("When and where to reach them", harness.Find("h2").TextContent);
        Assert.Equal(3, harness.FindAll(".three p").Count(x => x.TextContent == "Not enough data (0 days with an act, 5 needed): what the crowd does is shown."));
    }

    [Fact]
    public async Task Affinities_KnownAndUnknownCustomer_ShowLiftOrWhatIsMissing()
    {
        await using var known = await RenderAsync<AffinitiesPart>(Keen);
        Assert.Matches(@"^Buys \d\.\d × as much Garden as others$", known.Find("h2").TextContent);
        Assert.Equal(["Garden", "Tea"], known.FindAll("tbody td:first-child").Select(x => x.TextContent));
        await using var unknown = await RenderAsync<AffinitiesPart>(Nobody);
        Assert.Contains("Not enough data", unknown.Find("section").TextContent, StringComparison.Ordinal);
    }
}
