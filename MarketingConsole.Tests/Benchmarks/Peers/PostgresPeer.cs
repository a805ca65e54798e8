using System.Globalization;
using MarketingConsole.Tests.Support;
using Npgsql;

namespace MarketingConsole.Tests.Benchmarks.Peers;

/// <summary>PostgreSQL on this machine, named by TEST_POSTGRES, whose user may read files; the tables lie in a database of their own, console_peer.</summary>
internal sealed class PostgresPeer : Peer
{
    private const string Database = "console_peer";
    private readonly NpgsqlConnection _connection;

    private PostgresPeer(NpgsqlConnection connection) => _connection = connection;

    public override string Name => "PostgreSQL";

    public static PostgresPeer? Open()
    {
        if (Environment.GetEnvironmentVariable(TestDatabase.PostgresVariable) is not { Length: > 0 } server)
        {
            return null;
        }

        using (var main = new NpgsqlConnection(server))
        {
            main.Open();
            using var exists = new NpgsqlCommand($"SELECT count(*) FROM pg_database WHERE datname='{Database}'", main);
            if ((long)exists.ExecuteScalar()! == 0)
            {
                using var create = new NpgsqlCommand($"CREATE DATABASE {Database}", main);
                create.ExecuteNonQuery();
            }
        }

        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(server) { Database = Database, CommandTimeout = 1800, Pooling = false }.ConnectionString);
        connection.Open();
        return new PostgresPeer(connection);
    }

    public override string Ago(int days) => $"timestamp '{StoreBenchmark.End.AddDays(-days):yyyy-MM-dd}'";

    public override bool Has(int customers) => Ask("SELECT count(*), 0 FROM pg_class WHERE relname='events_type_ts'").Count == 1 && Ask("SELECT count(*), 0 FROM customers").Count == customers;

    public override void Load(string folder)
    {
        var path = Path.GetFullPath(folder);
        Do("DROP TABLE IF EXISTS events, customers, products; DROP TYPE IF EXISTS event_type");
        Do($"CREATE TYPE event_type AS ENUM ({string.Join(',', Types.Select(Kind))})");
        Do("CREATE TABLE customers (id int PRIMARY KEY, email text, country text, city text, birth_year smallint, gender text, tier text, signup_date date, consent_email smallint, consent_sms smallint, consent_push smallint, consent_profiling smallint)");
        Do("CREATE TABLE products (id int PRIMARY KEY, category text, brand text, price int)");
        Do("CREATE TABLE events (ts timestamp NOT NULL, customer_id int NOT NULL, product_id int NOT NULL, amount int NOT NULL, type event_type NOT NULL, store_id smallint NOT NULL)"); // widest first: no padding
        Do($"COPY customers FROM '{path}/customers.csv' CSV HEADER");
        Do($"COPY products FROM '{path}/products.csv' CSV HEADER");
        Do($"COPY events (customer_id, ts, type, product_id, amount, store_id) FROM '{path}/events.csv' CSV HEADER");
        Do("CREATE INDEX ON customers (country, tier)");
        Do("CREATE INDEX ON events (customer_id, ts)");
        Do("CREATE INDEX ON events (product_id, customer_id) WHERE type='purchase'");
        Do("CREATE INDEX events_type_ts ON events (type, ts) INCLUDE (customer_id, product_id, amount)");
        foreach (var table in new[] { "customers", "products", "events" })
        {
            Do($"VACUUM ANALYZE {table}");
        }
    }

    public override (long Count, long Sum) Ask(string sql)
    {
        using var command = new NpgsqlCommand(sql, _connection);
        using var reader = command.ExecuteReader();
        reader.Read();
        return (reader.GetInt64(0), Convert.ToInt64(reader.GetValue(1), CultureInfo.InvariantCulture));
    }

    private void Do(string sql)
    {
        using var command = new NpgsqlCommand(sql, _connection);
        command.ExecuteNonQuery();
    }

    public override void Dispose() => _connection.Dispose();
}
