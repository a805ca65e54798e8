using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MarketingConsole.Core.Offers;

namespace MarketingConsole.Core.Copy.Writing;

/// <summary>What a language model is told: the brief, the offers, the names of the placeholders. Nothing of any customer can enter it: it is made from these two arguments alone.</summary>
public sealed record CopyPrompt(string System, string User)
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, Encoder = global::System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public string Hash => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(System + "\n" + User)));

    public static CopyPrompt For(CopyBrief brief, IReadOnlyList<OfferDraft> offers, string currency)
    {
        ArgumentNullException.ThrowIfNull(brief);
        ArgumentNullException.ThrowIfNull(offers);
        var language = brief.Language switch { "de" => "German (address the reader with Sie)", "fr" => "French (address the reader with vous)", _ => "English" };
        var names = Placeholders.All.Where(x => x.Name is not ("postal_address" or "open_pixel" or "preferences_url")).Select(x => $"{{{{{x.Name}}}}}: {x.Meaning}");
        return new CopyPrompt($$$"""
            You write marketing messages for a retailer. Answer with JSON only, no other words:
            {"variants":[{"subject":"","preheader":"","heading":"","body":"","button":"","shortText":""}]}
            Write exactly three variants with different angles: helpful, curious, straightforward. Language: {{{language}}}.
            subject: at most 60 characters. preheader: at most 90. heading: at most 60. button: at most 24.
            body: two to four short paragraphs separated by an empty line, plain text without HTML or Markdown.
            shortText: one text message of at most 120 characters that ends with {{link}} and {{unsubscribe_url}}.
            Use these placeholders for anything that differs by reader or offer, never invent others, never write their values yourself:
            {{{string.Join("\n", names)}}}
            A reader may have no first name: write {{#if first_name}}…{{/if}} or {{first_name "fallback"}}.
            Use facts from the brief and the offer only. No urgency, no pressure, no guilt, no claims about the reader's habits, health, beliefs, origin or money, nothing in capitals.
            """, JsonSerializer.Serialize(new
        {
            brief.Goal,
            brief.Tone,
            brief.Language,
            brief.Highlights,
            Offers = offers.Select(x => new
            {
                Offer = OfferText.Phrase(x, CultureInfo.GetCultureInfo("en"), currency),
                x.Description,
                HasCode = x.Code is not null,
                AppliesTo = x.Categories,
            }),
        }, Json));
    }
}
