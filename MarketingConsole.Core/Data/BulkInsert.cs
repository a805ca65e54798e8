using System.Data;
using System.Data.Common;
using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace MarketingConsole.Core.Data;

/// <summary>Writes many rows of one entity the fast way of each database, within the context's current transaction.</summary>
public static class BulkInsert
{
    /// <summary>Inserts all <paramref name="rows"/>. Keys must be new; database-generated ids are not supported except on tables whose id is left out.</summary>
    /// <returns>Number of rows written.</returns>
    public static async Task<int> BulkInsertAsync<T>(this ConsoleDb db, IReadOnlyCollection<T> rows, CancellationToken cancellationToken) where T : class
    {
        if (rows.Count == 0)
        {
            return 0;
        }

        var entity = db.Model.FindEntityType(typeof(T)) ?? throw new ArgumentException($"{typeof(T).Name} is not in the model.");
        var columns = Column.Of(entity);
        await db.Database.OpenConnectionAsync(cancellationToken);
        try
        {
            var connection = db.Database.GetDbConnection();
            var transaction = db.Database.CurrentTransaction?.GetDbTransaction();
            var table = entity.GetTableName()!;
            switch (connection)
            {
                case NpgsqlConnection npgsql:
                    await CopyAsync(npgsql, table, columns, rows, cancellationToken);
                    break;
                case SqlConnection sql:
                    await BulkCopyAsync(sql, (SqlTransaction?)transaction, table, columns, rows, cancellationToken);
                    break;
                default:
                    await PreparedAsync((SqliteConnection)connection, (SqliteTransaction?)transaction, table, columns, rows, cancellationToken);
                    break;
            }
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
        }

        return rows.Count;
    }

    /// <summary>Inserts those of <paramref name="rows"/> whose key (an int and a long) is new, also to the batch, within the context's current transaction or one of its own. SQLite and PostgreSQL only.</summary>
    /// <returns>The rows inserted.</returns>
    internal static async Task<List<T>> BulkInsertNewAsync<T>(this ConsoleDb db, IReadOnlyCollection<T> rows, Func<T, (int, long)> keyOf, CancellationToken cancellationToken) where T : class
    {
        if (rows.Count == 0)
        {
            return [];
        }

        var entity = db.Model.FindEntityType(typeof(T)) ?? throw new ArgumentException($"{typeof(T).Name} is not in the model.");
        var (columns, table) = (Column.Of(entity), entity.GetTableName()!);
        var key = string.Join(", ", entity.FindPrimaryKey()!.Properties.Select(x => $"\"{x.GetColumnName()}\""));
        await using var own = db.Database.CurrentTransaction is null ? await db.Database.BeginTransactionAsync(cancellationToken) : null;
        var transaction = db.Database.CurrentTransaction!.GetDbTransaction();
        var added = new List<T>(rows.Count);
        if (db.Database.GetDbConnection() is NpgsqlConnection npgsql)
        {
            var (fresh, names) = ("new_" + Guid.NewGuid().ToString("N"), string.Join(", ", columns.Select(x => $"\"{x.Name}\"")));
            await using var command = npgsql.CreateCommand();
            command.CommandText = $"CREATE TEMP TABLE {fresh} (LIKE \"{table}\") ON COMMIT DROP";
            await command.ExecuteNonQueryAsync(cancellationToken);
            await CopyAsync(npgsql, fresh, columns, rows, cancellationToken);
            command.CommandText = $"INSERT INTO \"{table}\" ({names}) SELECT {names} FROM {fresh} ON CONFLICT ({key}) DO NOTHING RETURNING {key}";
            var keys = new HashSet<(int, long)>();
            await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
            {
                while (await reader.ReadAsync(cancellationToken))
                {
                    keys.Add((reader.GetInt32(0), reader.GetInt64(1)));
                }
            }

            added.AddRange(rows.Where(x => keys.Remove(keyOf(x))));
        }
        else
        {
            await PreparedAsync((SqliteConnection)db.Database.GetDbConnection(), (SqliteTransaction)transaction, table, columns, rows, cancellationToken, $" ON CONFLICT ({key}) DO NOTHING", added);
        }

        if (own is not null)
        {
            await own.CommitAsync(cancellationToken);
        }

        return added;
    }

    private static async Task PreparedAsync<T>(SqliteConnection connection, SqliteTransaction? outer, string table, Column[] columns, IReadOnlyCollection<T> rows, CancellationToken cancellationToken, string conflict = "", List<T>? added = null) where T : class
    {
        await using var own = outer is null ? (SqliteTransaction)await connection.BeginTransactionAsync(cancellationToken) : null;
        await using var command = connection.CreateCommand();
        command.Transaction = outer ?? own;
        command.CommandText = $"INSERT INTO \"{table}\" ({string.Join(", ", columns.Select(x => $"\"{x.Name}\""))}) VALUES ({string.Join(", ", columns.Select((_, i) => $"$p{i}"))}){conflict}";
        var parameters = columns.Select((_, i) => command.Parameters.Add(new SqliteParameter($"$p{i}", null))).ToArray();
        await command.PrepareAsync(cancellationToken);
        foreach (var row in rows)
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (var i = 0; i < columns.Length; i++)
            {
                parameters[i].Value = columns[i].Read(row) ?? DBNull.Value;
            }

            if (command.ExecuteNonQuery() == 1)
            {
                added?.Add(row);
            }
        }

        if (own is not null)
        {
            await own.CommitAsync(cancellationToken);
        }
    }

    private static async Task CopyAsync<T>(NpgsqlConnection connection, string table, Column[] columns, IReadOnlyCollection<T> rows, CancellationToken cancellationToken) where T : class
    {
        var sql = $"COPY \"{table}\" ({string.Join(", ", columns.Select(x => $"\"{x.Name}\""))}) FROM STDIN (FORMAT BINARY)";
        await using var writer = await connection.BeginBinaryImportAsync(sql, cancellationToken);
        foreach (var row in rows)
        {
            await writer.StartRowAsync(cancellationToken);
            foreach (var column in columns)
            {
                if (column.Read(row) is { } value)
                {
                    await writer.WriteAsync(value, column.StoreType, cancellationToken);
                }
                else
                {
                    await writer.WriteNullAsync(cancellationToken);
                }
            }
        }

        await writer.CompleteAsync(cancellationToken);
    }

    private static async Task BulkCopyAsync<T>(SqlConnection connection, SqlTransaction? transaction, string table, Column[] columns, IReadOnlyCollection<T> rows, CancellationToken cancellationToken) where T : class
    {
        using var data = new DataTable { Locale = System.Globalization.CultureInfo.InvariantCulture };
        foreach (var column in columns)
        {
            data.Columns.Add(column.Name, column.Type);
        }

        foreach (var row in rows)
        {
            data.Rows.Add([.. columns.Select(x => x.Read(row) ?? DBNull.Value)]);
        }

        using var copy = new SqlBulkCopy(connection, SqlBulkCopyOptions.Default, transaction) { DestinationTableName = $"[{table}]" };
        foreach (var column in columns)
        {
            copy.ColumnMappings.Add(column.Name, column.Name);
        }

        await copy.WriteToServerAsync(data, cancellationToken);
    }

    /// <param name="Name">Column name.</param>
    /// <param name="Type">Type as stored, not nullable.</param>
    /// <param name="StoreType">The database's type without its length.</param>
    /// <param name="Read">Value of a row, converted to <paramref name="Type"/>.</param>
    private sealed record Column(string Name, Type Type, string StoreType, Func<object, object?> Read)
    {
        public static Column[] Of(IEntityType entity) =>
        [
            .. entity.GetProperties().Where(x => x.ValueGenerated != ValueGenerated.OnAdd).Select(property =>
            {
                var mapping = property.GetRelationalTypeMapping();
                var getter = property.GetGetter();
                var convert = mapping.Converter?.ConvertToProvider;
                var type = Nullable.GetUnderlyingType(mapping.Converter?.ProviderClrType ?? property.ClrType) ?? mapping.Converter?.ProviderClrType ?? property.ClrType;
                return new Column(property.GetColumnName(), type, mapping.StoreTypeNameBase, row => getter.GetClrValue(row) is { } value ? convert is null ? value : convert(value) : null);
            }),
        ];
    }
}
