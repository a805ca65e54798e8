using System.Globalization;
using MarketingConsole.Core.Learning;
using MarketingConsole.Core.Workbench;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace MarketingConsole.Workbench;

/// <summary>A question's files and options from a multipart form. Streamed.</summary>
internal static class WorkbenchRequest
{
    /// <exception cref="LearningException">A field is wrong; <see cref="OptionException"/> names it.</exception>
    public static async Task<(Dictionary<string, string> Options, int Seed)> ReceiveAsync(HttpRequest request, WorkbenchTask task, WorkbenchSession session, CancellationToken cancellationToken)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase) || HeaderUtilities.RemoveQuotes(type.Boundary).Value is not { Length: > 0 } boundary)
        {
            throw new OptionException("train", "is needed: send a multipart form with the file and the options.");
        }

        var (options, seed, reader) = (new Dictionary<string, string>(), 1, new MultipartReader(boundary, request.Body));
        while (await NextAsync(reader, cancellationToken) is { } section)
        {
            if (section.AsFileSection() is { } file)
            {
                await ReceiveAsync(file, task, session, cancellationToken);
            }
            else if (section.AsFormDataSection() is { } field)
            {
                var value = await field.GetValueAsync(cancellationToken);
                if (field.Name == "seed")
                {
                    seed = int.TryParse(value, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : throw new OptionException("seed", $"must be a whole number, not “{value}”.");
                }
                else
                {
                    options[task.Options.Any(x => x.Name == field.Name) ? field.Name : throw new OptionException(field.Name, $"is no option of {task.Name}. It has {string.Join(", ", task.Options.Select(x => x.Name))}.")] = value;
                }
            }
        }

        return (options, seed);
    }

    private static async Task<MultipartSection?> NextAsync(MultipartReader reader, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadNextSectionAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException)
        {
            throw new OptionException("train", "is needed: the form is empty or breaks off.");
        }
    }

    private static async Task ReceiveAsync(FileMultipartSection file, WorkbenchTask task, WorkbenchSession session, CancellationToken cancellationToken)
    {
        WorkbenchFile kind = file.Name switch
        {
            "train" => WorkbenchFile.Train,
            "score" when task.TakesScore => WorkbenchFile.Score,
            _ => throw new OptionException(file.Name, $"is no file of {task.Name}. It takes {(task.TakesScore ? "train and score" : "train")}."),
        };
        try
        {
            await session.ReceiveAsync(kind, Path.GetFileName(file.FileName), file.FileStream!, null, cancellationToken);
        }
        catch (LearningException exception) when (exception is not OptionException)
        {
            throw new OptionException(file.Name, $"cannot be used: {exception.Message}");
        }
    }
}
