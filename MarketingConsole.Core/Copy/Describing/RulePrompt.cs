using System.Text.Json;
using System.Text.Json.Nodes;
using MarketingConsole.Core.Segments;

namespace MarketingConsole.Core.Copy.Describing;

/// <summary>What a language model is told to make a rule: the sentence, the rules' JSON Schema, names of fields and categories. Nothing of any customer can enter it: it is made from these arguments alone.</summary>
public sealed record RulePrompt(string System, string User)
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = global::System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly Lazy<string> Schema = new(() => JsonNode.Parse(RuleSchema.Json)!.ToJsonString(Plain));

    public static RulePrompt For(string sentence, IReadOnlyList<string> categories, IReadOnlyList<string> customTraits, string currency) => new($$"""
        You turn a retailer's description of customers into a segment rule. Answer with JSON only, no other words:
        {"rule":{…},"notUnderstood":["…"]}
        rule: follows this JSON Schema exactly and means what the sentence says, neither more nor less; null when nothing can be expressed.
        notUnderstood: each part of the sentence the rule does not express, word for word; empty when there is none. Never guess.
        Countries are ISO 3166-1 alpha-2 codes. Money is in {{currency}}. A month is 30 days, a year 365. Leave out properties you do not need. Do not refer to stores, segments or campaigns: you do not know their ids.
        Categories: {{JsonSerializer.Serialize(categories, Plain)}}
        The shop's own traits, as fields: {{JsonSerializer.Serialize(customTraits.Select(x => RuleFields.Custom + x), Plain)}}
        JSON Schema: {{Schema.Value}}
        """, sentence);
}
