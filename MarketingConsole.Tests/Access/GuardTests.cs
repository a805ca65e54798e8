using System.Net;
using MarketingConsole.Core.Access;
using MarketingConsole.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Tests.Access;

/// <summary>Development with sample accounts, and tight limits.</summary>
public sealed class DevelopmentApp : ConsoleFactory
{
    public const int SignIns = 6;

    protected override string Environment => "Development";

    protected override IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string> { ["SampleData"] = "true", ["Access:SignInsPerMinute"] = "6" };
}

public sealed class GuardTests(DevelopmentApp app) : IClassFixture<DevelopmentApp>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/sign-in")]
    [InlineData("/health")]
    [InlineData("/site.css")]
    [InlineData("/api/v1/audit")]
    [InlineData("/no-such-page")]
    public async Task EveryAnswer_CarriesTheSecurityHeaders(string address)
    {
        using var client = app.Anonymous();
        using var response = await client.GetAsync(address, Stop);
        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("script-src 'self';", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe-eval", policy, StringComparison.Ordinal);
        Assert.Equal(["nosniff"], response.Headers.GetValues("X-Content-Type-Options"));
        Assert.Equal(["DENY"], response.Headers.GetValues("X-Frame-Options"));
    }

    [Fact]
    public async Task SampleSignIn_OnThisMachine_Works_ButNotThroughAProxy_AndNotTooOften()
    {
        using var client = app.Anonymous();
        using var direct = await ConsoleFactory.PostFormAsync(client, "/sign-in", "/sign-in/sample", ("role", Roles.Manager));
        Assert.Equal(HttpStatusCode.Found, direct.StatusCode);

        using var proxied = app.Anonymous();
        proxied.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.9");
        using var refused = await ConsoleFactory.PostFormAsync(proxied, "/sign-in", "/sign-in/sample", ("role", Roles.Admin));
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);

        HttpStatusCode last = default;
        for (var i = 0; i < DevelopmentApp.SignIns; i++)
        {
            using var more = await ConsoleFactory.PostFormAsync(client, "/sign-in", "sign-in", ("Model.Email", "nobody@test.example"), ("Model.Password", "wrong"));
            last = more.StatusCode;
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, last);
    }

    [Fact]
    public async Task SampleAccounts_HaveNoPassword()
    {
        await using var db = app.Open();
        Assert.Equal(3, await db.Users.CountAsync(x => x.Sample && x.PasswordHash == null, Stop));
    }
}
