using MarketingConsole.Core.Data;
using MarketingConsole.Core.Offers;
using Microsoft.Extensions.Options;

namespace MarketingConsole.Core.Copy.Writing;

/// <param name="Error">Why there are no variants, and what to do; null when there are.</param>
public sealed record WritingResult(IReadOnlyList<CopyVariant> Variants, string? Error);

/// <summary>Has a language model write three variants. Sends nothing but <see cref="CopyPrompt"/>; never falls back to the composer on its own.</summary>
public sealed class LanguageModelWriter(LanguageModel model, IOptions<ShopOptions> shop)
{
    private const string Instead = "use the built-in composer";

    public bool Configured => model.Configured;

    public string Model => model.Name;

    /// <param name="onText">Called with what can be read of the answer so far, each time more of it arrives.</param>
    /// <exception cref="OperationCanceledException">The caller cancelled; a time-out is a <see cref="WritingResult.Error"/>.</exception>
    public async Task<WritingResult> WriteAsync(CopyBrief brief, IReadOnlyList<OfferDraft> offers, Func<string, Task> onText, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(brief);
        ArgumentNullException.ThrowIfNull(onText);
        var prompt = CopyPrompt.For(brief, offers, shop.Value.Currency);
        var reply = await model.AskAsync(prompt.System, prompt.User, Instead, x => onText(ModelAnswer.SoFar(x)), cancellationToken);
        if (reply.Error is not null)
        {
            return new([], reply.Error);
        }

        var variants = ModelAnswer.Read(reply.Text, brief.Language);
        return variants.Count == 0 ? new([], $"The language model did not answer in the form asked for. Try again, or {Instead}.")
            : new([.. variants.Select(x => x with { Model = model.Name, PromptHash = prompt.Hash })], null);
    }
}
