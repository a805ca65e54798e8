namespace MarketingConsole.Tests.Benchmarks.Peers;

/// <summary>A database that holds the benchmark kit's files as three tables with the indexes that suit the eight segments.</summary>
internal abstract class Peer : IDisposable
{
    protected const string CustomerColumns = "id, email, country, city, birth_year, gender, tier, signup_date, consent_email, consent_sms, consent_push, consent_profiling";
    protected static readonly string[] Types = ["view", "cart", "purchase", "email_open", "email_click", "beacon", "rfid", "return"];

    public abstract string Name { get; }

    /// <summary>The instant so many days before the data's end, as a literal.</summary>
    public abstract string Ago(int days);

    /// <summary>A type of event, as a literal.</summary>
    public virtual string Kind(string type) => $"'{type}'";

    /// <summary>A condition that no event of those passes the filter; the default suits planners that make an anti-join of it.</summary>
    public virtual string Without(string customer, string events) => $"NOT EXISTS (SELECT 1 FROM events WHERE customer_id={customer} AND {events})";

    /// <summary>What one asks for to have the latest instant of a type; no such event is NULL, or the engine's least.</summary>
    public virtual string Last(string type) => $"max(CASE WHEN type={Kind(type)} THEN ts END)";

    public virtual string LaterThan(string a, string b) => $"{a} IS NOT NULL AND ({b} IS NULL OR {a}>{b})";

    public virtual string GroupKey => "customer_id";

    /// <summary>Reads the files and builds indexes, so that the segments can be asked for at full speed.</summary>
    public abstract void Load(string folder);

    /// <returns>False where <see cref="Load"/> was not called for these customers before.</returns>
    public abstract bool Has(int customers);

    /// <summary>One row of a count and a sum.</summary>
    public abstract (long Count, long Sum) Ask(string sql);

    public abstract void Dispose();
}
