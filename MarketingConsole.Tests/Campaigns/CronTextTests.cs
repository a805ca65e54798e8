using MarketingConsole.Core.Campaigns;

namespace MarketingConsole.Tests.Campaigns;

public sealed class CronTextTests
{
    private static readonly DateTime From = new(2026, 3, 27, 12, 0, 0, DateTimeKind.Utc);

    [Theory]
    [InlineData("0 0 9 ? * MON", "Every Monday at 09:00")]
    [InlineData("0 0 9 ? * 2", "Every Monday at 09:00")]
    [InlineData("0 30 8 * * ?", "Every day at 08:30")]
    [InlineData("0 0 9,17 ? * MON-FRI", "Every weekday (Monday to Friday) at 09:00 and 17:00")]
    [InlineData("0 0 9 ? * MON,WED,FRI", "Every Monday, Wednesday and Friday at 09:00")]
    [InlineData("0 0 9 1 * ?", "On day 1 of every month at 09:00")]
    [InlineData("0 0 9 1,15 * ?", "On days 1 and 15 of every month at 09:00")]
    [InlineData("0 0 9 L * ?", "On the last day of every month at 09:00")]
    [InlineData("0 0 9 ? * FRI#1", "On the first Friday of every month at 09:00")]
    [InlineData("0 0 9 ? * 6L", "On the last Friday of every month at 09:00")]
    [InlineData("0 0/15 * * * ?", "Every 15 minutes")]
    [InlineData("0 0 0/6 * * ?", "Every 6 hours")]
    [InlineData("0 0 * * * ?", "Every hour")]
    [InlineData("0 0 9 ? JAN MON", "0 0 9 ? JAN MON")]
    public void Read_CommonShapes_ReadAsSentences(string cron, string sentence)
    {
        var reading = CronText.Read(cron, "Europe/Vienna", From);
        Assert.Null(reading.Error);
        Assert.Equal(sentence, reading.Sentence);
        Assert.Equal(5, reading.Next.Count);
    }

    [Fact]
    public void Read_AcrossTheSummerTimeChange_KeepsTheLocalHour() =>
        Assert.Equal([new(2026, 3, 28, 8, 0, 0), new(2026, 3, 29, 7, 0, 0)], CronText.Read("0 0 9 * * ?", "Europe/Vienna", From, 2).Next);

    [Theory]
    [InlineData("", "Write a cron")]
    [InlineData("often", "no cron expression")]
    [InlineData("0 0 25 * * ?", "no cron expression")]
    [InlineData("0 0 9 1 1 ? 2020", "never happens")]
    public void Read_Invalid_SaysWhatToDo(string cron, string part) => Assert.Contains(part, CronText.Read(cron, "Europe/Vienna", From).Error, StringComparison.Ordinal);

    [Fact]
    public void Read_UnknownZone_SaysSo() => Assert.Contains("Mars/Base", CronText.Read("0 0 9 * * ?", "Mars/Base", From).Error, StringComparison.Ordinal);
}
