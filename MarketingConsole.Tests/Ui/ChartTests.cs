using MarketingConsole.Tests.Support;
using MarketingConsole.Ui;
using Microsoft.AspNetCore.Components;

namespace MarketingConsole.Tests.Ui;

public sealed class ChartTests
{
    private static readonly ChartTable Table = new(["Day", "Orders"], [[new DateOnly(2026, 6, 1), 3], [new DateOnly(2026, 6, 2), 5]]);

    [Fact]
    public async Task Chart_HasATextAlternative_AndItsDataAsTableAndCsv()
    {
        await using var harness = new ComponentHarness();
        await harness.RenderAsync<PlotlyChart>(("Title", "Orders a day"), ("Traces", Array.Empty<object>()), ("Table", Table));
        Assert.Contains("Orders a day", harness.Find("[role=img]").GetAttribute("aria-label"), StringComparison.Ordinal);
        await harness.ClickAsync("button[aria-pressed]");
        Assert.Equal(["1 Jun 2026", "3", "2 Jun 2026", "5"], harness.FindAll("td").Select(x => x.TextContent));
        await harness.ClickAsync("button[aria-label*=CSV]");
        var (_, arguments) = harness.JsCalls.Single(x => x.Name == "marketingConsole.download");
        Assert.Equal("orders-a-day.csv", arguments[0]);
        Assert.Contains("2026-06-02,5", (string)arguments[2]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://localhost/twins?q=a&page=3", "country", "AT", "/twins?country=AT&q=a")]
    [InlineData("http://localhost/twins?q=a&page=3", "page", "4", "/twins?page=4&q=a")]
    [InlineData("http://localhost/twins?q=a", "q", "", "/twins")]
    [InlineData("http://localhost/twins", "q", "a b&c", "/twins?q=a%20b%26c")]
    public void UrlState_ChangesOneValue_AndGoesBackToTheFirstPage(string from, string key, string value, string expected) =>
        Assert.Equal(expected, new UrlState(new At(from)).With(key, value).ToString());

    private sealed class At : NavigationManager
    {
        public At(string uri) => Initialize("http://localhost/", uri);
    }
}
