using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace MarketingConsole.Core.Copy;

/// <summary>A name that stands for a value of the customer, the offer or the shop.</summary>
/// <param name="OfCustomer">True where some customers may lack it.</param>
public sealed record Placeholder(string Name, string Meaning, bool OfCustomer, Func<MessageContext, string?> Value);

/// <summary>One use of a placeholder in a text.</summary>
/// <param name="Fallback">What is written where the value is missing: <c>{{first_name "there"}}</c>; null without.</param>
/// <param name="Guarded">Inside <c>{{#if first_name}}…</c>, so that it is written only where the value exists.</param>
public sealed record PlaceholderUse(string Name, string? Fallback, bool Guarded)
{
    public bool NeedsValue => Fallback is null && !Guarded;
}

/// <summary>The part of Handlebars that copy may use: <c>{{name}}</c>, <c>{{name "fallback"}}</c>, <c>{{#if name}}…{{else}}…{{/if}}</c>, <c>{{#unless name}}</c>.
/// Nothing else, so that no template can loop, include files or write unescaped HTML.</summary>
public static partial class Placeholders
{
    public static IReadOnlyList<Placeholder> All { get; } =
    [
        new("first_name", "the customer's first name", true, x => x.FirstName),
        new("last_name", "the customer's last name", true, x => x.LastName),
        new("city", "the customer's city", true, x => x.City),
        new("offer_text", "the offer as a phrase, such as “15% off”", false, x => x.OfferPhrase),
        new("offer_value", "the offer's value, such as “15%”", false, x => x.OfferValue),
        new("offer_code", "the code to enter", false, x => x.OfferCode),
        new("offer_name", "the offer's name", false, x => x.OfferName),
        new("valid_to", "the last day of the offer", false, x => x.ValidTo),
        new("shop_name", "your shop's name", false, x => x.ShopName),
        new("postal_address", "your shop's postal address", false, x => x.PostalAddress),
        new("link", "the address the button leads to", false, x => x.LinkUrl),
        new("unsubscribe_url", "where the customer unsubscribes", false, x => x.UnsubscribeUrl),
        new("preferences_url", "where the customer chooses what to get", false, x => x.PreferencesUrl),
        new("open_pixel", "the picture that measures opens", false, x => x.OpenPixelUrl),
    ];

    private static readonly FrozenDictionary<string, Placeholder> ByName = All.ToFrozenDictionary(x => x.Name);

    public static Placeholder? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>Every use in <paramref name="text"/>, and what is wrong with the text as a template.</summary>
    public static (IReadOnlyList<PlaceholderUse> Uses, IReadOnlyList<string> Errors) Scan(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<PlaceholderUse> uses = [];
        List<string> errors = [];
        Stack<(string Block, string Name, bool Else)> blocks = new();
        var end = 0;
        foreach (Match tag in Tag().Matches(text))
        {
            Strays(text[end..tag.Index], errors);
            end = tag.Index + tag.Length;
            var (mark, name) = (tag.Groups["mark"].Value, tag.Groups["name"].Value);
            if (mark == "/")
            {
                if (!blocks.TryPop(out var open) || open.Block != name)
                {
                    errors.Add($"{tag.Value} closes nothing that is open.");
                }
            }
            else if (name == "else")
            {
                if (!blocks.TryPop(out var open) || open.Else)
                {
                    errors.Add("{{else}} belongs between {{#if …}} and {{/if}}.");
                    continue;
                }

                blocks.Push(open with { Else = true });
            }
            else if (!ByName.ContainsKey(name))
            {
                errors.Add($"There is no placeholder {{{{{name}}}}}{Nearest(name)}.");
            }
            else if (mark.Length > 0)
            {
                blocks.Push((mark[1..].Trim(), name, false));
            }
            else
            {
                var guarded = blocks.Any(x => x.Name == name && x.Block == (x.Else ? "unless" : "if"));
                uses.Add(new PlaceholderUse(name, tag.Groups["fallback"] is { Success: true, Value: var fallback } ? fallback : null, guarded));
            }
        }

        Strays(text[end..], errors);
        errors.AddRange(blocks.Select(x => $"{{{{#{x.Block} {x.Name}}}}} is never closed: add {{{{/{x.Block}}}}}."));
        return (uses, errors);
    }

    /// <summary>The literal pieces of a template passed through <paramref name="literal"/>, its tags left as they are.</summary>
    internal static string MapLiterals(string text, Func<string, string> literal)
    {
        var result = new System.Text.StringBuilder();
        var end = 0;
        foreach (Match tag in Tag().Matches(text))
        {
            result.Append(literal(text[end..tag.Index])).Append(tag.Value);
            end = tag.Index + tag.Length;
        }

        return result.Append(literal(text[end..])).ToString();
    }

    private static void Strays(string literal, List<string> errors)
    {
        if (literal.Contains("{{", StringComparison.Ordinal) || literal.Contains("}}", StringComparison.Ordinal))
        {
            var at = literal.IndexOf("{{", StringComparison.Ordinal) is >= 0 and var open ? open : literal.IndexOf("}}", StringComparison.Ordinal);
            errors.Add($"“{literal.Substring(at, Math.Min(30, literal.Length - at)).Trim()}” is not a placeholder: write {{{{name}}}} or {{{{name \"fallback\"}}}}.");
        }
    }

    private static string Nearest(string name) =>
        All.Select(x => x.Name).FirstOrDefault(x => x.Replace("_", "", StringComparison.Ordinal).Equals(name.Replace("_", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase)
            || x.EndsWith("_" + name, StringComparison.OrdinalIgnoreCase)) is { } near ? $"; did you mean {{{{{near}}}}}?" : "";

    [GeneratedRegex("""(?<!\{)\{\{\s*(?:(?<mark>#(?:if|unless)\s+|/)?(?<name>[A-Za-z_][A-Za-z0-9_.]*)(?:\s+"(?<fallback>[^"{}]*)")?)\s*\}\}(?!\})""")]
    private static partial Regex Tag();
}
