namespace MarketingConsole.Core.Data;

/// <summary>Configuration section "Shop": facts about the retailer every feature needs.</summary>
public sealed class ShopOptions
{
    public const string Section = "Shop";
    public string Name { get; set; } = "My shop";

    /// <summary>ISO 4217 code with two decimals.</summary>
    public string Currency { get; set; } = "EUR";

    /// <summary>IANA time zone in which days and hours are counted.</summary>
    public string TimeZone { get; set; } = "Europe/Vienna";

    /// <summary>Address the customer's links point to, e.g. https://news.example.com; null = the address the console listens on.</summary>
    public string? PublicUrl { get; set; }

    /// <summary>Postal address in the footer of each message, as 15 U.S.C. 7704(a)(5) (CAN-SPAM) and European imprint rules want it. Empty = a campaign's review warns.</summary>
    public string PostalAddress { get; set; } = "";
}

/// <summary>The shop's calendar: local day and hour of an instant.</summary>
public sealed class ShopCalendar(Microsoft.Extensions.Options.IOptions<ShopOptions> options)
{
    private readonly TimeZoneInfo _zone = TimeZoneInfo.FindSystemTimeZoneById(options.Value.TimeZone);

    public TimeZoneInfo Zone => _zone;

    public DateTime ToLocal(DateTime utc) => TimeZoneInfo.ConvertTimeFromUtc(DateTime.SpecifyKind(utc, DateTimeKind.Utc), _zone);

    /// <summary>Days since 1970-01-01 in the shop's time zone.</summary>
    public int Day(DateTime utc) => DayOf(DateOnly.FromDateTime(ToLocal(utc)));

    public static int DayOf(DateOnly date) => date.DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;

    public static DateOnly DateOf(int day) => DateOnly.FromDayNumber(day + DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber);

    /// <summary>Start of a local day as UTC.</summary>
    public DateTime StartOf(DateOnly date) => StartOf(date, _zone);

    public static DateTime StartOf(DateOnly date, TimeZoneInfo zone)
    {
        ArgumentNullException.ThrowIfNull(zone);
        var local = date.ToDateTime(TimeOnly.MinValue);
        while (zone.IsInvalidTime(local))
        {
            local = local.AddMinutes(30); // midnight does not exist where the clock jumps over it
        }

        return TimeZoneInfo.ConvertTimeToUtc(local, zone);
    }

    /// <summary>0 = Monday 00:00 to 167 = Sunday 23:00, local.</summary>
    public byte HourOfWeek(DateTime utc)
    {
        var local = ToLocal(utc);
        return (byte)((((int)local.DayOfWeek + 6) % 7 * 24) + local.Hour);
    }
}
