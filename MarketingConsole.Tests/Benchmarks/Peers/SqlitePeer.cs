using System.Globalization;
using MarketingConsole.Core.Events;
using Microsoft.Data.Sqlite;

namespace MarketingConsole.Tests.Benchmarks.Peers;

/// <summary>SQLite in a file, with as much of it in memory as it likes.</summary>
internal sealed class SqlitePeer : Peer
{
    private readonly SqliteConnection _connection;

    public SqlitePeer(string file)
    {
        _connection = new($"Data Source={file};Pooling=False");
        _connection.Open();
        Do("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-2000000; PRAGMA mmap_size=8000000000; PRAGMA temp_store=MEMORY; PRAGMA threads=2");
    }

    public override string Name => "SQLite";

    public override string GroupKey => "+customer_id"; // the plus keeps the planner off the index on the customer, which would cost a random read a row

    public override string Ago(int days) => Seconds(StoreBenchmark.End.AddDays(-days)).ToString(CultureInfo.InvariantCulture);

    public override string Kind(string type) => Array.IndexOf(Types, type).ToString(CultureInfo.InvariantCulture);

    public override string Without(string customer, string events) => $"{customer} NOT IN (SELECT customer_id FROM events WHERE {events})";

    public override bool Has(int customers) => Ask("SELECT count(*), 0 FROM sqlite_master WHERE name='events_product'").Count == 1 && Ask("SELECT count(*), 0 FROM customers").Count == customers;

    public override void Load(string folder)
    {
        Do("DROP TABLE IF EXISTS customers; DROP TABLE IF EXISTS products; DROP TABLE IF EXISTS events");
        Do($"CREATE TABLE customers ({CustomerColumns.Replace("id,", "id INTEGER PRIMARY KEY,", StringComparison.Ordinal)}); CREATE TABLE products (id INTEGER PRIMARY KEY, category, brand, price); CREATE TABLE events (customer_id INT, ts INT, type INT, product_id INT, amount INT, store_id INT)");
        foreach (var table in new[] { "customers", "products" })
        {
            Insert(table, File.ReadLines(Path.Combine(folder, table + ".csv")).Skip(1).Select(x => x.Split(',').Select(cell => long.TryParse(cell, CultureInfo.InvariantCulture, out var whole) ? whole : (object)cell).ToArray()));
        }

        Insert("events", KitFiles.Events(folder).Select(x => new object[] { x.Customer, x.At / 1000, Array.IndexOf(Types, KitName(x.Type)), x.Product, x.AmountCents, x.Place }));
        Do("CREATE INDEX customers_place ON customers (country, tier); CREATE INDEX events_type ON events (type, ts, customer_id, product_id, amount); CREATE INDEX events_customer ON events (customer_id, type, ts); "
            + $"CREATE INDEX events_product ON events (product_id, customer_id) WHERE type={Kind("purchase")}; ANALYZE; PRAGMA wal_checkpoint(TRUNCATE)");
    }

    private static string KitName(EventType type) => type switch
    {
        EventType.View => "view",
        EventType.Cart => "cart",
        EventType.Purchase => "purchase",
        EventType.EmailOpen => "email_open",
        EventType.EmailClick => "email_click",
        EventType.StoreVisit => "beacon",
        EventType.RfidRead => "rfid",
        _ => "return",
    };

    private static long Seconds(DateTime at) => (long)(at - DateTime.UnixEpoch).TotalSeconds;

    private void Insert(string table, IEnumerable<object[]> rows)
    {
        using var transaction = _connection.BeginTransaction();
        using var command = _connection.CreateCommand();
        command.Transaction = transaction;
        foreach (var row in rows)
        {
            if (command.Parameters.Count == 0)
            {
                command.CommandText = $"INSERT INTO {table} VALUES ({string.Join(',', row.Select((_, i) => $"@{i}"))})";
                for (var i = 0; i < row.Length; i++)
                {
                    command.Parameters.Add(new SqliteParameter($"@{i}", row[i]));
                }
            }

            for (var i = 0; i < row.Length; i++)
            {
                command.Parameters[i].Value = row[i];
            }

            command.ExecuteNonQuery();
        }

        transaction.Commit();
    }

    public override (long Count, long Sum) Ask(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        reader.Read();
        return (reader.GetInt64(0), reader.IsDBNull(1) ? 0 : reader.GetInt64(1));
    }

    private void Do(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.CommandTimeout = 1800;
        command.ExecuteNonQuery();
    }

    public override void Dispose() => _connection.Dispose();
}
