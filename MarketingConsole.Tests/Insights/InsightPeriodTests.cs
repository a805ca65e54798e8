using MarketingConsole.Core.Insights;

namespace MarketingConsole.Tests.Insights;

public sealed class InsightPeriodTests
{
    private static readonly DateOnly Today = new(2026, 11, 21);

    [Fact]
    public void Read_Nothing_IsTheLastNinetyDaysByWeek()
    {
        var (period, errors) = InsightPeriod.Read(null, "", null, null, Today);
        Assert.Empty(errors);
        Assert.Equal(new InsightPeriod(new(2026, 8, 24), Today, Bucket.Week, Comparison.Previous), period);
    }

    [Theory]
    [InlineData("2026-02-30", null, null, null, "from")]
    [InlineData("2026-11-22", null, null, null, "from")]
    [InlineData("1990-01-01", null, null, null, "from")]
    [InlineData(null, "tomorrow", null, null, "to")]
    [InlineData(null, null, "fortnight", null, "by")]
    [InlineData("2024-01-01", null, "day", null, "by")]
    [InlineData(null, null, null, "1", "compare")]
    public void Read_BadInput_NamesTheFieldAndFallsBack(string? from, string? to, string? by, string? compare, string field)
    {
        var (period, errors) = InsightPeriod.Read(from, to, by, compare, Today);
        Assert.Equal([field], errors.Keys);
        Assert.Equal(InsightPeriod.Last(90, Today), period);
    }

    [Fact]
    public void Buckets_AnyPeriod_CoverEachDayOnceAndTheComparedDaysFallInside()
    {
        var random = new Random(4);
        for (var i = 0; i < 300; i++)
        {
            var from = Today.AddDays(-random.Next(800));
            var period = new InsightPeriod(from, from.AddDays(random.Next(0, 400)), (Bucket)random.Next(3), (Comparison)random.Next(3));
            var starts = period.Buckets();
            Assert.Equal(period.From, starts[0]);
            Assert.Equal(starts.Order().Distinct(), starts);
            for (var day = period.From; day <= period.To; day = day.AddDays(1))
            {
                Assert.Equal(starts.Last(x => x <= day), period.BucketOf(day));
            }

            if (period.Before is { } before)
            {
                Assert.True(before.From < period.From);
                Assert.InRange(period.Shift(before.From), period.From, period.To);
                Assert.InRange(period.Shift(before.To), period.From, period.To);
            }
        }
    }
}
