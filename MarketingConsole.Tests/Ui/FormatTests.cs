using System.Globalization;
using MarketingConsole.Ui;

namespace MarketingConsole.Tests.Ui;

public sealed class FormatTests
{
    private static readonly TimeZoneInfo Vienna = TimeZoneInfo.FindSystemTimeZoneById("Europe/Vienna");

    [Theory]
    [InlineData("en-GB", 123456, false, "€1,234.56")]
    [InlineData("en-GB", 123456, true, "€1,235")]
    [InlineData("en-GB", -50, false, "-€0.50")]
    public void Money_FollowsTheReadersCulture(string culture, long cents, bool whole, string expected)
    {
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
        Assert.Equal(expected, Format.Money(cents, "EUR", whole));
    }

    [Theory]
    [InlineData(30, "just now")]
    [InlineData(60, "1 minute ago")]
    [InlineData(7200, "2 hours ago")]
    [InlineData(86400 * 3, "3 days ago")]
    [InlineData(-7200, "in 2 hours")]
    [InlineData(86400 * 40, "23 Apr 2026")]
    public void Relative_SaysItAsPeopleDo(int seconds, string expected)
    {
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("en-GB");
        var now = new DateTime(2026, 6, 2, 12, 0, 0, DateTimeKind.Utc);
        Assert.Equal(expected, Format.Relative(now.AddSeconds(-seconds), now, Vienna));
    }

    [Fact]
    public void Csv_QuotesTextAndDisarmsFormulas()
    {
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-AT");
        var table = new ChartTable(["Day", "Name, \"quoted\"", "Value"], [[new DateOnly(2026, 6, 1), "=1+1", 1.5], [null, "plain", -2]]);
        Assert.Equal("Day,\"Name, \"\"quoted\"\"\",Value\r\n2026-06-01,'=1+1,1.5\r\n,plain,-2\r\n", table.ToCsv());
    }
}
