using System.Text;
using System.Text.Json;
using MarketingConsole.Core.Copy.Writing;
using MarketingConsole.Core.Segments;
using MarketingConsole.Core.Segments.Describing;

namespace MarketingConsole.Core.Copy.Describing;

/// <summary>A rule proposed for a sentence.</summary>
/// <param name="Model">Name of the language model that proposed it; null = the built-in reader of sentences.</param>
/// <param name="Error">Why there is no proposal, and what to do; null when there is one.</param>
public sealed record DescribedRule(Proposal Proposal, string? Model, string? Error);

/// <summary>Proposes a rule for a sentence: the built-in reader, or a language model where one is connected and asked for. Neither steps in for the other on its own.</summary>
public sealed class RuleProposer(SentenceReader reader, SegmentService segments, LanguageModel model)
{
    private static readonly Proposal Nothing = new(null, [], []);

    public bool HasModel => model.Configured;

    public string Model => model.Name;

    /// <param name="sentence">1 to <see cref="SentenceParser.MaxLength"/> characters; anything else is an error.</param>
    public async Task<DescribedRule> ProposeAsync(string sentence, bool byModel, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(sentence);
        if (Fault(sentence) is { } fault)
        {
            return new(Nothing, null, fault);
        }

        if (byModel)
        {
            return await AskAsync(sentence, cancellationToken);
        }

        var proposal = await reader.ReadAsync(sentence, cancellationToken);
        if (proposal.Rule is null)
        {
            return new(proposal, null, "None of this was understood. Name who they are, what they did and when: “women in Germany who bought twice in the last 90 days”.");
        }

        var problems = await segments.CheckAsync(proposal.Rule, null, cancellationToken);
        return problems.Count == 0 ? new(proposal, null, null) : new(proposal with { Rule = null }, null, $"The rule this would make is not sound: {Sentences(problems)}");
    }

    /// <summary>What is wrong with the sentence itself; null when nothing is.</summary>
    public static string? Fault(string sentence) => string.IsNullOrWhiteSpace(sentence) ? "Describe the customers you mean in a sentence."
        : sentence.Length > SentenceParser.MaxLength ? $"The sentence may have {SentenceParser.MaxLength} characters at most." : null;

    private async Task<DescribedRule> AskAsync(string sentence, CancellationToken cancellationToken)
    {
        var words = await reader.WordsAsync(cancellationToken);
        var prompt = RulePrompt.For(sentence, words.Categories, words.CustomTraits, words.Currency);
        var reply = await model.AskAsync(prompt.System, prompt.User, "use the built-in reader", _ => Task.CompletedTask, cancellationToken);
        if (reply.Error is not null)
        {
            return new(Nothing, model.Name, reply.Error);
        }

        if (Answer(reply.Text) is not { } answer)
        {
            return new(Nothing, model.Name, "The language model did not answer in the form asked for. Try again, or use the built-in reader.");
        }

        var missed = NotUnderstood(sentence, answer);
        if (!answer.TryGetProperty("rule", out var json) || json.ValueKind != JsonValueKind.Object)
        {
            return new(Nothing with { NotUnderstood = missed }, model.Name, "The language model found no rule in this sentence. Say it another way, or use the built-in reader.");
        }

        var (rule, problem) = RuleJson.TryRead(json.GetRawText());
        IReadOnlyList<RuleProblem> problems = rule is null ? [problem!] : await segments.CheckAsync(rule, null, cancellationToken);
        return problems.Count > 0 ? new(Nothing with { NotUnderstood = missed }, model.Name, $"The language model's rule was refused: {Sentences(problems)} Try again, or use the built-in reader.")
            : new(new Proposal(rule, missed, []), model.Name, null);
    }

    private static string Sentences(IReadOnlyList<RuleProblem> problems) => string.Join(" ", problems.Take(3).Select(x => x.Path.Length > 0 ? $"{x.Path}: {x.Message}" : x.Message));

    /// <summary>The first JSON object in what the model wrote that has a rule.</summary>
    private static JsonElement? Answer(string text)
    {
        for (var start = text.IndexOf('{', StringComparison.Ordinal); start >= 0; start = text.IndexOf('{', start + 1))
        {
            try
            {
                var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text[start..]));
                if (JsonDocument.TryParseValue(ref reader, out var document))
                {
                    using (document)
                    {
                        if (document.RootElement.TryGetProperty("rule", out _))
                        {
                            return document.RootElement.Clone();
                        }
                    }
                }
            }
            catch (JsonException)
            {
                // not JSON from here on
            }
        }

        return null;
    }

    private static List<NotUnderstood> NotUnderstood(string sentence, JsonElement answer)
    {
        var found = new List<NotUnderstood>();
        if (answer.TryGetProperty("notUnderstood", out var list) && list.ValueKind == JsonValueKind.Array)
        {
            foreach (var part in list.EnumerateArray().Where(x => x.ValueKind == JsonValueKind.String).Select(x => x.GetString()!.Trim()).Where(x => x.Length > 0))
            {
                var at = sentence.IndexOf(part, StringComparison.OrdinalIgnoreCase);
                if (at >= 0 && found.TrueForAll(x => at + part.Length <= x.Start || at >= x.Start + x.Length))
                {
                    found.Add(new NotUnderstood(at, part.Length, sentence.Substring(at, part.Length), "The language model made nothing of this."));
                }
            }
        }

        return [.. found.OrderBy(x => x.Start)];
    }
}
