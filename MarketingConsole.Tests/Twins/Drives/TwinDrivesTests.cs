using System.Text.Json;
using MarketingConsole.Core.Learning;
using MarketingConsole.Core.Twins.Drives;
using MathNet.Numerics.Distributions;

namespace MarketingConsole.Tests.Twins.Drives;

public sealed class TwinDrivesTests
{
    private const int Email = 4, Web = 1;
    private static readonly DriveCounts Nobody = new(0, Enum.GetValues<DriveKind>().ToDictionary(x => x, _ => default(Tally)), new int[7], new int[6], new int[7], new Dictionary<string, int>(), default);

    /// <summary>Customers whose true shares and ratios of response are drawn.</summary>
    internal static List<(double Deal, double Response, DriveCounts Counts)> Crowd(int customers, int seed)
    {
        var random = new Random(seed);
        return
        [
            .. Enumerable.Range(0, customers).Select(_ =>
            {
                var (deal, response, rate, orders) = (Beta.Sample(random, 1, 3), Gamma.Sample(random, 4, 3), Gamma.Sample(random, 1.5, 60), random.Next(1, 20));
                var (window, other) = (7.0 * random.Next(1, 10), 100 + (400 * random.NextDouble()));
                var motives = Enum.GetValues<DriveKind>().ToDictionary(x => x, x => new Tally(Binomial.Sample(random, x == DriveKind.Deal ? deal : Beta.Sample(random, 2, 4), orders), orders));
                int[] Acts(params double[] alpha) => Multinomial.Sample(random, Dirichlet.Sample(random, alpha), random.Next(0, 30));
                return (deal, response, new DriveCounts(orders, motives, Acts(.01, 3, 1, 1, 2, .01, .01), Acts(.2, 1, 2, 2, 2, 3), Acts(1, 1, 1, 1, 1, 2, 2),
                    new Dictionary<string, int> { ["Tea"] = Binomial.Sample(random, Beta.Sample(random, 1, 1), 8), ["Garden"] = (int)(8 * deal) },
                    new PromotionCounts((int)window / 7, window, Poisson.Sample(random, response * rate * window), other, Poisson.Sample(random, rate * other))));
            }),
        ];
    }

    private static CrowdModel Fit(IEnumerable<DriveCounts> customers) => CrowdModel.Fit(customers, new Dictionary<string, double> { ["Tea"] = 1200 }, TestContext.Current.CancellationToken);

    private static Motivation Motive(TwinDrives drives, DriveKind kind) => drives.Motivations.Single(x => x.Kind == kind);

    private static DriveCounts With(DriveKind kind, int hits, int of) => Nobody with { Motives = new Dictionary<DriveKind, Tally>(Nobody.Motives) { [kind] = new(hits, of) } };

    [Fact]
    public void Of_NothingKnown_GivesTheCrowdAndSaysSo()
    {
        var crowd = Fit(Crowd(2_000, 1).Select(x => x.Counts));
        var drives = TwinDrives.Of(Nobody, crowd);
        Assert.All(drives.Motivations, x =>
        {
            Assert.Equal(0.5, x.Strength, 2);
            Assert.Equal(x.CrowdShare!.Value, x.Share!.Value, 9);
            Assert.StartsWith("Not enough data (0 ", x.Missing, StringComparison.Ordinal);
        });
        Assert.Equal(0.25, Motive(drives, DriveKind.Deal).CrowdShare!.Value, 0.02);
        Assert.Equal((Web, 5), (drives.Channels.Best!.Index, drives.Hours.Best!.Index));
        Assert.All(drives.Channels.Items, x => Assert.Equal(x.CrowdShare, x.Share, 9));
        Assert.Null(drives.Channels.Own);
        Assert.Equal("Not enough data (0 days with an act, 5 needed): what the crowd does is shown", drives.Channels.Missing);
        Assert.Null(drives.Price.Score);
        Assert.Equal("Not enough data (0 orders, 3 needed)", drives.Price.Missing);
        Assert.Null(drives.Price.Response.Words);
        Assert.Empty(drives.Categories.Items);
    }

    [Fact]
    public void Of_MoreEvidence_MovesFromTheCrowdsShareToTheirOwn()
    {
        var crowd = Fit(Crowd(2_000, 1).Select(x => x.Counts));
        var deals = new[] { 1, 3, 10, 100 }.Select(x => Motive(TwinDrives.Of(With(DriveKind.Deal, x, x), crowd), DriveKind.Deal)).ToList();
        Assert.Equal(deals.Select(x => x.Share).Order(), deals.Select(x => x.Share));
        Assert.Equal(deals.Select(x => x.Strength).Order(), deals.Select(x => x.Strength));
        Assert.True(deals[0].Strength is > 0.5 and < 0.9 && deals[3] is { Strength: > 0.98, Share: > 0.9 });
        Assert.Equal("Not enough data (1 order, 3 needed)", deals[0].Missing);
        Assert.Null(deals[1].Missing);
        Assert.Equal("10 of 10 orders had a discount", deals[2].Evidence);
        Assert.True(Motive(TwinDrives.Of(With(DriveKind.Deal, 0, 10), crowd), DriveKind.Deal).Strength < 0.3);
        Assert.Equal(DriveKind.Deal, TwinDrives.Of(With(DriveKind.Deal, 10, 10), crowd).Motivations[0].Kind);
    }

    [Fact]
    public void Of_ManyCustomers_StrengthsAreSpreadAndRankLikeTheTruth()
    {
        var customers = Crowd(1_500, 2);
        var crowd = Fit(customers.Select(x => x.Counts));
        var strengths = customers.Select(x => Motive(TwinDrives.Of(x.Counts, crowd), DriveKind.Deal).Strength).ToList();
        Assert.Equal(0.5, strengths.Average(), 0.03);
        Assert.InRange(MathNet.Numerics.Statistics.Correlation.Spearman(strengths, customers.Select(x => x.Deal)), 0.75, 1);
    }

    [Fact]
    public void Response_DrawnFromKnownRatios_IsRecoveredWithAnHonestInterval()
    {
        var customers = Crowd(6_000, 3);
        var crowd = Fit(customers.Select(x => x.Counts));
        Assert.Equal(4.0 / 3, crowd.Promotion.Response!.Mean, 0.06);
        Assert.InRange(crowd.Promotion.Response.Alpha, 2.6, 6); // 4 drawn
        var drawn = customers.Take(2_000).Select(x => (x.Response, TwinDrives.Of(x.Counts, crowd).Price.Response)).ToList();
        var covered = drawn.Average(x => x.Item2.Interval!.Value is var i && i.Low <= x.Item1 && x.Item1 <= i.High ? 1.0 : 0);
        TestContext.Current.TestOutputHelper?.WriteLine($"alpha {crowd.Promotion.Response.Alpha:0.00}, mean {crowd.Promotion.Response.Mean:0.000}, coverage {covered:0.000}");
        Assert.InRange(covered, 0.76, 0.84);
    }

    [Fact]
    public void Response_TwiceAsOftenAfterCampaigns_SaysSo()
    {
        var crowd = Fit(Crowd(2_000, 1).Select(x => x.Counts));
        var eager = TwinDrives.Of(With(DriveKind.Deal, 8, 9) with { OrderDays = 60, Promotion = new(20, 140, 24, 860, 36) }, crowd).Price;
        var (ratio, expected) = (eager.Response.Ratio!.Value, eager.Response.Expected!.Value);
        Assert.Equal(36 * 140 / 860.0, expected, 0.6); // their own rate, a little shrunk
        Assert.InRange(ratio, 1.8, 24 / expected);
        Assert.Matches(@"^buys \d\.\d × as often in the week after a campaign as otherwise \(\d\.\d – \d\.\d\)$", eager.Response.Words);
        Assert.True(eager is { Score: > 0.8, Word: "more than most customers" });
        var cool = TwinDrives.Of(With(DriveKind.Deal, 0, 9) with { OrderDays = 60, Promotion = new(20, 140, 1, 860, 59) }, crowd).Price;
        Assert.True(cool is { Score: < 0.25, Word: "less than most customers" });
        var onlyDeals = TwinDrives.Of(With(DriveKind.Deal, 8, 9), crowd).Price;
        Assert.Equal(onlyDeals.Deal.Strength, onlyDeals.Score);
        Assert.Contains("no campaign was sent", onlyDeals.Response.Missing, StringComparison.Ordinal);
    }

    [Fact]
    public void Gift_TwoOrderDays_SaysNothingHoweverManyArticles()
    {
        var crowd = Fit(Crowd(2_000, 1).Select(x => x.Counts));
        Assert.Equal("Not enough data (2 order days, 3 needed)", Motive(TwinDrives.Of(With(DriveKind.Gift, 9, 9) with { OrderDays = 2 }, crowd), DriveKind.Gift).Missing);
        Assert.Null(Motive(TwinDrives.Of(With(DriveKind.Gift, 9, 9) with { OrderDays = 3 }, crowd), DriveKind.Gift).Missing);
    }

    [Fact]
    public void Fit_CustomersAllAlike_SaysThatNothingSetsThemApart()
    {
        var customers = Crowd(300, 1).Select(x => x.Counts with { Motives = Enum.GetValues<DriveKind>().ToDictionary(k => k, _ => new Tally(2, 6)) }).ToList();
        var motive = Motive(TwinDrives.Of(customers[0], Fit(customers)), DriveKind.Quality);
        Assert.Equal("Cannot be told in this shop: customers differ by no more than chance", motive.Missing);
        Assert.Equal(1.0 / 3, motive.CrowdShare!.Value, 6);
    }

    [Fact]
    public void Preferences_ClearlyUnlikeTheCrowd_AreCalledTheirOwn()
    {
        var crowd = Fit(Crowd(2_000, 1).Select(x => x.Counts));
        var drives = TwinDrives.Of(Nobody with { Channels = [0, 2, 0, 0, 18, 0, 0], Hours = [0, 0, 20, 0, 0, 0], Weekdays = [3, 3, 3, 3, 3, 3, 2], Categories = new Dictionary<string, int> { ["Garden"] = 9, ["Unheard of"] = 3 } }, crowd);
        Assert.Equal((Email, "Email"), (drives.Channels.Best!.Index, drives.Channels.Own!.Name));
        Assert.True(drives.Channels.Own.Lift > 2 && drives.Channels.Missing is null);
        Assert.Equal("8:00 – 12:00", drives.Hours.Own!.Name);
        Assert.Null(drives.Weekdays.Own);
        Assert.Equal("Garden", Assert.Single(drives.Categories.Items).Name);
        Assert.Equal(1, drives.Hours.Items.Sum(x => x.Share), 1);
    }

    [Fact]
    public void Fit_TooFewCustomers_SaysHowMany()
    {
        var error = Assert.Throws<LearningException>(() => Fit(Crowd(CrowdModel.MinCustomers - 1, 1).Select(x => x.Counts).Append(Nobody)));
        Assert.Contains("49 customers", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fit_ShopWithoutDiscountsViewsOrCampaigns_LeavesThatUnknown()
    {
        var customers = Crowd(300, 1).Select(x => x.Counts with
        {
            Promotion = default,
            Motives = x.Counts.Motives.ToDictionary(m => m.Key, m => m.Key switch { DriveKind.Deal => m.Value with { Hits = 0 }, DriveKind.Convenience => default, _ => m.Value }),
        }).ToList();
        var drives = TwinDrives.Of(customers.First(x => x.OrderDays > 5), Fit(customers));
        Assert.Matches("^Cannot be told in this shop: none of [0-9,]+ orders had a discount$", Motive(drives, DriveKind.Deal).Missing);
        Assert.Equal("Not enough data in the shop (0 customers with two orders or more, 30 needed)", Motive(drives, DriveKind.Convenience).Missing);
        Assert.Null(Motive(drives, DriveKind.Deal).Share);
        Assert.Contains("0 customers were sent a campaign", drives.Price.Response.Missing, StringComparison.Ordinal);
        Assert.Null(drives.Price.Score);
        Assert.Null(Motive(drives, DriveKind.Gift).Missing);
        Assert.NotNull(drives.Motivations[^1].Missing);
    }

    [Fact]
    public void Json_RoundTrip_GivesTheSameDrives()
    {
        var customers = Crowd(300, 1).Select(x => x.Counts).ToList();
        var crowd = Fit(customers);
        var back = JsonSerializer.Deserialize<CrowdModel>(JsonSerializer.Serialize(crowd, JsonSerializerOptions.Web), JsonSerializerOptions.Web)!;
        Assert.All(customers.Take(20), x => Assert.Equal(JsonSerializer.Serialize(TwinDrives.Of(x, crowd)), JsonSerializer.Serialize(TwinDrives.Of(x, back))));
        Assert.Equal(1200, back.Medians["Tea"]);
    }
}
