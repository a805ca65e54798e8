using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text;
using Microsoft.Extensions.Options;
using OpenAI;
using OpenAI.Chat;

namespace MarketingConsole.Core.Copy.Writing;

/// <param name="Error">Why there is no answer, and what to do; null when there is one.</param>
public sealed record ModelReply(string Text, string? Error);

/// <summary>The connected language model: sends two texts, gets one back. Sees nothing but what it is handed.</summary>
public sealed class LanguageModel(IOptions<LanguageModelOptions> options, TimeProvider time)
{
    private const int LongestAnswer = 60_000;

    public bool Configured => options.Value.Configured;

    public string Name => options.Value.Model;

    /// <param name="instead">What to do without it, for messages: "use the built-in composer".</param>
    /// <param name="onText">Called with the answer so far, each time more of it arrives.</param>
    /// <exception cref="OperationCanceledException">The caller cancelled; a time-out is a <see cref="ModelReply.Error"/>.</exception>
    public async Task<ModelReply> AskAsync(string system, string user, string instead, Func<string, Task> onText, CancellationToken cancellationToken)
    {
        var settings = options.Value;
        if (!settings.Configured)
        {
            return Failed($"No language model is connected: set Copy:Endpoint and Copy:Model, or {instead}.");
        }

        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(settings.TimeoutSeconds), time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        var answer = new StringBuilder();
        try
        {
            await foreach (var update in Client(settings).CompleteChatStreamingAsync([new SystemChatMessage(system), new UserChatMessage(user)], cancellationToken: stop.Token).WithCancellation(stop.Token))
            {
                foreach (var piece in update.ContentUpdate.Where(x => x.Text is { Length: > 0 }))
                {
                    answer.Append(piece.Text);
                    await onText(answer.ToString());
                }

                if (answer.Length > LongestAnswer)
                {
                    return Failed("The language model does not stop writing; its answer was dropped. Try again.");
                }
            }
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested && Explain(exception, deadline.IsCancellationRequested, settings, instead) is { } why)
        {
            return Failed(why);
        }

        cancellationToken.ThrowIfCancellationRequested();
        return new(answer.ToString(), null);
    }

    private static ChatClient Client(LanguageModelOptions settings) => new(settings.Model, new ApiKeyCredential(settings.ApiKey.Length > 0 ? settings.ApiKey : "none"), new OpenAIClientOptions
    {
        Endpoint = new Uri(settings.Endpoint!),
        NetworkTimeout = TimeSpan.FromSeconds(settings.TimeoutSeconds),
        RetryPolicy = new ClientRetryPolicy(maxRetries: 0), // the marketer sees the fault at once and decides
    });

    private static string? Explain(Exception exception, bool late, LanguageModelOptions settings, string instead) => exception switch
    {
        _ when late => $"The language model took longer than {settings.TimeoutSeconds} seconds. Try again, or {instead}.",
        ClientResultException { Status: 401 or 403 } refused => $"The language model refused the key ({refused.Status}): check Copy:ApiKey.",
        ClientResultException { Status: 404 } => $"There is no model “{settings.Model}” at this endpoint (404): check Copy:Endpoint and Copy:Model.",
        ClientResultException { Status: 429 } => "The language model is busy or its quota is used up (429). Try again in a while.",
        ClientResultException { Status: >= 500 } broken => $"The language model's server failed ({broken.Status}). Try again.",
        ClientResultException { Status: > 0 } other => $"The language model's server refused the request ({other.Status}).",
        ClientResultException or HttpRequestException or IOException or AggregateException => "The language model cannot be reached: check Copy:Endpoint and the network.",
        OperationCanceledException => $"The language model took longer than {settings.TimeoutSeconds} seconds. Try again, or {instead}.",
        System.Text.Json.JsonException or InvalidOperationException or FormatException or KeyNotFoundException or ArgumentException => "The language model's server sent something that is no chat completion. Check Copy:Endpoint.",
        _ => null,
    };

    private static ModelReply Failed(string why) => new("", why);
}
