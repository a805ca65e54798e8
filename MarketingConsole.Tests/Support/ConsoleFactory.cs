using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using MarketingConsole.Core.Access;
using MarketingConsole.Core.Data;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MarketingConsole.Tests.Support;

/// <summary>The whole app on Kestrel at a free port, on a fresh SQLite file, without sample data. Share one a class with <c>IClassFixture&lt;ConsoleFactory&gt;</c>.</summary>
public partial class ConsoleFactory : WebApplicationFactory<Program>
{
    /// <summary>Configured as <c>Access:BootstrapApiKey</c>: has every scope.</summary>
    public const string ApiKey = "test-key-with-every-scope-0123456789abcdef";
    public const string Password = "a long test password 42";

    private readonly string _folder = Directory.CreateTempSubdirectory("console-app-").FullName;
    private readonly SemaphoreSlim _usersLock = new(1, 1);

    public ConsoleFactory()
    {
        UseKestrel(0);
        StartServer();
    }

    /// <summary>Where the app listens, with a slash at the end.</summary>
    public Uri Address => ClientOptions.BaseAddress;

    /// <summary>"Development" or "Production".</summary>
    protected virtual string Environment => "Production";

    protected virtual IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>();

    /// <summary>Replaces services of the app, e.g. its clock.</summary>
    protected virtual void Configure(IServiceCollection services)
    {
    }

    public T Get<T>() where T : notnull => Services.GetRequiredService<T>();

    public ConsoleDb Open() => Get<IDbContextFactory<ConsoleDb>>().CreateDbContext();

    /// <summary>Not signed in; keeps cookies; follows no redirects.</summary>
    public HttpClient Anonymous() => new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = true }) { BaseAddress = Address };

    /// <summary>Calls the API with a key of its own that has just these scopes; without any, with the one that has all.</summary>
    public async Task<HttpClient> ApiAsync(params string[] scopes)
    {
        var key = scopes.Length == 0 ? ApiKey : await Get<ApiKeyService>().CreateAsync("test " + string.Join(' ', scopes), scopes, "test", CancellationToken.None);
        var client = Anonymous();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return client;
    }

    /// <summary>Signed in through the form as the test user of a role.</summary>
    public async Task<HttpClient> SignInAsync(string role)
    {
        var client = Anonymous();
        var response = await PostFormAsync(client, "/sign-in", "sign-in", ("Model.Email", await UserAsync(role)), ("Model.Password", Password));
        Assert.Equal(System.Net.HttpStatusCode.Found, response.StatusCode);
        return client;
    }

    /// <summary>Loads a page and posts one of its forms with its antiforgery token.</summary>
    /// <param name="handler">The form's name, or its action when it starts with a slash.</param>
    public static async Task<HttpResponseMessage> PostFormAsync(HttpClient client, string page, string handler, params (string Name, string Value)[] fields)
    {
        var html = await client.GetStringAsync(page);
        var token = TokenPattern().Match(html).Groups[1].Value;
        Assert.NotEmpty(token);
        var form = fields.Select(x => KeyValuePair.Create(x.Name, x.Value)).Append(new("__RequestVerificationToken", token)).Append(new("_handler", handler));
        using var content = new FormUrlEncodedContent(form);
        return await client.PostAsync(handler.StartsWith('/') ? handler : page, content);
    }

    /// <summary>Creates the test user of a role if need be.</summary>
    /// <returns>Its user name.</returns>
    public async Task<string> UserAsync(string role, string? name = null)
    {
        var email = name ?? role + "@test.example";
        await _usersLock.WaitAsync();
        try
        {
            await using var scope = Services.CreateAsyncScope();
            var users = scope.ServiceProvider.GetRequiredService<UserManager<ConsoleUser>>();
            if (await users.FindByNameAsync(email) is null)
            {
                var user = new ConsoleUser { UserName = email, Email = email, DisplayName = role, CreatedAt = DateTime.UnixEpoch };
                Assert.True((await users.CreateAsync(user, Password)).Succeeded);
                Assert.True((await users.AddToRoleAsync(user, role)).Succeeded);
            }

            return email;
        }
        finally
        {
            _usersLock.Release();
        }
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment(Environment);
        builder.UseStaticWebAssets(); // files of packages and of the build, which Production expects in a published folder
        builder.UseSetting("ConnectionStrings:Console", $"Data Source={Path.Combine(_folder, "console.db")}");
        builder.UseSetting("SampleData", "false");
        builder.UseSetting("Shop:PostalAddress", "Test Shop, 1 High Street, Testville");
        builder.UseSetting("Access:BootstrapApiKey", ApiKey);
        builder.UseSetting("Access:SignInsPerMinute", "1000");
        foreach (var (key, value) in Settings)
        {
            builder.UseSetting(key, value);
        }

        builder.ConfigureLogging(x => x.SetMinimumLevel(LogLevel.Warning));
        builder.ConfigureServices(Configure);
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing)
        {
            _usersLock.Dispose();
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            try
            {
                Directory.Delete(_folder, recursive: true);
            }
            catch (IOException)
            {
                // a last write of a stopping job: the folder lies in the system's temporary folder
            }
        }
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex TokenPattern();
}
