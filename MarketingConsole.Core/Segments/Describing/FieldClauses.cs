namespace MarketingConsole.Core.Segments.Describing;

/// <summary>"whose age is over 30", "with a lifetime value above 500 EUR", "with a phone number".</summary>
internal sealed class FieldClauses(Cursor cursor, FieldValues values, ShopWords shop)
{
    private readonly IReadOnlyList<(FieldRule Rule, string Phrases)> _fields = FieldSynonyms.All(shop.CustomTraits);

    /// <param name="not">A "without" stands before.</param>
    public SegmentRule? Clause(bool not) => cursor.Try<SegmentRule>(() =>
    {
        var lead = cursor.Take("whose|where the?|with|having|has|have|had|and whose") || not;
        var article = cursor.Take("a|an|any|the|their|known|a known|an known");
        var start = cursor.At;
        var best = (Rule: default(FieldRule), End: start);
        foreach (var (rule, end) in Labels())
        {
            cursor.At = end;
            if ((best.Rule is null || end > best.End) && (values.Compare(rule) ?? (article && lead && rule is TraitRule ? rule with { Op = RuleOperator.Exists } : null)) is { } found)
            {
                best = (found, cursor.At);
            }
        }

        cursor.At = best.End;
        return best.Rule;
    });

    /// <summary>A field to rank by.</summary>
    public string? Ranked()
    {
        var best = (Name: default(string), End: cursor.At);
        foreach (var (rule, end) in Labels())
        {
            if (end > best.End && RuleFields.FindRanked(rule.Field) is not null)
            {
                best = (rule.Field, end);
            }
        }

        cursor.At = best.End;
        return best.Name;
    }

    /// <summary>Every field whose name stands here, with the place behind it, the longest first.</summary>
    private List<(FieldRule Rule, int End)> Labels()
    {
        var (start, found) = (cursor.At, new List<(FieldRule Rule, int End)>());
        foreach (var (rule, phrases) in _fields)
        {
            if (cursor.Take(phrases))
            {
                found.Add((rule, cursor.At));
                cursor.At = start;
            }
        }

        return [.. found.OrderByDescending(x => x.End)];
    }
}
