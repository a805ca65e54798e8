using MarketingConsole.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace MarketingConsole.Tests.Support;

/// <summary>A fresh migrated database of one provider with the services on top of it. PostgreSQL is the server named by TEST_POSTGRES,
/// which MarketingConsole.Tests/run starts; without it those tests are skipped, in CI they fail.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    public const string PostgresVariable = "TEST_POSTGRES";
    private static readonly SemaphoreSlim TemplateLock = new(1, 1);
    private static string? _template;
    private readonly Func<Task> _drop;

    private TestDatabase(ServiceProvider services, FakeTime time, Func<Task> drop) => (Services, Time, _drop) = (services, time, drop);

    public ServiceProvider Services { get; }
    public FakeTime Time { get; }

    /// <summary>Both providers that run here, for <c>[Theory, MemberData]</c>.</summary>
    public static TheoryData<DatabaseProvider> Providers { get; } = [DatabaseProvider.Sqlite, DatabaseProvider.PostgreSql];

    public ConsoleDb Open() => Services.GetRequiredService<IDbContextFactory<ConsoleDb>>().CreateDbContext();

    public T Get<T>() where T : notnull => Services.GetRequiredService<T>();

    /// <param name="configure">Adds the feature under test, e.g. <c>(s, c) => s.AddConsent(c)</c>. Hosted services are not started.</param>
    public static async Task<TestDatabase> CreateAsync(DatabaseProvider provider, Action<IServiceCollection, IConfiguration>? configure = null, params (string Key, string Value)[] settings)
    {
        var (connection, drop) = provider == DatabaseProvider.Sqlite ? NewSqlite() : await NewPostgresAsync();
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(
            settings.Select(x => KeyValuePair.Create(x.Key, (string?)x.Value))
                .Append(new("Database:Provider", provider.ToString()))
                .Append(new("ConnectionStrings:Console", connection))).Build();
        var time = new FakeTime();
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<IConfiguration>(configuration);
        services.AddSingleton<TimeProvider>(time);
        services.AddData(configuration, Path.GetTempPath());
        configure?.Invoke(services, configuration);
        var built = services.BuildServiceProvider();
        if (provider == DatabaseProvider.Sqlite)
        {
            await built.GetRequiredService<DatabaseStarter>().StartAsync(CancellationToken.None);
        }

        return new TestDatabase(built, time, drop);
    }

    public async ValueTask DisposeAsync()
    {
        await Services.DisposeAsync();
        await _drop();
    }

    private static (string, Func<Task>) NewSqlite()
    {
        var folder = Directory.CreateTempSubdirectory("console-test-").FullName;
        return ($"Data Source={Path.Combine(folder, "console.db")};Pooling=False", () =>
        {
            Directory.Delete(folder, recursive: true);
            return Task.CompletedTask;
        }
        );
    }

    private static async Task<(string, Func<Task>)> NewPostgresAsync()
    {
        var server = PostgresOrSkip();
        var template = await TemplateAsync(server);
        var name = "t_" + Guid.NewGuid().ToString("N");
        await ExecuteAsync(server, $"CREATE DATABASE {name} TEMPLATE {template}");
        var connection = new NpgsqlConnectionStringBuilder(server) { Database = name, Pooling = true, MaxPoolSize = 20 }.ConnectionString;
        return (connection, async () =>
        {
            await using (var pooled = new NpgsqlConnection(connection))
            {
                NpgsqlConnection.ClearPool(pooled);
            }

            await ExecuteAsync(server, $"DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        }
        );
    }

    /// <summary>Connection string of the test server; skips the test where there is none.</summary>
    public static string PostgresOrSkip()
    {
        var server = Environment.GetEnvironmentVariable(PostgresVariable);
        if (string.IsNullOrEmpty(server))
        {
            Assert.False(Environment.GetEnvironmentVariable("CI") == "true", $"{PostgresVariable} is not set, and CI must test PostgreSQL.");
            Assert.Skip($"no PostgreSQL: {PostgresVariable} is not set (MarketingConsole.Tests/run starts one)");
        }

        return server!;
    }

    private static async Task<string> TemplateAsync(string server)
    {
        await TemplateLock.WaitAsync();
        try
        {
            if (_template is null)
            {
                var name = "template_" + Guid.NewGuid().ToString("N");
                await ExecuteAsync(server, $"CREATE DATABASE {name}");
                var connection = new NpgsqlConnectionStringBuilder(server) { Database = name, Pooling = false }.ConnectionString;
                await using var db = new PostgresConsoleDb(new DbContextOptionsBuilder<PostgresConsoleDb>().UseNpgsql(connection).Options);
                await db.Database.MigrateAsync();
                _template = name;
            }

            return _template;
        }
        finally
        {
            TemplateLock.Release();
        }
    }

    private static async Task ExecuteAsync(string server, string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(server) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
