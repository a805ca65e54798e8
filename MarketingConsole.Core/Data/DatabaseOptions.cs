using Microsoft.Extensions.Configuration;

namespace MarketingConsole.Core.Data;

public enum DatabaseProvider { Sqlite, SqlServer, PostgreSql }

/// <summary>Configuration section "Database".</summary>
public sealed class DatabaseOptions
{
    public const string Section = "Database";

    /// <summary>Which database; the connection is <c>ConnectionStrings:Console</c>.</summary>
    public DatabaseProvider Provider { get; set; } = DatabaseProvider.Sqlite;

    /// <summary>From <c>ConnectionStrings:Console</c>. For SQLite the default is a file under the content root's <c>data</c> folder.</summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>The options as configured.</summary>
    /// <param name="contentRoot">Folder that holds <c>data/console.db</c> when no connection is configured for SQLite.</param>
    public static DatabaseOptions From(IConfiguration configuration, string contentRoot)
    {
        var options = configuration.GetSection(Section).Get<DatabaseOptions>() ?? new DatabaseOptions();
        options.ConnectionString = configuration.GetConnectionString("Console") ?? options.ConnectionString;
        if (options.ConnectionString.Length == 0 && options.Provider == DatabaseProvider.Sqlite)
        {
            options.ConnectionString = $"Data Source={Path.Combine(contentRoot, "data", "console.db")}";
        }

        return options;
    }
}
