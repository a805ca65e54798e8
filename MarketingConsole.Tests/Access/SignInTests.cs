using System.Net;
using MarketingConsole.Core.Access;
using MarketingConsole.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Tests.Access;

public sealed class SignInTests(ConsoleFactory app) : IClassFixture<ConsoleFactory>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SignIn_WithPassword_OpensHome()
    {
        using var client = await app.SignInAsync(Roles.Marketer);
        using var home = await client.GetAsync("/", Stop);
        Assert.Equal(HttpStatusCode.OK, home.StatusCode);
    }

    [Fact]
    public async Task SignIn_WrongPassword_SaysSoAndIsAudited()
    {
        var user = await app.UserAsync(Roles.Marketer, "wrong@test.example");
        using var client = app.Anonymous();
        using var response = await PostAsync(client, user, "not the password");
        Assert.Contains("E-mail or password is wrong.", await response.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        await using var db = app.Open();
        Assert.True(await db.AuditEntries.AnyAsync(x => x.Actor == user && x.Action == "sign-in.refused", Stop));
    }

    [Fact]
    public async Task SignIn_FiveWrongPasswords_LocksTheAccountEvenForTheRightOne()
    {
        var user = await app.UserAsync(Roles.Marketer, "locked@test.example");
        using var client = app.Anonymous();
        for (var i = 0; i < 5; i++)
        {
            (await PostAsync(client, user, "not the password")).Dispose();
        }

        using var response = await PostAsync(client, user, ConsoleFactory.Password);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("locked", await response.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SignIn_WithoutAntiforgeryToken_IsRefused()
    {
        using var client = app.Anonymous();
        using var form = new FormUrlEncodedContent([new("_handler", "sign-in"), new("Model.Email", await app.UserAsync(Roles.Marketer)), new("Model.Password", ConsoleFactory.Password)]);
        using var response = await client.PostAsync("/sign-in", form, Stop);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Theory]
    [InlineData("/segments?q=a", "/segments?q=a")]
    [InlineData("https://evil.example/", "/")]
    [InlineData("//evil.example/", "/")]
    [InlineData("/\\evil.example/", "/")]
    public async Task SignIn_ReturnsOnlyToThisSite(string wanted, string expected)
    {
        using var client = app.Anonymous();
        using var response = await ConsoleFactory.PostFormAsync(client, "/sign-in?returnUrl=" + Uri.EscapeDataString(wanted), "sign-in",
            ("Model.Email", await app.UserAsync(Roles.Marketer)), ("Model.Password", ConsoleFactory.Password));
        var location = new Uri(app.Address, response.Headers.Location!);
        Assert.Equal(expected, location.PathAndQuery);
        Assert.Equal(app.Address.Host, location.Host);
    }

    [Fact]
    public async Task SampleSignIn_InProduction_IsNeitherShownNorAccepted()
    {
        await app.UserAsync(Roles.Admin, AccessStarter.SampleUser(Roles.Admin));
        using var client = app.Anonymous();
        Assert.DoesNotContain("/sign-in/sample", await client.GetStringAsync("/sign-in", Stop), StringComparison.Ordinal);
        using var response = await ConsoleFactory.PostFormAsync(client, "/sign-in", "/sign-in/sample", ("role", Roles.Admin));
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Fact]
    public async Task SignOut_EndsTheSession()
    {
        using var client = await app.SignInAsync(Roles.Marketer);
        using var response = await ConsoleFactory.PostFormAsync(client, "/sign-in", "/sign-out");
        Assert.Equal(HttpStatusCode.Found, response.StatusCode);
        using var home = await client.GetAsync("/", Stop);
        Assert.Equal(HttpStatusCode.Found, home.StatusCode);
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient client, string user, string password) =>
        ConsoleFactory.PostFormAsync(client, "/sign-in", "sign-in", ("Model.Email", user), ("Model.Password", password));
}
