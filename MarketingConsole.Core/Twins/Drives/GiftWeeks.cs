using MarketingConsole.Core.Data;

namespace MarketingConsole.Core.Twins.Drives;

/// <summary>The weeks in which much of what is bought is given away: the 28 days up to 24 December and the 10 days up to 14 February and to the second Sunday of May (Mother's Day in most of the world), the day itself included.
/// Other occasions (birthdays, other countries' and religions' feasts) are not known.</summary>
public static class GiftWeeks
{
    private const int BeforeChristmas = 28, BeforeOthers = 10;

    /// <param name="day">Days since 1970-01-01 in the shop's time zone.</param>
    public static bool Contains(int day)
    {
        var date = ShopCalendar.DateOf(day);
        return Within(date, new DateOnly(date.Year, 12, 24), BeforeChristmas) || Within(date, new DateOnly(date.Year, 2, 14), BeforeOthers) || Within(date, SecondSundayOfMay(date.Year), BeforeOthers);
    }

    private static bool Within(DateOnly date, DateOnly occasion, int days) => occasion.DayNumber - date.DayNumber is >= 0 and var left && left <= days;

    private static DateOnly SecondSundayOfMay(int year) => new DateOnly(year, 5, 8).AddDays((7 - (int)new DateOnly(year, 5, 8).DayOfWeek) % 7);
}
