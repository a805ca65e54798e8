using System.Net;
using MarketingConsole.Core.Access;
using Microsoft.AspNetCore.Identity;

namespace MarketingConsole.Access;

/// <summary>Sign-in by a button as a sample account: only in Development, with sample data, and only from this machine.</summary>
internal sealed class SampleSignIn(IHostEnvironment environment, IConfiguration configuration, UserManager<ConsoleUser> users, SignInManager<ConsoleUser> signIn)
{
    public bool Allowed(HttpContext http) => environment.IsDevelopment() && configuration.GetValue("SampleData", false)
        && http.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address)
        && !http.Request.Headers.ContainsKey("X-Forwarded-For"); // a proxy on this machine speaks for somebody else

    public async Task<bool> SignInAsync(HttpContext http, string role)
    {
        if (!Allowed(http) || await users.FindByNameAsync(AccessStarter.SampleUser(role)) is not { Sample: true } user || await users.IsLockedOutAsync(user))
        {
            return false;
        }

        await signIn.SignInAsync(user, isPersistent: false);
        return true;
    }
}
