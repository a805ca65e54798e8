namespace MarketingConsole.Core.Copy.Checks;

internal static class PlaceholderCheck
{
    public static IEnumerable<CopyFinding> Check(IReadOnlyList<(string Field, string Text)> parts, CopyFacts facts)
    {
        foreach (var (field, text) in parts)
        {
            var (uses, errors) = Placeholders.Scan(text);
            foreach (var error in errors)
            {
                yield return new(CheckLevel.Error, "placeholder", field, error);
            }

            foreach (var name in uses.Where(x => x.NeedsValue).Select(x => x.Name).Distinct())
            {
                if (Problem(name, facts) is { } problem)
                {
                    yield return new(CheckLevel.Error, "placeholder", field, problem, $"{{{{{name}}}}}");
                }
            }
        }
    }

    private static string? Problem(string name, CopyFacts facts)
    {
        if (Placeholders.Find(name)!.OfCustomer)
        {
            return facts.Missing.GetValueOrDefault(name) is > 0 and var missing
                ? $"{missing:N0} of {facts.Audience:N0} customers have no {name.Replace('_', ' ')}: write {{{{{name} \"…\"}}}} with words for them." : null;
        }

        if (name == "valid_to" || name.StartsWith("offer_", StringComparison.Ordinal))
        {
            return facts.Offers.Count == 0 ? $"{{{{{name}}}}} needs an offer, and this campaign has none."
                : name == "offer_code" && facts.Offers.FirstOrDefault(x => x.Code is null) is { } bare ? $"The offer “{bare.Name}” has no code: write {{{{#if offer_code}}}}…{{{{/if}}}} around it." : null;
        }

        return null;
    }
}
