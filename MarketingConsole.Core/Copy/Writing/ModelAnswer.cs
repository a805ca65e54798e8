using System.Text;
using System.Text.Json;

namespace MarketingConsole.Core.Copy.Writing;

/// <summary>Reads variants out of what a language model wrote: JSON, bare or in a code fence, with words before or after it.</summary>
internal static class ModelAnswer
{
    /// <returns>The variants found; empty when the answer holds none that can be used.</returns>
    public static IReadOnlyList<CopyVariant> Read(string answer, string language)
    {
        for (var start = answer.IndexOfAny(['{', '[']); start >= 0; start = answer.IndexOfAny(['{', '['], start + 1))
        {
            if (TryRead(answer[start..], out var root) && Variants(root, language) is { Count: > 0 } variants)
            {
                return variants;
            }
        }

        return [];
    }

    /// <returns>The texts in an answer that is still being written, without the JSON around them; the answer itself where it is no JSON.</returns>
    public static string SoFar(string answer)
    {
        if (!answer.Contains('{', StringComparison.Ordinal))
        {
            return answer;
        }

        var text = new StringBuilder();
        var (before, lists) = (' ', new Stack<bool>()); // what follows a colon or stands in a list is text, the other strings are names
        for (var i = 0; i < answer.Length; i++)
        {
            if (answer[i] != '"')
            {
                before = char.IsWhiteSpace(answer[i]) ? before : answer[i];
                if (answer[i] is '{' or '[')
                {
                    lists.Push(answer[i] == '[');
                }
                else if (answer[i] is '}' or ']' && lists.TryPop(out var list) && !list && text.Length > 0)
                {
                    text.Append('\n');
                }

                continue;
            }

            var start = ++i;
            while (i < answer.Length && answer[i] != '"')
            {
                i += answer[i] == '\\' ? 2 : 1;
            }

            if (before == ':' || (lists.TryPeek(out var inList) && inList))
            {
                text.Append(Unescape(answer[start..Math.Min(i, answer.Length)])).Append(i < answer.Length ? "\n" : "");
            }
        }

        return text.ToString();
    }

    private static string Unescape(string json)
    {
        for (var cut = 0; cut <= 6 && cut <= json.Length; cut++) // an escape may be half written
        {
            try
            {
                return JsonSerializer.Deserialize<string>($"\"{json[..^cut]}\"")!;
            }
            catch (JsonException)
            {
                // cut off one sign more
            }
        }

        return json;
    }

    private static bool TryRead(string text, out JsonElement root)
    {
        root = default;
        try
        {
            // Reads one value and ignores what stands behind it, such as the end of a code fence.
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text), new JsonReaderOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
            if (JsonDocument.TryParseValue(ref reader, out var document))
            {
                using (document)
                {
                    root = document.RootElement.Clone();
                }

                return true;
            }
        }
        catch (JsonException)
        {
            // not JSON from here on
        }

        return false;
    }

    private static List<CopyVariant> Variants(JsonElement root, string language)
    {
        var list = root.ValueKind == JsonValueKind.Array ? root
            : root.ValueKind == JsonValueKind.Object && root.EnumerateObject().FirstOrDefault(x => x.Value.ValueKind == JsonValueKind.Array) is { Value.ValueKind: JsonValueKind.Array } property ? property.Value : default;
        return list.ValueKind != JsonValueKind.Array ? [] : [.. list.EnumerateArray().Where(x => x.ValueKind == JsonValueKind.Object).Select(x => new CopyVariant
        {
            Language = language,
            Subject = Text(x, "subject"),
            Preheader = Text(x, "preheader"),
            Heading = Text(x, "heading"),
            Body = Text(x, "body"),
            Button = Text(x, "button"),
            ShortText = Text(x, "shortText"),
            Origin = CopyOrigin.LanguageModel,
        }).Where(x => x.Subject.Length > 0 && x.Body.Length > 0).Take(3).Select((x, index) => x with { Name = ((char)('A' + index)).ToString() })];
    }

    private static string Text(JsonElement item, string name)
    {
        var value = item.EnumerateObject().FirstOrDefault(x => x.Name.Replace("_", "", StringComparison.Ordinal).Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
        return value.ValueKind switch
        {
            JsonValueKind.String => value.GetString()!.Trim(),
            JsonValueKind.Array => string.Join("\n\n", value.EnumerateArray().Where(x => x.ValueKind == JsonValueKind.String).Select(x => x.GetString()!.Trim())),
            _ => "",
        };
    }
}
