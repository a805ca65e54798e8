namespace MarketingConsole.Core.Segments.Describing;

/// <summary>Conditions that must have held for a time: "lapsing for at least two weeks", "for at least 14 days have been among those whose …".</summary>
/// <param name="clause">Reads a condition.</param>
internal sealed class HeldClauses(Cursor cursor, Quantities quantities, Func<SegmentRule?> clause)
{
    private const string AtLeast = "for at least|for more/longer than|for over|without a break for at least|continuously for at least|for";
    private const int MostFillers = 4;

    /// <summary>The time said before what has held.</summary>
    public SegmentRule? Before() => cursor.Try(() =>
    {
        if (Time() is not { } held || !cursor.Take("have/has been|been") || !cursor.Take("among/amongst/in"))
        {
            return null;
        }

        cursor.Take("all|those|customers|customers of those");
        for (var fillers = 0; fillers < MostFillers; fillers++)
        {
            if (clause() is { } rule)
            {
                return held with { Rule = rule };
            }

            if (!cursor.Take("who|whose|that|which|have|has|had|been|are|is|with"))
            {
                return null;
            }
        }

        return null;
    });

    /// <summary>The time said after it; events are not states that last.</summary>
    public SegmentRule After(SegmentRule rule) => rule is not (EventRule or SequenceRule or HeldRule) && cursor.Try(Time) is { } held ? held with { Rule = rule } : rule;

    private HeldRule? Time() => cursor.Take(AtLeast) && quantities.Time() is { } time ? new HeldRule { Days = time.Days, Minutes = time.Minutes } : null;
}
