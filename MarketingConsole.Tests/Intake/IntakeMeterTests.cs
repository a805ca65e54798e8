using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events.Intake;
using MarketingConsole.Tests.Support;

namespace MarketingConsole.Tests.Intake;

public sealed class IntakeMeterTests
{
    [Fact]
    public async Task Moved_CustomersHeardLately_MeasuresFromTheirLastEvent_OnceEach()
    {
        await using var shop = await IntakeShop.OpenAsync(DatabaseProvider.Sqlite);
        var (meter, start) = (shop.Get<IntakeMeter>(), shop.Time.Now);
        meter.Moved([1]);
        Assert.Null(meter.State().MembershipMilliseconds);

        meter.Heard([(1, start), (2, start)]);
        shop.Time.Advance(TimeSpan.FromMilliseconds(40));
        meter.Heard([(1, shop.Time.Now)]);
        shop.Time.Advance(TimeSpan.FromMilliseconds(20));
        meter.Moved([1, 3]);
        Assert.Equal(20, meter.State().MembershipMilliseconds);

        meter.Heard([(1, start)]); // the database has what the segments were told of
        shop.Time.Advance(TimeSpan.FromSeconds(1));
        meter.Moved([1]);
        Assert.Equal(20, meter.State().MembershipMilliseconds);
        meter.Moved([1, 2]);
        Assert.Equal(1060, meter.State().MembershipMilliseconds);

        meter.Heard([(4, shop.Time.Now)]);
        shop.Time.Advance(TimeSpan.FromSeconds(11));
        meter.Moved([4]); // time moved them
        Assert.Equal(1060, meter.State().MembershipMilliseconds);
    }
}
