using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace MarketingConsole.Core.Data;

// For `dotnet ef` alone: it builds models and scripts without a server.
internal sealed class DesignTimeSqlite : IDesignTimeDbContextFactory<SqliteConsoleDb>
{
    public SqliteConsoleDb CreateDbContext(string[] args) => new(new DbContextOptionsBuilder<SqliteConsoleDb>().UseSqlite("Data Source=design.db").Options);
}

internal sealed class DesignTimePostgres : IDesignTimeDbContextFactory<PostgresConsoleDb>
{
    public PostgresConsoleDb CreateDbContext(string[] args) => new(new DbContextOptionsBuilder<PostgresConsoleDb>().UseNpgsql("Host=design").Options);
}

internal sealed class DesignTimeSqlServer : IDesignTimeDbContextFactory<SqlServerConsoleDb>
{
    public SqlServerConsoleDb CreateDbContext(string[] args) => new(new DbContextOptionsBuilder<SqlServerConsoleDb>().UseSqlServer("Server=design").Options);
}
