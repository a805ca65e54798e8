using HandlebarsDotNet;
using MarketingConsole.Core.Events;

namespace MarketingConsole.Core.Copy;

/// <summary>One variant on one channel, compiled once and filled for each customer.</summary>
internal sealed class MessageTemplate
{
    private static readonly IHandlebars Html = Engine(encode: true), Plain = Engine(encode: false);
    private readonly HandlebarsTemplate<object, object> _subject, _text;
    private readonly HandlebarsTemplate<object, object>? _html;
    private readonly IReadOnlyList<Placeholder> _needed;

    private MessageTemplate(string subject, string text, string? html, string needed)
    {
        _subject = Plain.Compile(subject);
        _text = Plain.Compile(text);
        _html = html is null ? null : Html.Compile(html);
        _needed = [.. Placeholders.Scan(needed).Uses.Where(x => x.NeedsValue).Select(x => x.Name).Distinct().Select(x => Placeholders.Find(x)!)];
    }

    /// <summary>The parts of a variant that reach the customer on a channel.</summary>
    public static IReadOnlyList<(string Field, string Text)> Parts(CopyVariant variant, Channel channel) => channel switch
    {
        Channel.Email => [("subject", variant.Subject), ("preheader", variant.Preheader), ("heading", variant.Heading), ("body", variant.Body), ("button", variant.Button)],
        Channel.Sms => [("shortText", variant.ShortText)],
        _ => [("heading", variant.Heading), ("shortText", variant.ShortText)],
    };

    public static MessageTemplate Compile(CopyVariant variant, Channel channel, EmailLayout layout)
    {
        var parts = Parts(variant, channel);
        foreach (var (_, text) in parts)
        {
            if (Placeholders.Scan(text).Errors is [var error, ..])
            {
                throw new MessageException(error);
            }
        }

        var authored = string.Join('\n', parts.Select(x => x.Text));
        return channel == Channel.Email ? new(variant.Subject, EmailText(variant), EmailHtml(variant, layout), authored)
            : new(channel == Channel.Sms ? "" : variant.Heading, variant.ShortText, null, authored);
    }

    public RenderedMessage Fill(MessageContext context)
    {
        foreach (var placeholder in _needed)
        {
            if (string.IsNullOrWhiteSpace(placeholder.Value(context)))
            {
                throw new MessageException($"{{{{{placeholder.Name}}}}} has no value here and no fallback.");
            }
        }

        var values = Values(context);
        return new RenderedMessage(OneLine(_subject(values)!), _html?.Invoke(values), _html is null ? Narrow(_text(values)!) : _text(values)!.Trim() + "\n");
    }

    /// <summary>One text filled without a layout; the text must scan without errors.</summary>
    public static string FillPlain(string text, MessageContext context) => Narrow(Plain.Compile(text)(Values(context))!);

    // A no-break space would make an SMS cost twice: it is not in the GSM alphabet.
    private static string Narrow(string text) => text.Replace('\u00a0', ' ').Replace('\u202f', ' ').Trim();

    private static Dictionary<string, object?> Values(MessageContext context) =>
        Placeholders.All.ToDictionary(x => x.Name, object? (x) => x.Value(context) is { } value && !string.IsNullOrWhiteSpace(value) ? value : null);

    private static string EmailHtml(CopyVariant variant, EmailLayout layout)
    {
        var footer = FooterText.In(variant.Language);
        string Encoded(string text) => Placeholders.MapLiterals(text, Encode);
        return layout.Html
            .Replace("{{slot_language}}", variant.Language, StringComparison.Ordinal)
            .Replace("{{slot_preheader}}", Encoded(variant.Preheader), StringComparison.Ordinal)
            .Replace("{{slot_heading}}", Encoded(variant.Heading), StringComparison.Ordinal)
            .Replace("{{slot_body}}", string.Concat(Paragraphs(variant.Body).Select(x => Paragraph(Encoded(x)))), StringComparison.Ordinal)
            .Replace("{{slot_button}}", Encoded(variant.Button), StringComparison.Ordinal)
            .Replace("{{slot_code_label}}", Encoded(footer.Code), StringComparison.Ordinal)
            .Replace("{{slot_why}}", Encoded(footer.Why), StringComparison.Ordinal)
            .Replace("{{slot_unsubscribe}}", Encoded(footer.Unsubscribe), StringComparison.Ordinal)
            .Replace("{{slot_preferences}}", Encoded(footer.Preferences), StringComparison.Ordinal);
    }

    // Letters stay letters: the mail is UTF-8, and "é" as a character reference only makes it longer.
    private static string Encode(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal)
        .Replace("\"", "&quot;", StringComparison.Ordinal).Replace("'", "&#39;", StringComparison.Ordinal);

    private static string Paragraph(string encoded)
    {
        var lines = encoded.Split('\n');
        return lines.All(x => x.StartsWith("- ", StringComparison.Ordinal))
            ? $"<ul style=\"margin:0 0 16px;padding-left:20px\">{string.Concat(lines.Select(x => $"<li style=\"margin:0 0 6px\">{x[2..]}</li>"))}</ul>"
            : $"<p style=\"margin:0 0 16px\">{string.Join("<br>", lines)}</p>";
    }

    private static string EmailText(CopyVariant variant)
    {
        var footer = FooterText.In(variant.Language);
        return $$$"""
            {{{variant.Heading}}}

            {{{string.Join("\n\n", Paragraphs(variant.Body))}}}

            {{#if offer_code}}{{{footer.Code}}}{{{footer.Colon}}} {{offer_code}}

            {{/if}}{{{variant.Button}}}{{{footer.Colon}}} {{link}}

            --
            {{{footer.Why}}}
            {{{footer.Unsubscribe}}}{{{footer.Colon}}} {{unsubscribe_url}}
            {{{footer.Preferences}}}{{{footer.Colon}}} {{preferences_url}}
            {{shop_name}} · {{postal_address}}
            """.Replace("\r\n", "\n", StringComparison.Ordinal);
    }

    private static string[] Paragraphs(string body) =>
        body.Replace("\r\n", "\n", StringComparison.Ordinal).Split("\n\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    // A line break in a value must not begin a new mail header.
    private static string OneLine(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(x => string.Concat(x.Where(c => !char.IsControl(c)))));

    private static IHandlebars Engine(bool encode)
    {
        var engine = Handlebars.Create(new HandlebarsConfiguration { NoEscape = true });
        foreach (var placeholder in Placeholders.All)
        {
            engine.RegisterHelper(placeholder.Name, (output, context, arguments) =>
            {
                var value = ((Dictionary<string, object?>)context.Value!)[placeholder.Name] as string;
                var text = value ?? (arguments.Length > 0 ? arguments[0]?.ToString() : null) ?? "";
                output.WriteSafeString(encode ? Encode(text) : text);
            });
        }

        return engine;
    }
}
