using MarketingConsole.Core.Data;
using MarketingConsole.Core.Twins;
using MarketingConsole.Core.Twins.Drives;
using MarketingConsole.Core.Twins.Models;
using MarketingConsole.Core.Twins.Training;
using MarketingConsole.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Tests.Twins.Drives;

public sealed class DriveScoresTests
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Refresh_TrainedShop_StoresWhatThePageShows()
    {
        await using var data = await TwinRefresherTests.ShopAsync(DatabaseProvider.Sqlite, 400, eventsEach: 40);
        await data.Get<ModelTraining>().TrainAsync("test", null, Token);
        await data.Get<TwinRefresher>().RefreshAllAsync(null, Token);
        await using var db = data.Open();
        var twins = await db.Twins.AsNoTracking().ToListAsync(Token);
        var (told, moved) = (0, 0);
        foreach (var twin in twins.Take(100))
        {
            var profile = (await data.Get<TwinProfileService>().GetAsync(twin.CustomerId, Token))!;
            if (profile.Drives is not { Motivations: var shown })
            {
                Assert.False(profile.Profiling);
                Assert.All(Strengths(twin), x => Assert.Null(x.Strength));
                Assert.Null(twin.Motivation);
                continue;
            }

            foreach (var (kind, strength) in Strengths(twin))
            {
                var motive = shown.Single(x => x.Kind == kind);
                Assert.Equal(motive.Missing is null ? motive.Strength : null, strength);
                told += strength is null ? 0 : 1;
            }

            var best = shown.Where(x => x.Missing is null && x.Strength >= TwinDrives.Clear).Select(x => (DriveKind?)x.Kind).FirstOrDefault();
            Assert.Equal(best is { } stands ? DriveWords.Name(stands) : null, twin.Motivation);
            moved += best is null ? 0 : 1;
        }

        Assert.True(told > 50 && moved > 10, $"{told} strengths, {moved} motivations"); // or it would tell nothing
    }

    private static IEnumerable<(DriveKind Kind, double? Strength)> Strengths(Twin twin) =>
    [
        (DriveKind.Deal, twin.DealDrive), (DriveKind.Novelty, twin.NoveltyDrive), (DriveKind.Loyalty, twin.LoyaltyDrive), (DriveKind.Convenience, twin.ConvenienceDrive), (DriveKind.Gift, twin.GiftDrive), (DriveKind.Quality, twin.QualityDrive),
    ];
}
