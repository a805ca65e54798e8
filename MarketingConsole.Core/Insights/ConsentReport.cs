using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;

namespace MarketingConsole.Core.Insights;

/// <param name="Allowed">Customers who might be used for each purpose on that day, in the order of <see cref="Purpose"/>.</param>
public sealed record ConsentPoint(DateOnly Day, int Customers, IReadOnlyList<int> Allowed)
{
    public double? Share(Purpose purpose) => Customers == 0 ? null : (double)Allowed[(int)purpose - 1] / Customers;
}

/// <summary>A customer as far as consent goes.</summary>
public readonly record struct ConsentSubject(int CustomerId, string Jurisdiction, DateTime CreatedAt);

/// <summary>One line of the ledger as far as counting goes.</summary>
public readonly record struct ConsentWord(int CustomerId, Purpose Purpose, bool Granted, DateTime At);

/// <summary>Share of the customers of each day who might be used for each purpose, by the ledger and the rules of that day.</summary>
public sealed record ConsentReport(InsightPeriod Period, IReadOnlyList<ConsentPoint> Points)
{
    private static readonly int Purposes = Enum.GetValues<Purpose>().Length;

    /// <param name="subjects">Customers who are still there.</param>
    /// <param name="words">The ledger by time; at the same instant grants before refusals, so that a refusal wins.</param>
    /// <param name="rules">All versions. Before the first version of a rule its first version is taken.</param>
    /// <param name="ends">The instant after each day to report, ascending.</param>
    public static ConsentReport Of(InsightPeriod period, IReadOnlyList<ConsentSubject> subjects, IReadOnlyList<ConsentWord> words, IReadOnlyList<ConsentRule> rules, IReadOnlyList<(DateOnly Day, DateTime End)> ends)
    {
        var place = new Dictionary<int, int>(subjects.Count);
        for (var i = 0; i < subjects.Count; i++)
        {
            place[subjects[i].CustomerId] = i;
        }

        var places = Jurisdictions.All.Index().ToDictionary(x => x.Item, x => x.Index);
        var home = subjects.Select(x => places.GetValueOrDefault(x.Jurisdiction)).ToArray();
        var since = subjects.Select(x => x.CreatedAt).ToArray();
        var said = new (bool Known, bool Granted, DateTime At)[subjects.Count * Purposes];
        var points = new List<ConsentPoint>();
        var next = 0;
        foreach (var (day, end) in ends)
        {
            for (; next < words.Count && words[next].At < end; next++)
            {
                var word = words[next];
                if (place.TryGetValue(word.CustomerId, out var i))
                {
                    said[(i * Purposes) + (int)word.Purpose - 1] = (true, word.Granted, word.At);
                    since[i] = word.At < since[i] ? word.At : since[i]; // whoever said something was a customer already
                }
            }

            points.Add(Count(day, end, home, since, said, RulesAt(rules, end)));
        }

        return new ConsentReport(period, points);
    }

    private static ConsentPoint Count(DateOnly day, DateTime end, int[] home, DateTime[] since, (bool Known, bool Granted, DateTime At)[] said, (ConsentBasis Basis, DateTime Oldest)[,] rules)
    {
        var (customers, allowed) = (0, new int[Purposes]);
        for (var i = 0; i < home.Length; i++)
        {
            if (since[i] >= end)
            {
                continue;
            }

            customers++;
            for (var p = 0; p < Purposes; p++)
            {
                var (known, granted, at) = said[(i * Purposes) + p];
                var (basis, oldest) = rules[p, home[i]];
                allowed[p] += basis switch { ConsentBasis.OptIn => granted && at >= oldest, ConsentBasis.OptOut => !known || granted, _ => false } ? 1 : 0;
            }
        }

        return new ConsentPoint(day, customers, allowed);
    }

    private static (ConsentBasis, DateTime)[,] RulesAt(IReadOnlyList<ConsentRule> rules, DateTime end)
    {
        var table = new (ConsentBasis, DateTime)[Purposes, Jurisdictions.All.Count];
        for (var p = 0; p < Purposes; p++)
        {
            for (var j = 0; j < Jurisdictions.All.Count; j++)
            {
                var versions = rules.Where(x => (int)x.Purpose == p + 1 && x.Jurisdiction == Jurisdictions.All[j]).OrderBy(x => x.Version).ToList();
                var rule = versions.LastOrDefault(x => x.ChangedAt < end) ?? versions.FirstOrDefault();
                table[p, j] = (rule?.Basis ?? ConsentBasis.OptIn, rule?.RetentionDays is { } days ? end.AddDays(-days) : DateTime.MinValue);
            }
        }

        return table;
    }
}
