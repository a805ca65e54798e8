using System.Reflection;
using System.Runtime.InteropServices;

namespace MarketingConsole.Tests.Benchmarks.Peers;

/// <summary>DuckDB in a file, through its C interface (https://duckdb.org/docs/api/c); DUCKDB_LIBRARY names libduckdb.so, which the npm package @duckdb/node-api holds.</summary>
internal sealed class DuckPeer : Peer
{
    private const string Library = "duckdb";
    private IntPtr _database, _connection;

    private DuckPeer(string file)
    {
        if (duckdb_open(file, out _database) != 0 || duckdb_connect(_database, out _connection) != 0)
        {
            throw new InvalidOperationException($"DuckDB could not open {file}.");
        }

        Ask("SET threads=2");
    }

    public override string Name => "DuckDB";

    public static DuckPeer? Open(string file)
    {
        if (Environment.GetEnvironmentVariable("DUCKDB_LIBRARY") is not { Length: > 0 } path)
        {
            return null;
        }

        NativeLibrary.SetDllImportResolver(Assembly.GetExecutingAssembly(), (name, _, _) => name == Library ? NativeLibrary.Load(path) : IntPtr.Zero);
        return new DuckPeer(file);
    }

    public override string Ago(int days) => $"timestamp '{StoreBenchmark.End.AddDays(-days):yyyy-MM-dd}'";

    public override bool Has(int customers) => Ask("SELECT count(*), 0 FROM duckdb_tables() WHERE table_name='loaded'").Count == 1 && Ask("SELECT count(*), 0 FROM customers").Count == customers;

    public override void Load(string folder)
    {
        foreach (var sql in new[]
        {
            "DROP TABLE IF EXISTS loaded", "DROP TABLE IF EXISTS events", "DROP TABLE IF EXISTS customers", "DROP TABLE IF EXISTS products", "DROP TYPE IF EXISTS event_type",
            $"CREATE TYPE event_type AS ENUM ({string.Join(',', Types.Select(Kind))})",
            "CREATE TABLE customers (id INTEGER, email VARCHAR, country VARCHAR, city VARCHAR, birth_year SMALLINT, gender VARCHAR, tier VARCHAR, signup_date DATE, consent_email TINYINT, consent_sms TINYINT, consent_push TINYINT, consent_profiling TINYINT)",
            "CREATE TABLE products (id INTEGER, category VARCHAR, brand VARCHAR, price INTEGER)",
            "CREATE TABLE events (customer_id INTEGER, ts TIMESTAMP, type event_type, product_id INTEGER, amount INTEGER, store_id SMALLINT)",
            $"COPY customers FROM '{folder}/customers.csv' (HEADER)", $"COPY products FROM '{folder}/products.csv' (HEADER)", $"COPY events FROM '{folder}/events.csv' (HEADER)",
            "CREATE TABLE loaded (yes BOOLEAN)", "CHECKPOINT",
        })
        {
            Ask(sql);
        }
    }

    public override (long Count, long Sum) Ask(string sql)
    {
        var failed = duckdb_query(_connection, sql, out var result) != 0;
        try
        {
            return failed ? throw new InvalidOperationException(Marshal.PtrToStringUTF8(duckdb_result_error(ref result))) : (duckdb_value_int64(ref result, 0, 0), duckdb_value_int64(ref result, 1, 0));
        }
        finally
        {
            duckdb_destroy_result(ref result);
        }
    }

    public override void Dispose()
    {
        duckdb_disconnect(ref _connection);
        duckdb_close(ref _database);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Result
    {
        public ulong Columns, Rows, Changed;
        public IntPtr Data, Error, Internal;
    }

#pragma warning disable IDE1006, CA2101, CA5392 // the names of the C interface; texts are UTF-8; the library is loaded from the path the caller gave
    [DllImport(Library)]
    private static extern int duckdb_open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, out IntPtr database);

    [DllImport(Library)]
    private static extern int duckdb_connect(IntPtr database, out IntPtr connection);

    [DllImport(Library)]
    private static extern int duckdb_query(IntPtr connection, [MarshalAs(UnmanagedType.LPUTF8Str)] string sql, out Result result);

    [DllImport(Library)]
    private static extern IntPtr duckdb_result_error(ref Result result);

    [DllImport(Library)]
    private static extern long duckdb_value_int64(ref Result result, ulong column, ulong row);

    [DllImport(Library)]
    private static extern void duckdb_destroy_result(ref Result result);

    [DllImport(Library)]
    private static extern void duckdb_disconnect(ref IntPtr connection);

    [DllImport(Library)]
    private static extern void duckdb_close(ref IntPtr database);
#pragma warning restore IDE1006, CA2101, CA5392
}
