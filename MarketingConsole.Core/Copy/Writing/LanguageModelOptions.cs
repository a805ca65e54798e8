using Microsoft.Extensions.Options;

namespace MarketingConsole.Core.Copy.Writing;

/// <summary>Configuration section "Copy": any endpoint that speaks OpenAI's chat completions. Without <see cref="Endpoint"/> only the built-in composer writes.</summary>
public sealed class LanguageModelOptions
{
    public const string Section = "Copy";

    /// <summary>Base address up to the version, e.g. https://api.example.com/v1.</summary>
    public string? Endpoint { get; set; }
    public string Model { get; set; } = "";

    /// <summary>Empty for servers that need none.</summary>
    public string ApiKey { get; set; } = "";

    /// <summary>Longest wait for the whole answer, 1 to 600.</summary>
    public int TimeoutSeconds { get; set; } = 60;

    public bool Configured => !string.IsNullOrWhiteSpace(Endpoint);

    /// <summary>Every fault, each naming its key; empty when all is well.</summary>
    public IReadOnlyList<string> Faults()
    {
        List<string> faults = [];
        if (Configured && (!Uri.TryCreate(Endpoint, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https")))
        {
            faults.Add("Copy:Endpoint must be a whole http(s) address, such as https://api.example.com/v1.");
        }

        if (Configured && string.IsNullOrWhiteSpace(Model))
        {
            faults.Add("Copy:Model is required with Copy:Endpoint.");
        }

        if (TimeoutSeconds is < 1 or > 600)
        {
            faults.Add("Copy:TimeoutSeconds must be between 1 and 600.");
        }

        return faults;
    }

    internal sealed class Validator : IValidateOptions<LanguageModelOptions>
    {
        public ValidateOptionsResult Validate(string? name, LanguageModelOptions options) =>
            options.Faults() is { Count: > 0 } faults ? ValidateOptionsResult.Fail(faults) : ValidateOptionsResult.Success;
    }
}
