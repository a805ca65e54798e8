using System.Net;
using System.Security.Cryptography;
using MarketingConsole.Core.Access;
using MarketingConsole.Tests.Support;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace MarketingConsole.Tests.Access;

public sealed class AccountTests(ConsoleFactory app) : IClassFixture<ConsoleFactory>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private AccountService Accounts => app.Get<AccountService>();

    [Fact]
    public async Task Invite_ThenSetPasswordByLink_SignsIn_AndTheLinkWorksOnce()
    {
        var invited = await Accounts.InviteAsync("new@test.example", "New", Roles.Marketer, "admin", Stop);
        Assert.True(invited.Succeeded);
        using var client = app.Anonymous();
        var link = $"/reset-password?account={invited.Id}&token={Uri.EscapeDataString(invited.Token)}";
        await app.UserAsync(Roles.Admin); // so that nobody is sent to the first run
        using var set = await ConsoleFactory.PostFormAsync(client, link, "reset-password", ("Model.Password", ConsoleFactory.Password), ("Model.Again", ConsoleFactory.Password));
        Assert.Equal(HttpStatusCode.Found, set.StatusCode);
        using var signedIn = await ConsoleFactory.PostFormAsync(client, "/sign-in", "sign-in", ("Model.Email", "new@test.example"), ("Model.Password", ConsoleFactory.Password));
        Assert.Equal(HttpStatusCode.Found, signedIn.StatusCode);
        Assert.False((await Accounts.SetPasswordAsync(invited.Id, invited.Token, "another password 17", Stop)).Succeeded);
    }

    [Theory]
    [InlineData("not an address", Roles.Marketer, "email")]
    [InlineData("ok@test.example", "emperor", "role")]
    public async Task Invite_WithFault_NamesTheField(string email, string role, string field) =>
        Assert.Equal(field, Assert.Single((await Accounts.InviteAsync(email, "X", role, "admin", Stop)).Errors).Field);

    [Fact]
    public async Task Invite_Twice_SaysSo()
    {
        await Accounts.InviteAsync("twice@test.example", "X", Roles.Marketer, "admin", Stop);
        Assert.Equal("There is already an account with this e-mail address.", Assert.Single((await Accounts.InviteAsync("TWICE@test.example", "X", Roles.Marketer, "admin", Stop)).Errors).Message);
    }

    [Fact]
    public async Task LastAdministrator_KeepsRoleAndAccess()
    {
        await app.UserAsync(Roles.Admin);
        var admin = (await Accounts.ListAsync(Stop)).Single(x => x.Role == Roles.Admin);
        Assert.False((await Accounts.SetRoleAsync(admin.Id, Roles.Marketer, "someone", Stop)).Succeeded);
        Assert.False((await Accounts.SetLockedAsync(admin.Id, true, "someone", Stop)).Succeeded);
    }

    [Fact]
    public async Task Lock_RefusesTheRightPassword_AndUnlockAllowsIt()
    {
        var name = await app.UserAsync(Roles.Marketer, "lockable@test.example");
        var id = (await Accounts.ListAsync(Stop)).Single(x => x.UserName == name).Id;
        await Accounts.SetLockedAsync(id, true, "admin", Stop);
        using var client = app.Anonymous();
        using var locked = await ConsoleFactory.PostFormAsync(client, "/sign-in", "sign-in", ("Model.Email", name), ("Model.Password", ConsoleFactory.Password));
        Assert.Equal(HttpStatusCode.OK, locked.StatusCode);
        await Accounts.SetLockedAsync(id, false, "admin", Stop);
        using var open = await ConsoleFactory.PostFormAsync(client, "/sign-in", "sign-in", ("Model.Email", name), ("Model.Password", ConsoleFactory.Password));
        Assert.Equal(HttpStatusCode.Found, open.StatusCode);
    }

    [Fact]
    public async Task SecondStep_IsDemandedOnceOn_AndRecoveryCodeWorksOnce()
    {
        var name = await app.UserAsync(Roles.Marketer, "careful@test.example");
        var codes = await TurnOnSecondStepAsync(name);
        using var client = app.Anonymous();
        using var password = await ConsoleFactory.PostFormAsync(client, "/sign-in", "sign-in", ("Model.Email", name), ("Model.Password", ConsoleFactory.Password));
        Assert.Contains("/sign-in/code", password.Headers.Location!.ToString(), StringComparison.Ordinal);
        using var home = await client.GetAsync("/", Stop);
        Assert.Equal(HttpStatusCode.Found, home.StatusCode);
        using var wrong = await ConsoleFactory.PostFormAsync(client, "/sign-in/code", "code", ("Model.Code", "000000"));
        Assert.Contains("wrong or no longer valid", await wrong.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        using var right = await ConsoleFactory.PostFormAsync(client, "/sign-in/code?recovery=true", "code", ("Model.Code", codes[0]));
        Assert.Equal(HttpStatusCode.Found, right.StatusCode);
        using var inside = await client.GetAsync("/", Stop);
        Assert.Equal(HttpStatusCode.OK, inside.StatusCode);

        using var other = app.Anonymous();
        (await ConsoleFactory.PostFormAsync(other, "/sign-in", "sign-in", ("Model.Email", name), ("Model.Password", ConsoleFactory.Password))).Dispose();
        using var used = await ConsoleFactory.PostFormAsync(other, "/sign-in/code?recovery=true", "code", ("Model.Code", codes[0]));
        Assert.Equal(HttpStatusCode.OK, used.StatusCode);
    }

    [Fact]
    public async Task AccountPage_TurnsTheSecondStepOn_WithTheAppsCode()
    {
        var name = await app.UserAsync(Roles.Marketer, "enrol@test.example");
        using var client = app.Anonymous();
        (await ConsoleFactory.PostFormAsync(client, "/sign-in", "sign-in", ("Model.Email", name), ("Model.Password", ConsoleFactory.Password))).Dispose();
        var html = await client.GetStringAsync("/account", Stop);
        var key = System.Text.RegularExpressions.Regex.Match(html, "secret=([A-Z2-7]+)").Groups[1].Value;
        using var response = await ConsoleFactory.PostFormAsync(client, "/account", "two-factor-on", ("Confirm.Code", Totp(key)));
        Assert.Contains("Your recovery codes", await response.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        Assert.True((await Accounts.ListAsync(Stop)).Single(x => x.UserName == name).TwoFactor);
    }

    private async Task<IReadOnlyList<string>> TurnOnSecondStepAsync(string name)
    {
        await using var scope = app.Services.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<ConsoleUser>>();
        var user = (await users.FindByNameAsync(name))!;
        await users.ResetAuthenticatorKeyAsync(user);
        await users.SetTwoFactorEnabledAsync(user, true);
        return [.. (await users.GenerateNewTwoFactorRecoveryCodesAsync(user, 3))!];
    }

    /// <summary>RFC 6238 with SHA-1, 30 s and six digits, as authenticator apps do; Identity's check reads the machine's clock, so this does too.</summary>
    private static string Totp(string base32)
    {
        var bits = string.Concat(base32.Select(x => Convert.ToString("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".IndexOf(x, StringComparison.Ordinal), 2).PadLeft(5, '0')));
        var key = Enumerable.Range(0, bits.Length / 8).Select(i => Convert.ToByte(bits.Substring(i * 8, 8), 2)).ToArray();
        var counter = BitConverter.GetBytes(System.Net.IPAddress.HostToNetworkOrder(DateTimeOffset.UtcNow.ToUnixTimeSeconds() / 30));
#pragma warning disable CA5350 // the RFC's default, which the apps implement
        var hash = HMACSHA1.HashData(key, counter);
#pragma warning restore CA5350
        var offset = hash[^1] & 15;
        var code = ((hash[offset] & 127) << 24) | (hash[offset + 1] << 16) | (hash[offset + 2] << 8) | hash[offset + 3];
        return (code % 1_000_000).ToString("D6", System.Globalization.CultureInfo.InvariantCulture);
    }
}
