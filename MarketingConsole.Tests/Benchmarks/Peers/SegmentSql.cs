namespace MarketingConsole.Tests.Benchmarks.Peers;

/// <summary>The eight segments of <see cref="StoreBenchmark.Rules"/> in SQL: how many, and the sum of their ids.</summary>
internal static class SegmentSql
{
    public static string Of(string segment, Peer db, int customers)
    {
        string Since(string type, int days) => $"type={db.Kind(type)} AND ts>={db.Ago(days)}";
        string Those(string events, string having) => $"SELECT customer_id FROM events WHERE {events} GROUP BY {db.GroupKey} HAVING {having}";
        string Among(string category) => $"product_id IN (SELECT id FROM products WHERE category='{category}')";
        const string People = "SELECT count(*), sum(id) FROM customers WHERE ", Owners = "SELECT count(*), sum(customer_id) FROM ";
        return segment switch
        {
            "S1" => $"{People} country='DE' AND tier IN ('gold','platinum')",
            "S2" => $"{Owners} ({Those(Since("purchase", 90), "count(*)>=3")}) AS s",
            "S3" => $"{Owners} ({Those($"{Since("purchase", 180)} AND {Among("c12")}", "sum(amount)>=20000")}) AS s WHERE {db.Without("s.customer_id", Since("purchase", 30))}",
            "S4" => $"{Owners} (SELECT customer_id, {db.Last("cart")} AS a, {db.Last("purchase")} AS b FROM events WHERE type IN ({db.Kind("cart")},{db.Kind("purchase")}) AND ts>={db.Ago(7)} GROUP BY customer_id) AS s WHERE {db.LaterThan("a", "b")}",
            "S5" => $"{People} consent_email=1 AND id IN (SELECT customer_id FROM events WHERE {Since("beacon", 14)}) AND {db.Without("customers.id", Since("email_open", 60))}",
            "S6" => $"{People} (country IN ('DE','AT','CH') OR tier='platinum')"
                + $" AND (id IN ({Those(Since("purchase", 60), "count(*)>=2")}) OR (id IN ({Those($"{Since("view", 14)} AND {Among("c05")}", "count(*)>=3")}) AND id NOT IN (SELECT customer_id FROM events WHERE {Since("email_click", 30)})))"
                + $" AND NOT (id IN (SELECT customer_id FROM events WHERE {Since("return", 90)}) OR (birth_year>2000 AND consent_profiling=0))",
            "S7" => $"{Owners} (SELECT customer_id, sum(amount) AS spent FROM events WHERE {Since("purchase", 365)} GROUP BY customer_id ORDER BY spent DESC, customer_id LIMIT {customers / 20}) AS s",
            "S8" => $"{Owners} (SELECT DISTINCT customer_id FROM events WHERE type={db.Kind("purchase")} AND product_id=1) AS s WHERE {db.Without("s.customer_id", $"type={db.Kind("purchase")} AND product_id=25")}",
            _ => throw new ArgumentOutOfRangeException(nameof(segment), segment, "S1 to S8"),
        };
    }
}
