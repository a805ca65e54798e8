using MarketingConsole.Core.Learning.Purchases;
using MarketingConsole.Core.Offers;
using MarketingConsole.Core.Simulation;
using MarketingConsole.Core.Twins.Forecast;

namespace MarketingConsole.Tests.Simulation;

public sealed class SimulatorTests
{
    private static readonly PurchaseFit Fit = new(1000, 0, null, null);
    private static readonly PurchasesModel Model = new(new NbdModel(1, 20, Fit), new GammaGammaModel(5, 4, 2400, Fit), 1, []);
    private static readonly UnsubscribeRate NobodyLeaves = new(new(0, 100_000_000), new(0, 100_000_000));

    [Fact]
    public void Run_NoEffectAndNoDiscount_ChangesNothingAtAll()
    {
        var input = Input(200) with { Twins = [.. Twins(200).Select(x => x with { Response = 0 })] };
        var total = Run(input).Total;
        Assert.True(total.Purchases.Nothing.Expected > 0 && total.Messages.Plan.Expected > 0);
        foreach (var figure in new[] { total.Purchases, total.Revenue, total.Margin, total.Discount, total.Costs })
        {
            Assert.Equal(new(0, 0, 0), figure.Difference);
        }
    }

    [Theory, InlineData(0.06, 0.04), InlineData(0.04, 0.06)]
    public void Run_KnownEffect_IsRecovered(double treated, double heldOut)
    {
        var input = Input(400, treated, heldOut) with { SendTimes = [0, 2, 4, 6], Weeks = 8, Worlds = 300 };
        var found = Run(input).Total;
        Assert.Equal(400 * 4 * (treated - heldOut), found.Purchases.Difference.Expected, 1.8);
        var amount = found.Revenue.Difference.Expected / found.Purchases.Difference.Expected;
        Assert.InRange(amount / Model.Spend!.ExpectedSpend(Twins(1)[0].History), 0.85, 1.15);
        Assert.Equal(found.Revenue.Difference.Expected * input.MarginShare, found.Margin.Difference.Expected, 1e-6 * Math.Abs(found.Revenue.Difference.Expected));
    }

    [Fact]
    public void Run_Baseline_MatchesTheModelsForecast()
    {
        var input = Input(300) with { Worlds = 400 };
        var expected = input.Twins.Sum(x => Model.Orders.ExpectedPurchases(x.History, 4));
        Assert.Equal(expected, Run(input).Total.Purchases.Nothing.Expected, expected * 0.03);
    }

    [Fact]
    public void Run_TheSameSeed_GivesTheSameAnswerWhateverTheOrder()
    {
        var input = Input(60) with { Worlds = 100 };
        var (first, again, other) = (Run(input), Run(input with { Twins = [.. input.Twins.Reverse()] }), Run(input with { Seed = 2 }));
        Assert.Equal(first.Total, again.Total);
        Assert.Equal(first.Weeks, again.Weeks);
        Assert.NotEqual(first.Total, other.Total);
    }

    [Fact]
    public void Run_MoreMessages_MoreUnsubscribes()
    {
        var rates = Rates(0.05, 0.05) with { Unsubscribe = new(new(2_000, 100_000), new(2_000, 100_000)) };
        var (few, many) = (Run(Input(100) with { Rates = rates, SendTimes = [0] }), Run(Input(100) with { Rates = rates, SendTimes = [0, 1, 2, 3] }));
        Assert.Equal(100 * 0.02, few.Total.Unsubscribes.Difference.Expected, 0.3);
        Assert.Equal(100 * (1 - Math.Pow(0.98, 4)), many.Total.Unsubscribes.Difference.Expected, 0.5);
    }

    [Fact]
    public void Run_WhoUnsubscribes_GetsNoMoreMessages()
    {
        var everybody = Rates(0.05, 0.05) with { Unsubscribe = new(new(100_000_000, 100_000_000), new(100_000_000, 100_000_000)) };
        var total = Run(Input(50) with { Rates = everybody, MessageCents = 3 }).Total;
        Assert.Equal(new(50, 50, 50), total.Messages.Plan);
        Assert.Equal(new(50, 50, 50), total.Unsubscribes.Plan);
        Assert.Equal(new(150, 150, 150), total.Costs.Plan);
    }

    [Fact]
    public void Run_WhoMayNotBeWrittenTo_IsLeftAsTheyAre()
    {
        var input = Input(50, 0.2, 0.01) with { Twins = [.. Twins(50).Select(x => x with { Reached = false })] };
        var total = Run(input).Total;
        Assert.Equal(0, total.Messages.Plan.High);
        Assert.Equal(new(0, 0, 0), total.Purchases.Difference);
    }

    [Fact]
    public void Run_MoreTwins_NarrowerIntervals()
    {
        double Width(int twins) => Run(Input(twins)).Total.Purchases.Nothing is var x ? (x.High - x.Low) / x.Expected : 0;
        Assert.InRange(Width(50) / Width(800), 2.5, 6); // a sixteenth of the twins: four times as wide
    }

    [Fact]
    public void Run_UnknownEffect_IsNoneOnAverageAndUncertain()
    {
        var found = Run(Input(300) with { Rates = new(MessageEffect.Unknown, NobodyLeaves, null), Worlds = 800 });
        Assert.InRange(found.PaysOff, 0.42, 0.58);
        Assert.True(found.Total.Purchases.Difference is { Low: < 0, High: > 0 });
        Assert.Equal(0, found.Total.Purchases.Difference.Expected, found.Total.Purchases.Nothing.Expected * 0.04);
    }

    [Fact]
    public void Run_DiscountWithoutEffect_CostsWhatComesAnyway()
    {
        var twins = Twins(200).Select(x => x with { Response = 0, Offer = new(OfferKind.PercentOff, 10, 0.5, 300, 99) }).ToList();
        var always = Run(Input(200) with { Twins = twins });
        var half = Run(Input(200) with { Twins = twins, Rates = Rates(0.05, 0.05) with { Redeemed = new(500_000, 1_000_000) } });
        Assert.InRange(always.Total.Discount.Plan.Expected / always.Total.Revenue.Plan.Expected, 0.04, 0.05); // a twentieth, less orders before a further message
        Assert.Equal(0.5, half.Total.Discount.Plan.Expected / always.Total.Discount.Plan.Expected, 0.06);
        Assert.Equal(-always.Total.Discount.Plan.Expected, always.Total.Margin.Difference.Expected, 1e-3);
        Assert.Equal(0, always.PaysOff);

        var over = Run(Input(200) with { Twins = [.. twins.Select(x => x with { Offer = x.Offer! with { EndsAt = 1 } })] });
        Assert.Equal(200, over.Total.Messages.Plan.Expected); // the second would have come when the offer had ended
        Assert.True(over.Weeks[0].Discount.Plan.Expected > 0);
        Assert.All(over.Weeks.Skip(1), x => Assert.Equal(0, x.Discount.Plan.High));
    }

    [Fact]
    public void Run_FurtherMessageInAWindow_DoesAsMuchAsIsTaken()
    {
        double Added(double repeat, params double[] at) => Run(Input(400, 0.06, 0.04) with { SendTimes = at, RepeatEffect = repeat, Worlds = 300 }).Total.Purchases.Difference.Expected;
        Assert.Equal(400 * 0.02, Added(0, 0, 0.5), 1.0);
        Assert.Equal(400 * 0.02 * 1.5, Added(0.5, 0, 0.5), 1.0);
    }

    [Fact]
    public void Run_Cancelled_Stops()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.Throws<OperationCanceledException>(() => Simulator.Run(Input(10), null, stop.Token));
    }

    [Fact]
    public void Effect_CampaignsThatDiffer_WidenIt()
    {
        MessageEffect Of(params (int Treated, int HeldOut)[] hits) => new([.. hits.Select((x, i) => new CampaignEvidence(i, new(x.Treated, 10_000), new(x.HeldOut, 10_000), 7, true))], 7);
        var (same, different) = (Of((600, 400), (605, 400)), Of((1_200, 400), (400, 400)));
        Assert.Equal(0, same.Between);
        Assert.Equal(0.02, same.Mean, 0.001);
        Assert.InRange(different.Between, 0.04, 0.07);
        var (draw, random) = (different.Sampler(0.05), new Random(1));
        double[] drawn = [.. Enumerable.Range(0, 2_000).Select(_ => draw(random)).Order()];
        Assert.True(drawn[200] < 0 && drawn[1_800] > 0.08);
    }

    [Fact]
    public void SendTimes_TwoEveryWeek_AreSpreadEvenly()
    {
        Assert.Equal([0, 0.5, 1, 1.5], new SimulationPlan { Messages = 2, Weeks = 2 }.SendTimes());
        Assert.Equal([0.0, 3], new SimulationPlan { EveryWeeks = 3, Weeks = 4 }.SendTimes());
    }

    [Theory, InlineData("segmentId"), InlineData("customerId"), InlineData("channel"), InlineData("messages"), InlineData("everyWeeks"), InlineData("weeks"), InlineData("marginShare"), InlineData("messageCents"), InlineData("repeatEffect")]
    public void Faults_WrongInput_NameTheField(string field)
    {
        var good = new SimulationPlan { SegmentId = 1 };
        Assert.Empty(good.Faults(3));
        var wrong = field switch
        {
            "segmentId" => good with { SegmentId = null },
            "customerId" => good with { CustomerId = 1 },
            "channel" => good with { Channel = Core.Events.Channel.Web },
            "messages" => good with { Messages = 4 },
            "everyWeeks" => good with { EveryWeeks = 0 },
            "weeks" => good with { Weeks = 27 },
            "marginShare" => good with { MarginShare = double.NaN },
            "messageCents" => good with { MessageCents = -1 },
            _ => good with { RepeatEffect = 1.5 },
        };
        Assert.Equal([field], wrong.Faults(3).Select(x => x.Field));
    }

    private static SimulationInput Input(int twins, double treated = 0.05, double heldOut = 0.05) => new(Model, Twins(twins), Rates(treated, heldOut), [0, 1, 2, 3], 4, 0.4, 0.5, Worlds: 200);

    private static Simulated Run(SimulationInput input) => Simulator.Run(input, null, TestContext.Current.CancellationToken);

    private static ResponseRates Rates(double treated, double heldOut) =>
        new(new([new(1, new((long)(treated * 100_000_000), 100_000_000), new((long)(heldOut * 100_000_000), 100_000_000), 7, false)], 7), NobodyLeaves, null);

    private static SimulatedTwin[] Twins(int count) => [.. Enumerable.Range(1, count).Select(i => new SimulatedTwin(i, new PurchaseHistory(1 + (i % 5), 30, 40, 3_000), true))];
}
