using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Data;

/// <summary>Functions queries may call, translated for each database by its <see cref="DatabaseDialect"/>; they do not run in the process.</summary>
public static class ConsoleFunctions
{
    /// <summary>A text, number or boolean in a JSON document, as the text it is written as; null where there is none, an empty one, a list or an object.</summary>
    /// <param name="json">A document; must be valid.</param>
    /// <param name="path">Names separated by dots, a constant of the query; they hold no quotes, backslashes or brackets.</param>
    public static string? JsonText(string? json, string path) => throw Only();

    /// <summary>A number in a JSON document; null where there is none. On SQL Server a text that reads as a number counts as one.</summary>
    public static double? JsonNumber(string? json, string path) => throw Only();

    /// <summary>Milliseconds since 1970, as instants are stored.</summary>
    public static long Milliseconds(DateTime at) => throw Only();

    /// <summary><see cref="DateOnly.DayNumber"/>, as dates are stored.</summary>
    public static int DayNumber(DateOnly day) => throw Only();

    internal static void Map(ModelBuilder builder, DatabaseDialect dialect)
    {
        builder.HasDbFunction(typeof(ConsoleFunctions).GetMethod(nameof(JsonText))!).HasTranslation(x => dialect.JsonText(x[0], DatabaseDialect.Path(x[1])));
        builder.HasDbFunction(typeof(ConsoleFunctions).GetMethod(nameof(JsonNumber))!).HasTranslation(x => dialect.JsonNumber(x[0], DatabaseDialect.Path(x[1])));
        builder.HasDbFunction(typeof(ConsoleFunctions).GetMethod(nameof(Milliseconds))!).HasTranslation(x => DatabaseDialect.Stored(x[0], dialect.Long));
        builder.HasDbFunction(typeof(ConsoleFunctions).GetMethod(nameof(DayNumber))!).HasTranslation(x => DatabaseDialect.Stored(x[0], dialect.Int));
    }

    private static NotSupportedException Only() => new("This function runs in the database only.");
}
