using MarketingConsole.Core.Data;

namespace MarketingConsole.Core.Segments;

/// <summary>A stretch of the shop's calendar around an instant. Weeks begin on Monday.</summary>
public enum CalendarWindow { ThisWeek, LastWeek, ThisMonth, LastMonth, ThisQuarter, LastQuarter, ThisYear, LastYear }

/// <summary>Days of the shop's calendar.</summary>
/// <param name="From">First day.</param>
/// <param name="Until">The day after the last.</param>
public readonly record struct CalendarDays(DateOnly From, DateOnly Until)
{
    public static CalendarDays Of(CalendarWindow window, DateTime asOf, ShopCalendar calendar)
    {
        var today = DateOnly.FromDateTime(calendar.ToLocal(asOf));
        var (week, month) = (today.AddDays(-(((int)today.DayOfWeek + 6) % 7)), new DateOnly(today.Year, today.Month, 1));
        var (quarter, year) = (new DateOnly(today.Year, ((today.Month - 1) / 3 * 3) + 1, 1), new DateOnly(today.Year, 1, 1));
        return window switch
        {
            CalendarWindow.ThisWeek => new(week, week.AddDays(7)),
            CalendarWindow.LastWeek => new(week.AddDays(-7), week),
            CalendarWindow.ThisMonth => new(month, month.AddMonths(1)),
            CalendarWindow.LastMonth => new(month.AddMonths(-1), month),
            CalendarWindow.ThisQuarter => new(quarter, quarter.AddMonths(3)),
            CalendarWindow.LastQuarter => new(quarter.AddMonths(-3), quarter),
            CalendarWindow.ThisYear => new(year, year.AddYears(1)),
            _ => new(year.AddYears(-1), year),
        };
    }

    /// <summary>The same stretch as instants, UTC; the end does not belong to it.</summary>
    public (DateTime From, DateTime Until) Instants(ShopCalendar calendar) => (calendar.StartOf(From), calendar.StartOf(Until));
}
