using System.Text.Json;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Twins;
using MarketingConsole.Core.Twins.Forecast;
using MarketingConsole.Core.Twins.Models;
using MarketingConsole.Core.Twins.Uplift;

namespace MarketingConsole.Tests.Twins.Uplift;

public sealed class OfferUpliftTrainerTests(ITestOutputHelper output)
{
    /// <summary>Those whose pause is long are brought back by an offer; the others come anyway.</summary>
    private static double Winback(BehaviourFacts x) => 0.25 * Math.Clamp((x.DaysSinceOrder - 20) / 150, 0, 1);

    [Fact]
    public void Fit_EffectThatDiffers_IsFoundOnOtherCustomers()
    {
        var result = new OfferWorld(4000, Winback, 1).Train();
        Print(result);
        Assert.Null(result.Report.Reason);
        var model = Assert.IsType<OfferUpliftModel>(result.Model);
        var fresh = new OfferWorld(3000, Winback, 2);
        var (correlation, all, top) = fresh.Judge(model);
        output.WriteLine($"rank correlation {correlation:0.00}, true effect of all {all:0.000}, of the third put first {top:0.000}");
        Assert.True(correlation > 0.6, $"rank correlation {correlation}");
        Assert.True(top > all * 1.4, $"third put first {top}, all {all}");
        Assert.InRange(model.Average.Value, all - 0.05, all + 0.05);
        Assert.True(result.Report.Main is { Name: "Qini", Value: > 0.03 });
        Assert.Contains(result.Report.Groups!, x => x is { Attribute: "Country", Group: "AT" });
        Assert.NotNull(result.Report.Fairness!.First(x => x.Attribute == "Country").Report);
        Assert.Equal("Rhythm", result.Report.Inputs![0].Name);
    }

    [Fact]
    public void Contributions_AddUpToTheEffect_AndNameThePause()
    {
        var model = (OfferUpliftModel)new OfferWorld(4000, Winback, 1).Train().Model!;
        var facts = new BehaviourFacts(OfferWorld.Now, 150, 30, 0.1, 4, 0, 3, 400, 3000, 0, 1, 0, 0, 150, 0, 0, 0);
        Assert.Equal(model.Effect(facts), model.Effect(model.Means) + model.Contributions(facts).Sum(), 9);
        Assert.True(model.Reasons(facts, 3)[0] is { Topic: Topic.Rhythm, Weight: > 0 });
        var far = facts with { DaysSinceOrder = 9000, DaysSinceSeen = 9000 };
        Assert.Equal(model.Effect(far with { DaysSinceOrder = 20_000 }), model.Effect(far), 9); // beyond the trials nothing is known
    }

    [Fact]
    public void Fit_SameEffectForAll_SaysThatNobodyIsToldApart()
    {
        for (var seed = 1; seed <= 8; seed++)
        {
            var result = new OfferWorld(1500, _ => 0.1, seed).Train();
            Print(result);
            Assert.Null(result.Model);
            Assert.Contains("whom it changes more is not reliably known", result.Report.Reason, StringComparison.Ordinal);
            Assert.InRange(result.Report.Figures!.Single(x => x.Name == "Average effect").Value!.Value, 0.05, 0.15);
        }
    }

    [Fact]
    public void Fit_WrittenToByChoice_IsRefused()
    {
        var random = new Random(3);
        var result = new OfferWorld(2000, Winback, 1, x => random.NextDouble() < (x.DaysSinceOrder > 60 ? 0.8 : 0.4)).Train();
        Assert.Null(result.Model);
        Assert.Contains("not drawn by lot", result.Report.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Fit_CampaignsOfDifferentHoldoutAndSeason_AreNotTakenForAnEffect()
    {
        // The second campaign holds few out and meets more buyers: pooled as they are, those written to would seem to buy more.
        var result = new OfferWorld(4000, _ => 0, 1, null, 0.6, 0.1).Train();
        Print(result);
        Assert.Null(result.Model);
        Assert.Contains("whom it changes more", result.Report.Reason, StringComparison.Ordinal);
        Assert.InRange(result.Report.Figures!.Single(x => x.Name == "Average effect").Value!.Value, -0.03, 0.03);
        Assert.InRange(result.Report.Figures!.Single(x => x.Name.StartsWith("Told apart", StringComparison.Ordinal)).Value!.Value, 0.4, 0.55);
    }

    [Fact]
    public void Fit_WhatHappensAfterTheLot_ChangesNothingButTheOutcome()
    {
        var (before, after) = (new OfferWorld(1500, Winback, 1), new OfferWorld(1500, Winback, 1));
        foreach (var (customer, trials) in after.Trials.GroupBy(x => x.CustomerId).Select(x => (x.Key, x.ToList())))
        {
            var events = (List<TwinEvent>)after.Histories[customer - 1].Events;
            after.Add(events, EventType.View, trials[^1].At.AddSeconds(1));
            after.Add(events, EventType.EmailClick, trials[^1].At.AddDays(1));
            after.Add(events, EventType.Purchase, trials[^1].At.AddDays(OfferWorld.Days + 1)); // too late to count
            events.Sort((a, b) => a.At.CompareTo(b.At));
        }

        Assert.Equal(Known(before.Train()), Known(after.Train()));
        static string Known(TrainingResult x) => JsonSerializer.Serialize(x.Report.Figures);
    }

    [Fact]
    public void Fit_CustomersWhoRefuseProfiling_ChangeNothing()
    {
        var (all, some) = (new OfferWorld(1500, Winback, 1), new OfferWorld(1500, Winback, 1));
        int[] profiled = [.. Enumerable.Range(1, 1000)];
        some.Trials.RemoveAll(x => x.CustomerId > 1000);
        Assert.Equal(JsonSerializer.Serialize(some.Train(profiled: profiled).Report.Figures), JsonSerializer.Serialize(all.Train(profiled: profiled).Report.Figures));
    }

    [Fact]
    public void Fit_TooLittle_SaysWhatIsMissing()
    {
        var world = new OfferWorld(60, Winback, 1);
        Assert.Contains("100 of each", world.Train().Report.Reason, StringComparison.Ordinal);
        world.Trials.Clear();
        Assert.Contains("no campaign with an offer held customers out", world.Train().Report.Reason, StringComparison.Ordinal);
        var open = new OfferWorld(500, Winback, 1);
        var longer = open.Trials.ConvertAll(x => x with { Days = 130 }); // not over yet
        open.Trials.Clear();
        open.Trials.AddRange(longer);
        Assert.Contains("time to answer is over", open.Train().Report.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Fit_Again_ComparesOnLotsTheChampionHasNotSeen()
    {
        var world = new OfferWorld(4000, Winback, 1);
        var model = world.Train().Model!;
        var again = world.Train(new(model, OfferWorld.Now.AddDays(-90)));
        Assert.True(again.Report.Main is { Name: "Qini, new lots", Champion: not null, Value: not null } && again.Report.Gain is not null);
        Assert.Equal(BehaviourFeatures.Names.Count, again.Drift!.Features.Count);
        Assert.Empty(again.Drift.Warnings);
        Assert.Null(world.Train(new(model, OfferWorld.Now)).Report.Gain); // nothing new to compare on
        Assert.False(again.Replaces);
    }

    private void Print(TrainingResult result) => output.WriteLine($"{result.Report.Rows} lots: {string.Join(", ", result.Report.Figures!.Select(x => $"{x.Name} {x.Value:0.000}"))}; {result.Report.Figures![0].Meaning}; {result.Report.Reason}");
}
