using MarketingConsole.Core.Data;

namespace MarketingConsole.Ui;

/// <summary>A refused save as problem details that name the fields: 404 where the object is missing, 409 where its state forbids it, 403 where the person may not, else 400.</summary>
internal static class SaveProblems
{
    public static IResult Problem(this SaveResult result)
    {
        var status = result.Errors.Select(x => x.Field).FirstOrDefault() switch { "id" => 404, "version" or "status" or "seal" => 409, "actor" => 403, _ => 400 };
        return Results.ValidationProblem(result.Errors.GroupBy(x => x.Field).ToDictionary(x => x.Key, x => x.Select(e => e.Message).ToArray()), statusCode: status);
    }
}
