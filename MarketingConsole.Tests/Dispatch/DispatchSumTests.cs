using FsCheck;
using FsCheck.Fluent;
using MarketingConsole.Core.Campaigns;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Dispatch;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Tests.Dispatch;

/// <summary>Whatever the audience, its consents, suppressions and the mail server's answers: the sums add up and nobody gets two messages.</summary>
public sealed class DispatchSumTests
{
    private static readonly string[] Answers = ["c", "hard-", "soft-", "later-", "late-", "refuse-"];

    public enum Kind { Normal, NoAddress, BadAddress, SharedAddress, Refuses, Suppressed }

    /// <param name="Answer">Index into the answers the mail server gives this address.</param>
    public sealed record Person(Kind Kind, int Answer);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_AnyAudienceAndAnyAnswers_AddsUpAndWritesToNobodyTwice()
    {
        await using var shop = await SendingShop.StartAsync(DatabaseProvider.Sqlite, tries: 2);
        var person = from kind in Gen.Frequency((5, Gen.Constant(Kind.Normal)), (5, Gen.Elements(Enum.GetValues<Kind>()))) from answer in Gen.Frequency((4, Gen.Constant(0)), (5, Gen.Choose(0, Answers.Length - 1))) select new Person(kind, answer);
        var scene = from people in person.NonEmptyListOf() from holdout in Gen.Elements(0, 5, 20, 50) from variants in Gen.Choose(1, 3) select (People: people.ToList(), Holdout: holdout, Variants: variants);
        var round = 0;
        foreach (var (people, holdout, variants) in scene.Sample(20, 20))
        {
            round++;
            try
            {
                await HoldsAsync(shop, round, people, holdout, variants);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                throw new Xunit.Sdk.XunitException($"Round {round}: holdout {holdout}, {variants} versions, {string.Join(", ", people.Select(x => $"{x.Kind}/{Answers[x.Answer]}"))}\n{exception}");
            }
        }
    }

    private static async Task HoldsAsync(SendingShop shop, int round, List<Person> people, int holdout, int variants)
    {
        var first = round * 1000;
        string? Address(int id)
        {
            var (kind, answer) = people[id - first];
            return kind switch { Kind.NoAddress => null, Kind.BadAddress => $"no at sign {id}", Kind.SharedAddress => $"{Answers[answer]}shared{round}@shop.test", _ => $"{Answers[answer]}{id}@shop.test" };
        }

        var segment = await CampaignScene.FillAsync(shop.App.Services, people.Count, Address, country: $"Z{(char)(64 + round)}", first: first);
        var ids = Enumerable.Range(first, people.Count).ToLookup(x => people[x - first].Kind);
        await using var db = shop.App.Open();
        await shop.App.Get<ConsentGate>().RecordAsync([.. ids[Kind.Refuses].Select(x => new ConsentEntry { CustomerId = x, Purpose = Purpose.Email, Granted = false, At = DateTime.UtcNow, Source = "test", RecordedBy = "test", RecordedAt = DateTime.UtcNow })], Ct);
        db.Suppressions.AddRange(ids[Kind.Suppressed].Select(x => new Suppression { Purpose = Purpose.Email, Address = Address(x)!, Reason = "test", At = DateTime.UtcNow }));
        await db.SaveChangesAsync(Ct);
        var reachable = ids[Kind.Normal].Any() || ids[Kind.SharedAddress].Any();
        if (!reachable)
        {
            return; // such a campaign cannot be approved
        }

        var plan = new CampaignPlan { Include = [segment], Variants = [.. Enumerable.Range(0, variants).Select(x => CampaignScene.Copy with { Name = $"{(char)('A' + x)}" })], HoldoutPercent = holdout };
        var ended = (await shop.RunsAsync()).Count;
        var campaign = await CampaignScene.ApproveAsync(shop.App.Services, plan);
        var job = await shop.EndedAsync(ended + 1);
        Assert.True(job.Status == Core.Jobs.JobStatus.Finished, job.Error);
        var run = await db.CampaignRuns.AsNoTracking().SingleAsync(x => x.CampaignId == campaign, Ct);
        Assert.Equal(people.Count, run.Audience);
        Assert.Equal(run.Audience, run.Sent + run.Failed + run.Skipped + run.HeldOut);

        var rows = await db.Dispatches.AsNoTracking().Where(x => x.CampaignId == campaign).ToDictionaryAsync(x => x.CustomerId, Ct);
        Assert.Equal(Enumerable.Range(first, people.Count), rows.Keys.Order());
        var mine = Enumerable.Range(first, people.Count).Select(Address).ToHashSet();
        var accepted = shop.Accepted.Where(mine.Contains).ToList();
        Assert.Equal(accepted.Count, accepted.Distinct().Count());
        Assert.Equal(rows.Values.Where(x => x.Status == DispatchStatus.Sent).Select(x => Address(x.CustomerId)!).Order(StringComparer.Ordinal), accepted.Order(StringComparer.Ordinal));
        Assert.All(rows.Values.Where(x => people[x.CustomerId - first].Kind is Kind.NoAddress or Kind.BadAddress or Kind.Refuses or Kind.Suppressed), x => Assert.Equal(DispatchStatus.Skipped, x.Status));
        Assert.All(rows.Values.Where(x => x.Status is DispatchStatus.Sent or DispatchStatus.Failed && people[x.CustomerId - first].Kind == Kind.Normal),
            x => Assert.Equal(Answers[people[x.CustomerId - first].Answer] is "c" or "later-" or "late-", x.Status == DispatchStatus.Sent));
    }
}
