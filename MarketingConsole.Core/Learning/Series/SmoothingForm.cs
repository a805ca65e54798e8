namespace MarketingConsole.Core.Learning.Series;

/// <summary>How a component enters an exponential smoothing model.</summary>
public enum Component
{
    None,
    Additive,
    Damped,
    Multiplicative,
}

/// <summary>One member of the exponential smoothing family, written error, trend, season as in ETS(M,Ad,M).</summary>
/// <param name="Error">Additive, or multiplicative (its size goes with the level).</param>
/// <param name="Trend">None, additive or damped.</param>
/// <param name="Season">None, additive or multiplicative.</param>
public sealed record SmoothingForm(Component Error, Component Trend, Component Season)
{
    /// <summary>Simple exponential smoothing, ETS(A,N,N).</summary>
    public static SmoothingForm Simple { get; } = new(Component.Additive, Component.None, Component.None);

    /// <summary>Holt's linear trend, ETS(A,A,N).</summary>
    public static SmoothingForm Holt { get; } = new(Component.Additive, Component.Additive, Component.None);

    /// <summary>Damped trend, ETS(A,Ad,N): Gardner and McKenzie, Forecasting trends in time series, 1985.</summary>
    public static SmoothingForm Damped { get; } = new(Component.Additive, Component.Damped, Component.None);

    /// <summary>The fifteen forms with a finite variance (Hyndman et al. 2008, chapter 15); those with a multiplicative part only where the series is above 0, those with a season only where asked for.</summary>
    public static IEnumerable<SmoothingForm> All(bool positive, bool seasonal) =>
        from error in positive ? new[] { Component.Additive, Component.Multiplicative } : [Component.Additive]
        from trend in new[] { Component.None, Component.Additive, Component.Damped }
        from season in seasonal ? new[] { Component.None, Component.Additive, Component.Multiplicative } : [Component.None]
        where season != Component.Multiplicative || error == Component.Multiplicative
        select new SmoothingForm(error, trend, season);

    public override string ToString() => $"ETS({Letter(Error)},{Letter(Trend)},{Letter(Season)})";

    private static string Letter(Component component) => component switch { Component.None => "N", Component.Additive => "A", Component.Damped => "Ad", _ => "M" };
}
