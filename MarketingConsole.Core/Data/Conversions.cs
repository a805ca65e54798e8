using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace MarketingConsole.Core.Data;

internal sealed class UtcMilliseconds() : ValueConverter<DateTime, long>(
    x => (x.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMillisecond,
    x => new DateTime(DateTime.UnixEpoch.Ticks + (x * TimeSpan.TicksPerMillisecond), DateTimeKind.Utc));

internal sealed class OffsetMilliseconds() : ValueConverter<DateTimeOffset, long>(
    x => (x.UtcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMillisecond,
    x => new DateTimeOffset(DateTime.UnixEpoch.Ticks + (x * TimeSpan.TicksPerMillisecond), TimeSpan.Zero));

internal sealed class DayNumber() : ValueConverter<DateOnly, int>(x => x.DayNumber, x => DateOnly.FromDayNumber(x));
