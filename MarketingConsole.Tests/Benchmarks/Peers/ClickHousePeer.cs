using System.Globalization;
using System.Text.RegularExpressions;

namespace MarketingConsole.Tests.Benchmarks.Peers;

/// <summary>ClickHouse over HTTP, at CLICKHOUSE_URL or where it listens by default; the tables lie in a database of their own, console_peer.</summary>
internal sealed class ClickHousePeer : Peer
{
    private readonly HttpClient _client;

    private ClickHousePeer(HttpClient client) => _client = client;

    public override string Name => "ClickHouse";

    public static ClickHousePeer? Open()
    {
        var client = new HttpClient { BaseAddress = new Uri(Environment.GetEnvironmentVariable("CLICKHOUSE_URL") ?? "http://127.0.0.1:8123"), Timeout = TimeSpan.FromMinutes(30) };
        try
        {
            using var ping = client.GetAsync("/ping").GetAwaiter().GetResult();
            ping.EnsureSuccessStatusCode();
        }
        catch (HttpRequestException)
        {
            client.Dispose();
            return null;
        }

        var peer = new ClickHousePeer(client);
        peer.Send("default", "CREATE DATABASE IF NOT EXISTS console_peer");
        return peer;
    }

    public override string Ago(int days) => $"toDateTime({(long)(StoreBenchmark.End.AddDays(-days) - DateTime.UnixEpoch).TotalSeconds})";

    public override string Without(string customer, string events) => $"{customer[(customer.IndexOf('.', StringComparison.Ordinal) + 1)..]} NOT IN (SELECT customer_id FROM events WHERE {events})";

    public override string Last(string type) => $"maxIf(ts, type={Kind(type)})";

    public override string LaterThan(string a, string b) => $"{a}>{b}";

    public override bool Has(int customers) => Ask("SELECT count(), 0 FROM system.tables WHERE database='console_peer' AND name='events'").Count == 1 && Ask("SELECT count(), 0 FROM customers").Count == customers;

    public override void Load(string folder)
    {
        foreach (var table in new[] { "events", "customers", "products" })
        {
            Do($"DROP TABLE IF EXISTS {table}");
        }

        Do("CREATE TABLE customers (id UInt32, email String, country String, city String, birth_year UInt16, gender String, tier String, signup_date Date, consent_email UInt8, consent_sms UInt8, consent_push UInt8, consent_profiling UInt8) ENGINE=MergeTree ORDER BY id");
        Do("CREATE TABLE products (id UInt32, category String, brand String, price UInt32) ENGINE=MergeTree ORDER BY id");
        Do($"CREATE TABLE events (customer_id UInt32, ts DateTime, type Enum8({string.Join(',', Types.Select((x, i) => $"'{x}'={i}"))}), product_id UInt32, amount UInt32, store_id UInt16) ENGINE=MergeTree PARTITION BY toYYYYMM(ts) ORDER BY (toDate(ts), type, customer_id)");
        foreach (var table in new[] { "customers", "products", "events" })
        {
            using var file = File.OpenRead(Path.Combine(folder, table + ".csv"));
            Send("console_peer", $"INSERT INTO {table} FORMAT CSVWithNames", new StreamContent(file));
        }

        Do("OPTIMIZE TABLE events FINAL");
    }

    public override (long Count, long Sum) Ask(string sql)
    {
        var row = Do(Regex.Replace(sql, @" AS s\b", "")).Split('\t');
        return (long.Parse(row[0], CultureInfo.InvariantCulture), long.Parse(row[1], CultureInfo.InvariantCulture));
    }

    private string Do(string sql) => Send("console_peer", sql);

    private string Send(string database, string sql, HttpContent? body = null)
    {
        using var content = body ?? new StringContent(sql);
        using var response = _client.PostAsync($"/?max_threads=2&database={database}{(body is null ? "" : $"&query={Uri.EscapeDataString(sql)}")}", content).GetAwaiter().GetResult();
        var answer = response.Content.ReadAsStringAsync().GetAwaiter().GetResult();
        return response.IsSuccessStatusCode ? answer.Trim() : throw new InvalidOperationException(answer);
    }

    public override void Dispose() => _client.Dispose();
}
