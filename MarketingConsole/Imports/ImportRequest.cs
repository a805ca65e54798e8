using System.Text.Json;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Events.Imports;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace MarketingConsole.Imports;

/// <summary>A file and how to read it, from a multipart form (fields file, kind, dryRun, mapping) or a raw body with the same in the query. Streamed.</summary>
internal static class ImportRequest
{
    public static async Task<(ImportView Draft, bool DryRun)> ReceiveAsync(HttpContext http, ImportService imports, CancellationToken cancellationToken)
    {
        var (request, user) = (http.Request, http.User.Identity!.Name!);
        var fields = request.Query.ToDictionary(x => x.Key, x => x.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        ImportView? draft = null;
        if (MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase) && HeaderUtilities.RemoveQuotes(type.Boundary).Value is { Length: > 0 } boundary)
        {
            var reader = new MultipartReader(boundary, request.Body);
            try
            {
                while (await reader.ReadNextSectionAsync(cancellationToken) is { } section)
                {
                    if (section.AsFileSection() is { } file)
                    {
                        draft = await imports.UploadAsync(file.FileStream!, file.FileName, new ImportChoices(), user, null, cancellationToken);
                    }
                    else if (section.AsFormDataSection() is { } field)
                    {
                        fields[field.Name] = await field.GetValueAsync(cancellationToken);
                    }
                }
            }
            catch (IOException exception) when (exception is not BadHttpRequestException)
            {
                if (draft is not null)
                {
                    await imports.DiscardAsync(draft.Id, CancellationToken.None);
                }

                throw new InvalidDataException("file: the form is malformed or was cut off.", exception);
            }
        }
        else
        {
            draft = await imports.UploadAsync(request.Body, fields.GetValueOrDefault("fileName", "upload.csv"), new ImportChoices(), user, null, cancellationToken);
        }

        draft = draft ?? throw new InvalidDataException("file: the form has no file.");
        try
        {
            var choices = Choices(fields);
            return (choices == new ImportChoices() ? draft : await imports.ChooseAsync(draft.Id, choices, cancellationToken), fields.GetValueOrDefault("dryRun") is "true" or "1");
        }
        catch
        {
            await imports.DiscardAsync(draft.Id, CancellationToken.None);
            throw;
        }
    }

    private static ImportChoices Choices(Dictionary<string, string> fields) => new(
        fields.GetValueOrDefault("kind") is not { Length: > 0 } kind ? null : Enum.TryParse<ImportKind>(kind, ignoreCase: true, out var known) && Enum.IsDefined(known) ? known
            : throw new InvalidDataException("kind: choose customers, transactions or events."),
        fields.GetValueOrDefault("mapping") is not { Length: > 0 } mapping ? null : Mapping(mapping));

    private static Dictionary<string, string> Mapping(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(json)!.ToDictionary(x => x.Key, x => x.Value.ToString());
        }
        catch (JsonException)
        {
            throw new InvalidDataException("""mapping: a JSON object of field and column is expected, e.g. {"customer":"CustomerID"}.""");
        }
    }
}
