using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Twins;
using MarketingConsole.Core.Twins.Groups;
using MarketingConsole.Core.Twins.Models;

namespace MarketingConsole.Tests.Twins.Groups;

public sealed class ClusterTrainerTests
{
    private static readonly DateTime Now = new(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void Fit_ThreePlantedGroups_FindsAndDescribesThem()
    {
        var (histories, planted) = Shop(300, 1);
        var result = Train(histories, null);
        Assert.Null(result.Report.Reason);
        var model = Assert.IsType<ClusterModel>(result.Model);
        Assert.Equal(3, model.Groups.Count);
        Assert.True(model.Silhouette > 0.4, $"silhouette {model.Silhouette}");
        var found = histories.Select(x => model.Of(GroupFacts.Of(x, Now)!)).ToList();
        foreach (var members in planted.Zip(found).GroupBy(x => x.First, x => x.Second))
        {
            var purity = members.GroupBy(x => x).Max(x => x.Count()) / (double)members.Count();
            Assert.True(purity > 0.97, $"planted group {members.Key}: {purity:P0} in one group");
        }

        CustomerGroup Of(int kind) => model.Groups[found[planted.IndexOf(kind)]];
        Assert.Contains(Of(0).Traits, x => x is { Feature: "orders in 365 days", Effect: > 0.5, Inside: > 15 });
        Assert.Contains(Of(1).Traits, x => x is { Feature: "days since the last order", Effect: > 0.5 });
        Assert.Contains(Of(2).Traits, x => x is { Feature: "average basket", Effect: > 0.5, Inside: > 150 });
        Assert.Equal(3, model.Groups.Select(x => x.Name).Distinct().Count());
        Assert.All(model.Groups, x => Assert.InRange(x.Name.Length, 3, GroupNames.MaxLength));
        Assert.All(model.Groups, x => Assert.Equal(x.Size, found.Count(y => model.Groups[y] == x)));
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join("\n", model.Groups.Select(x => $"{x.Name} ({x.Size}): {string.Join("; ", x.Traits.Select(t => t.Say("EUR")))}")));
    }

    [Fact]
    public void Fit_AgainOnOtherCustomersOfTheSameShop_GroupsKeepTheirNames()
    {
        var first = (ClusterModel)Train(Shop(300, 1).Histories, null).Model!;
        var renamed = first with { Groups = [.. first.Groups.Select((x, i) => x with { Name = $"Kept {i}" })] };
        var second = (ClusterModel)Train(Shop(320, 2).Histories, renamed).Model!;
        Assert.Equal(["Kept 0", "Kept 1", "Kept 2"], second.Groups.Select(x => x.Name).Order());
    }

    [Fact]
    public void Fit_FewCustomers_SaysHowManyAreNeeded()
    {
        var result = Train(Shop(30, 1).Histories, null);
        Assert.Null(result.Model);
        Assert.Contains("30 with an order", result.Report.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_SameTraitsTwice_AreDistinctAndTheSameEachTime()
    {
        List<GroupTrait> traits = [new("orders in 365 days", 9, 3, 1.2), new("average basket", 90, 30, 0.9)];
        IReadOnlyList<IReadOnlyList<GroupTrait>> groups = [traits, traits, traits, [], []];
        string[] expected = ["Frequent, large baskets", "Frequent", "Frequent 2", "Like most", "Like most 2"];
        Assert.Equal(expected, GroupNames.Of(groups, new string?[5]));
        Assert.Equal(["Frequent", "Kept", "Frequent, large baskets", "Like most", "Like most 2"], GroupNames.Of(groups, ["Frequent", "Kept", null, null, null]));
    }

    private static TrainingResult Train(List<CustomerHistory> histories, ClusterModel? before)
    {
        var trainer = new ClusterTrainer(new TrainingData(Now.AddDays(-800), Now, Now, 1000, histories.Count, [], new Dictionary<int, CustomerGroups>(), new Dictionary<int, ProductKind>()));
        foreach (var history in histories)
        {
            trainer.Add(history);
        }

        return trainer.Fit(before is null ? null : new Champion(before, Now), null, TestContext.Current.CancellationToken);
    }

    /// <summary>A third each: often and small, once long ago, seldom and large.</summary>
    private static (List<CustomerHistory> Histories, List<int> Planted) Shop(int customers, int seed)
    {
        var random = new Random(seed);
        var (histories, planted) = (new List<CustomerHistory>(), new List<int>());
        for (var id = 1; id <= customers; id++)
        {
            var kind = id % 3;
            var (orders, cents, since) = kind switch { 0 => (24, 2_000, 5), 1 => (1, 2_500, 500), _ => (4, 20_000, 40) };
            var events = new List<TwinEvent>();
            for (var n = 0; n < orders; n++)
            {
                var at = Now.AddDays(-since - random.Next(10) - (n * (kind == 0 ? 14 : 60)));
                events.Add(new(n + 1, at, ShopCalendar.DayOf(DateOnly.FromDateTime(at)), 0, EventType.Purchase, Channel.Web, null, cents + random.Next(cents / 4), false, null));
            }

            events.Reverse();
            histories.Add(new(id, events, []));
            planted.Add(kind);
        }

        return (histories, planted);
    }
}
