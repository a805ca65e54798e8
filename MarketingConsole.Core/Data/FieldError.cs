namespace MarketingConsole.Core.Data;

/// <summary>What is wrong with one field of what a person or a program sent in, and how to put it right.</summary>
/// <param name="Field">Name of the field as the API spells it.</param>
public sealed record FieldError(string Field, string Message);

/// <summary>The outcome of a save: an id, or the messages to show beside the fields.</summary>
public sealed record SaveResult(int Id, IReadOnlyList<FieldError> Errors)
{
    public bool Ok => Errors.Count == 0;

    public static SaveResult Saved(int id) => new(id, []);

    public static SaveResult Refused(params IReadOnlyList<FieldError> errors) => new(0, errors);
}
