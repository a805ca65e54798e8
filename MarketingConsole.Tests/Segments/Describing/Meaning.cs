using System.Text.Json.Nodes;
using MarketingConsole.Core.Segments;

namespace MarketingConsole.Tests.Segments.Describing;

/// <summary>A rule as a text that is the same for rules of the same meaning.</summary>
internal static class Meaning
{
    public static string Of(SegmentRule rule) => Of(JsonNode.Parse(RuleJson.Write(rule))!.AsObject());

    private static string Of(JsonObject rule)
    {
        if ((string?)rule["type"] != "group")
        {
            return Leaf(rule).ToJsonString();
        }

        var match = (string?)rule["match"] ?? "all";
        var parts = rule["rules"]!.AsArray().Select(x => Of(x!.AsObject())).SelectMany(x => Inside(x, match)).Distinct().Order(StringComparer.Ordinal).ToList();
        return parts.Count == 1 && match != "none" ? parts[0] : $"{match}[{string.Join(" ; ", parts)}]";
    }

    /// <summary>All within all, any within any and any within none say nothing of their own.</summary>
    private static IEnumerable<string> Inside(string part, string match) =>
        part.StartsWith((match == "all" ? "all" : "any") + "[", StringComparison.Ordinal) ? Split(part[4..^1]) : [part];

    private static IEnumerable<string> Split(string parts)
    {
        var (depth, start) = (0, 0);
        for (var i = 0; i < parts.Length; i++)
        {
            depth += parts[i] switch { '[' or '{' => 1, ']' or '}' => -1, _ => 0 };
            if (depth == 0 && parts.AsSpan(i).StartsWith(" ; "))
            {
                yield return parts[start..i];
                start = i + 3;
            }
        }

        yield return parts[start..];
    }

    private static JsonObject Leaf(JsonObject rule)
    {
        var sorted = new JsonObject();
        foreach (var (name, value) in rule.OrderBy(x => x.Key, StringComparer.Ordinal))
        {
            JsonNode? copy = value switch { JsonObject inner => Leaf(inner), JsonArray list when name == "properties" => new JsonArray([.. list.Select(x => Leaf(x!.AsObject()))]), JsonArray list => new JsonArray([.. list.Select(x => x!.DeepClone()).OrderBy(x => x.ToJsonString(), StringComparer.Ordinal)]), JsonValue number when number.TryGetValue<double>(out var x) => JsonValue.Create(Math.Round(x, 2)), _ => value?.DeepClone() };
            if (copy is not null && !(copy is JsonValue text && text.ToJsonString() is "\"amount\"" or "\"\""))
            {
                sorted[name] = copy;
            }
        }

        // One of a single value is that value; at least once is performed; "in the last 1,440 minutes" is a day.
        if (sorted["values"] is JsonArray { Count: 1 } one && (string?)sorted["op"] is "in" or "notIn")
        {
            (sorted["op"], sorted["value"]) = ((string?)sorted["op"] == "in" ? "is" : "isNot", one[0]!.DeepClone());
            sorted.Remove("values");
        }

        if ((string?)sorted["op"] == "atLeast" && (string?)sorted["measure"] == "count" && (double?)sorted["value"] == 1)
        {
            sorted["op"] = "performed";
            sorted.Remove("value");
        }

        if ((string?)sorted["op"] is not ("between" or null))
        {
            sorted.Remove("to");
        }

        if ((string?)sorted["op"] is "in" or "notIn" or "exists" or "missing" && sorted.ContainsKey("name"))
        {
            sorted.Remove("value"); // of a property, where the operator asks for none
            if ((string?)sorted["op"] is "exists" or "missing")
            {
                sorted.Remove("values");
            }
        }
        else if (sorted.ContainsKey("name") && sorted.ContainsKey("value"))
        {
            sorted.Remove("values");
        }

        return sorted;
    }
}
