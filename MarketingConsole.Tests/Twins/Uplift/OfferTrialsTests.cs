using MarketingConsole.Core.Twins.Uplift;

namespace MarketingConsole.Tests.Twins.Uplift;

public sealed class OfferTrialsTests
{
    private static readonly DateTime At = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void Balance_DifferentHoldouts_EveryCampaignExposesTheSameShare()
    {
        var kept = OfferTrials.Balance([.. Campaign(1, 900, 100), .. Campaign(2, 500, 500), .. Campaign(3, 190, 10), .. Campaign(4, 50, 0)], int.MaxValue);
        var shares = kept.GroupBy(x => x.CampaignId).ToDictionary(x => x.Key, x => x.Average(t => t.Exposed ? 1.0 : 0));
        Assert.Equal([1, 2, 3], shares.Keys.Order());
        Assert.All(shares.Values, x => Assert.Equal(0.5, x, 2)); // the large even campaign weighs most
        Assert.Equal(1000, kept.Count(x => x.CampaignId == 2));
        var nine = OfferTrials.Balance([.. Campaign(1, 9000, 1000), .. Campaign(2, 50, 50)], int.MaxValue);
        Assert.All(nine.GroupBy(x => x.CampaignId), x => Assert.InRange(x.Average(t => t.Exposed ? 1.0 : 0), 0.88, 0.92)); // 50 to 5.6
        Assert.Equal(10_000, nine.Count(x => x.CampaignId == 1));
    }

    [Fact]
    public void Balance_RepeatedExposure_CountsTheFirstOnly()
    {
        var first = Campaign(1, 30, 10).ToList();
        var kept = OfferTrials.Balance([.. first.Select(x => x with { At = At.AddDays(7) }), .. first, .. Campaign(2, 30, 10)], int.MaxValue);
        Assert.Equal(80, kept.Count);
        Assert.All(kept, x => Assert.Equal(At, x.At));
    }

    [Fact]
    public void Balance_MoreThanWanted_IsThinnedByLotInTheSameShares()
    {
        var kept = OfferTrials.Balance([.. Campaign(1, 9000, 1000), .. Campaign(2, 1800, 200)], 1200);
        Assert.Equal((900, 100, 180, 20), (Count(1, true), Count(1, false), Count(2, true), Count(2, false)));
        Assert.True(kept.Average(x => x.CustomerId) is > 3000 and < 6500);
        int Count(int campaign, bool exposed) => kept.Count(x => x.CampaignId == campaign && x.Exposed == exposed);
    }

    [Fact]
    public void Balance_NobodyHeldOut_IsEmpty() => Assert.Empty(OfferTrials.Balance(Campaign(1, 100, 0), int.MaxValue));

    private static IEnumerable<OfferTrial> Campaign(int id, int exposed, int heldOut) => Enumerable.Range(1, exposed + heldOut).Select(x => new OfferTrial(x, id, At, 7, x <= exposed));
}
