using System.Text.Json;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Segments;
using MarketingConsole.Core.Twins;
using MarketingConsole.Core.Twins.Drives;
using MarketingConsole.Core.Twins.Models;
using MarketingConsole.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Tests.Segments;

public sealed class MissingScoresTests
{
    private static readonly SegmentRule Rule = GroupRule.All(
        new RankRule { Percent = 20, Field = "offerUplift" },
        GroupRule.Any(new TwinRule { Field = "offerUplift", Op = RuleOperator.Above, Value = 0d }, new TwinRule { Field = "orders30", Op = RuleOperator.AtLeast, Value = 1d }, new TwinRule { Field = "orders", Op = RuleOperator.AtLeast, Value = 1d }));

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(TestDatabase.Providers), MemberType = typeof(TestDatabase))]
    public async Task Of_ScoresOfNobody_SaysWhyAndWhere(DatabaseProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        var scores = Scores(database);
        Assert.Equal(
            ["“Offer uplift” is not known of any customer: no model for it has been trained yet.", "“Expected orders in 30 days” is not known of any customer: no model for it has been trained yet."],
            (await scores.OfAsync(Rule, Stop)).Select(x => x.Message).Distinct());

        await AddAsync(database, new TrainedModel { Kind = ModelKind.OfferUplift, TrainedBy = "test", ReportJson = JsonSerializer.Serialize(new ModelReport("Too little to learn from.", "", 0, 0), JsonSerializerOptions.Web) });
        await AddAsync(database, new TrainedModel { Kind = ModelKind.Purchases, TrainedBy = "test", Champion = true, ParametersJson = "{}" });
        var missing = await scores.OfAsync(Rule, Stop);
        Assert.Equal(["rules[0].field", "rules[1].rules[0].field"], missing.Select(x => x.Path));
        Assert.All(missing, x => Assert.Equal("“Offer uplift” is not known of any customer: there is no model for it yet. Too little to learn from.", x.Message));

        await AddAsync(database, new TrainedModel { Kind = ModelKind.OfferUplift, TrainedBy = "test", ParametersJson = "{}", ReportJson = JsonSerializer.Serialize(new ModelReport(null, "", 0, 0), JsonSerializerOptions.Web) });
        Assert.EndsWith("no model for it is in use; under Models one can be put to use.", (await scores.OfAsync(Rule, Stop))[0].Message);

        await AddAsync(database, new Customer { Id = 1, Key = "C-1" });
        await AddAsync(database, new Twin { CustomerId = 1, OfferUplift = 0.02 }); // of a model that was in use
        Assert.Empty(await scores.OfAsync(Rule, Stop));
    }

    [Fact]
    public async Task Of_Drives_SaysWhyThereIsNoModelAndWhichOneTheShopCannotTell()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var scores = Scores(database);
        var rule = GroupRule.All(new TwinRule { Field = "motivation", Op = RuleOperator.Is, Value = "deals" }, new TwinRule { Field = "dealDrive", Op = RuleOperator.AtLeast, Value = 60d }, new RankRule { Percent = 5, Field = "giftDrive" });
        Assert.Equal(["Motivation", "Deal drive", "Gift drive"], (await scores.OfAsync(rule, Stop)).Select(x => x.Message.Split('“', '”')[1]));
        Assert.All(await scores.OfAsync(rule, Stop), x => Assert.EndsWith("no model for it has been trained yet.", x.Message));

        var motives = Enum.GetValues<DriveKind>().ToDictionary(x => x, x => new CrowdShare(null, x == DriveKind.Deal ? "Cannot be told in this shop: none of 400 orders had a discount" : null));
        var crowd = new CrowdModel(60, motives, new([], null, null), new([], null, null), new([], null, null), new([], null, null), new(null, null, null), new Dictionary<string, double>());
        await AddAsync(database, new TrainedModel { Kind = ModelKind.Crowd, TrainedBy = "test", Champion = true, ParametersJson = JsonSerializer.Serialize(crowd, JsonSerializerOptions.Web) });
        var missing = Assert.Single(await scores.OfAsync(rule, Stop));
        Assert.Equal(("rules[1].field", "“Deal drive” is not known of any customer: Cannot be told in this shop: none of 400 orders had a discount."), (missing.Path, missing.Message));
    }

    private static MissingScores Scores(TestDatabase database) => new(database.Get<IDbContextFactory<ConsoleDb>>());

    private static async Task AddAsync(TestDatabase database, object row)
    {
        await using var db = database.Open();
        db.Add(row);
        await db.SaveChangesAsync(Stop);
    }
}
