using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace MarketingConsole.Core.Segments;

/// <summary>Something wrong with a rule.</summary>
/// <param name="Path">Where, as in "rules[1].value"; empty = the rule itself.</param>
/// <param name="Message">What, in words a marketer understands.</param>
public sealed record RuleProblem(string Path, string Message);

/// <summary>The published JSON form of <see cref="SegmentRule"/>.</summary>
public static partial class RuleJson
{
    public const int MaxLength = 100_000;
    private const string Types = "group, trait, event, sequence, twin, consent, member, lookalike, rank, bucket, near or held";

    public static JsonSerializerOptions Options { get; } = Create(indented: false);

    private static readonly JsonSerializerOptions Indented = Create(indented: true);

    public static string Write(SegmentRule rule, bool indented = false) => JsonSerializer.Serialize(rule, indented ? Indented : Options);

    /// <summary>The rule of a saved segment, which was checked when it was saved.</summary>
    public static SegmentRule Read(string json) => JsonSerializer.Deserialize<SegmentRule>(json, Options) ?? throw new JsonException("The rule is empty.");

    /// <summary>Reads a rule somebody wrote. Says nothing about its sense; see <see cref="RuleValidator"/>.</summary>
    public static (SegmentRule? Rule, RuleProblem? Problem) TryRead(string json)
    {
        if (json.Length > MaxLength)
        {
            return (null, new RuleProblem("", $"The rule is longer than {MaxLength} characters."));
        }

        try
        {
            return JsonSerializer.Deserialize<SegmentRule>(json, Options) is { } rule ? (rule, null) : (null, new RuleProblem("", "The rule is empty."));
        }
        catch (JsonException exception)
        {
            return (null, Problem(exception));
        }
        catch (NotSupportedException)
        {
            return (null, new RuleProblem("", $"Each rule needs a \"type\": {Types}."));
        }
    }

    private static RuleProblem Problem(JsonException exception)
    {
        var path = (exception.Path ?? "").TrimStart('$').TrimStart('.');
        var message = exception.Message;
        if (Unknown().Match(message) is { Success: true } unknown)
        {
            return new RuleProblem(Join(path, unknown.Groups[1].Value), $"There is no field \"{unknown.Groups[1].Value}\" here.");
        }

        if (message.Contains("discriminator", StringComparison.Ordinal))
        {
            return new RuleProblem(path, $"Each rule needs a \"type\": {Types}.");
        }

        if (message.Contains("doesn't allow setting null", StringComparison.Ordinal))
        {
            return new RuleProblem(path, "Must not be null.");
        }

        return message.StartsWith("The JSON value could not be converted", StringComparison.Ordinal)
            ? new RuleProblem(path, "The value has the wrong type or is not one of the allowed words.")
            : new RuleProblem(path, exception.LineNumber is { } line ? $"Not valid JSON in line {line + 1}: {message.Split(" Path:")[0]}" : message.Split(" Path:")[0]);
    }

    private static string Join(string path, string name) => path.EndsWith(name, StringComparison.Ordinal) ? path : path.Length == 0 ? name : $"{path}.{name}";

    private static JsonSerializerOptions Create(bool indented)
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            AllowOutOfOrderMetadataProperties = true,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            MaxDepth = 64,
            NumberHandling = JsonNumberHandling.Strict,
            PropertyNameCaseInsensitive = false,
            RespectNullableAnnotations = true,
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
            WriteIndented = indented,
        };
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }

    [GeneratedRegex("The JSON property '([^']+)' could not be mapped")]
    private static partial Regex Unknown();
}
