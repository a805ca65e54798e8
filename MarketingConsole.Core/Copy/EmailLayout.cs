using Microsoft.Extensions.FileProviders;

namespace MarketingConsole.Core.Copy;

/// <summary>The e-mail layout built from <c>wwwroot-assets/emails/offer.mjml</c>: HTML with slots such as <c>{{slot_body}}</c> that a message fills.</summary>
public sealed class EmailLayout(string html)
{
    public const string FileName = "emails/offer.html";

    public static IReadOnlyList<string> Slots { get; } = ["slot_language", "slot_preheader", "slot_heading", "slot_body", "slot_button", "slot_code_label", "slot_why", "slot_unsubscribe", "slot_preferences"];

    public string Html => html;

    /// <exception cref="InvalidOperationException">The layout has not been built, or misses a slot.</exception>
    public static EmailLayout Read(IFileProvider files)
    {
        ArgumentNullException.ThrowIfNull(files);
        var file = files.GetFileInfo(FileName);
        if (!file.Exists)
        {
            throw new InvalidOperationException($"{FileName} is missing: build the project, which makes it from wwwroot-assets/emails/offer.mjml.");
        }

        using var reader = new StreamReader(file.CreateReadStream());
        var layout = new EmailLayout(reader.ReadToEnd());
        var missing = Slots.Where(x => !layout.Html.Contains($"{{{{{x}}}}}", StringComparison.Ordinal)).ToList();
        return missing.Count == 0 ? layout : throw new InvalidOperationException($"{FileName} misses {string.Join(", ", missing)}.");
    }
}
