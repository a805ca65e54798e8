using System.Net;
using MarketingConsole.Core.Access;
using MarketingConsole.Tests.Support;

namespace MarketingConsole.Tests.Access;

/// <summary>An app without any account. One test, because the first account ends the state it needs.</summary>
public sealed class FirstRunTests(ConsoleFactory app) : IClassFixture<ConsoleFactory>
{
    [Fact]
    public async Task FirstRun_CreatesTheAdministratorOnce()
    {
        var stop = TestContext.Current.CancellationToken;
        using var client = app.Anonymous();
        using var toFirstRun = await client.GetAsync("/sign-in", stop);
        Assert.EndsWith("/first-run", toFirstRun.Headers.Location!.ToString(), StringComparison.Ordinal);

        using var tooShort = await PostAsync(client, "ada@test.example", "short");
        Assert.Contains("at least 12 characters", await tooShort.Content.ReadAsStringAsync(stop), StringComparison.Ordinal);
        Assert.False(await app.Get<AccountService>().AnyAsync(stop));

        using var created = await PostAsync(client, "ada@test.example", ConsoleFactory.Password);
        Assert.Equal(HttpStatusCode.Found, created.StatusCode);
        var account = Assert.Single(await app.Get<AccountService>().ListAsync(stop));
        Assert.Equal((Roles.Admin, "ada@test.example"), (account.Role, account.UserName));

        var again = await app.Get<AccountService>().CreateFirstAsync("eve@test.example", "Eve", ConsoleFactory.Password, stop);
        Assert.False(again.Succeeded);
        using var closed = await client.GetAsync("/first-run", stop);
        Assert.EndsWith("/sign-in", closed.Headers.Location!.ToString(), StringComparison.Ordinal);

        using var signedIn = await ConsoleFactory.PostFormAsync(client, "/sign-in", "sign-in", ("Model.Email", "ada@test.example"), ("Model.Password", ConsoleFactory.Password));
        Assert.Equal(HttpStatusCode.Found, signedIn.StatusCode);
        using var accounts = await client.GetAsync("/accounts", stop);
        Assert.Equal(HttpStatusCode.OK, accounts.StatusCode);
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient client, string email, string password) =>
        ConsoleFactory.PostFormAsync(client, "/first-run", "first-run", ("Model.Name", "Ada"), ("Model.Email", email), ("Model.Password", password));
}
