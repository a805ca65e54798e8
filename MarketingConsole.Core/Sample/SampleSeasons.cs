namespace MarketingConsole.Core.Sample;

/// <summary>How the year moves demand.</summary>
internal static class SampleSeasons
{
    private static readonly double[] Months = [.85, .85, .95, 1, 1, .95, .85, .8, 1, 1.05, 1.2, 1.5];

    /// <returns>1 = average demand.</returns>
    public static double Demand(DateOnly day) => day switch
    {
        _ when IsBlackFriday(day) => 2.6,
        { Month: 12, Day: > 22 } => .5,
        _ => Months[day.Month - 1],
    };

    /// <summary>Black Friday to Cyber Monday: the fourth Friday after a Thursday of November.</summary>
    public static bool IsBlackFriday(DateOnly day)
    {
        var first = new DateOnly(day.Year, 11, 1);
        var thanksgiving = first.AddDays(((DayOfWeek.Thursday - first.DayOfWeek + 7) % 7) + 21);
        return day > thanksgiving && day <= thanksgiving.AddDays(4);
    }
}
