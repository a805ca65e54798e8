using System.Data.Common;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Options;

namespace MarketingConsole.Core.Data;

/// <summary>Makes a context of the configured provider. One context an operation.</summary>
public sealed class ConsoleDbFactory : IDbContextFactory<ConsoleDb>
{
    private readonly Func<ConsoleDb> _create;

    public ConsoleDbFactory(IOptions<DatabaseOptions> options) => _create = Creator(options.Value);

    public ConsoleDb CreateDbContext() => _create();

    private static Func<ConsoleDb> Creator(DatabaseOptions options)
    {
        var guard = new AppendOnlyGuard();
        switch (options.Provider)
        {
            case DatabaseProvider.PostgreSql:
                var postgres = new DbContextOptionsBuilder<PostgresConsoleDb>().UseNpgsql(options.ConnectionString).AddInterceptors(guard).Options;
                return () => new PostgresConsoleDb(postgres);
            case DatabaseProvider.SqlServer:
                var sqlServer = new DbContextOptionsBuilder<SqlServerConsoleDb>().UseSqlServer(options.ConnectionString).AddInterceptors(guard).Options;
                return () => new SqlServerConsoleDb(sqlServer);
            default:
                var sqlite = new DbContextOptionsBuilder<SqliteConsoleDb>().UseSqlite(options.ConnectionString).AddInterceptors(new SqlitePragmas(), guard).Options;
                return () => new SqliteConsoleDb(sqlite);
        }
    }

    /// <summary>Write-ahead log: readers never wait for the writer. NORMAL survives a killed process; only power loss may cost the last commits.</summary>
    private sealed class SqlitePragmas : DbConnectionInterceptor
    {
        private readonly ConditionalWeakTable<SafeHandle, object> _set = []; // they last as long as the connection that the pool keeps
        private const string Pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=30000; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-65536;";

        public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
        {
            if (IsNew(connection))
            {
                using var command = connection.CreateCommand();
                command.CommandText = Pragmas;
                command.ExecuteNonQuery();
            }
        }

        public override async Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
        {
            if (IsNew(connection))
            {
                await using var command = connection.CreateCommand();
                command.CommandText = Pragmas;
                await command.ExecuteNonQueryAsync(cancellationToken);
            }
        }

        private bool IsNew(DbConnection connection) => ((SqliteConnection)connection).Handle is { } handle && _set.TryAdd(handle, handle);
    }
}
