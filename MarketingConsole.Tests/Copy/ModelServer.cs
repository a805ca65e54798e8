using System.Text.Json;
using MarketingConsole.Core.Copy.Writing;
using MarketingConsole.Core.Data;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MarketingConsole.Tests.Copy;

/// <summary>A server on this machine that speaks the chat completions protocol.</summary>
internal sealed class ModelServer : IAsyncDisposable
{
    private WebApplication _app = null!;

    public string? Body { get; private set; }
    public string? Authorization { get; private set; }
    public int Requests { get; private set; }
    public string Address => _app.Urls.First() + "/v1";

    public static async Task<ModelServer> StartAsync(Func<HttpContext, Task> respond)
    {
        var server = new ModelServer();
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        server._app = builder.Build();
        server._app.MapPost("/v1/chat/completions", async http =>
        {
            using var reader = new StreamReader(http.Request.Body);
            (server.Body, server.Authorization, server.Requests) = (await reader.ReadToEndAsync(), http.Request.Headers.Authorization, server.Requests + 1);
            await respond(http);
        });
        await server._app.StartAsync();
        return server;
    }

    public static LanguageModelWriter Writer(string? endpoint, int timeoutSeconds = 20) => new(Model(endpoint, timeoutSeconds), Options.Create(new ShopOptions()));

    public static LanguageModel Model(string? endpoint, int timeoutSeconds = 20) =>
        new(Options.Create(new LanguageModelOptions { Endpoint = endpoint, Model = "test-model", ApiKey = "secret", TimeoutSeconds = timeoutSeconds }), TimeProvider.System);

    public async Task<(WritingResult Written, List<string> Text)> WriteAsync(int timeoutSeconds = 20, bool cancelled = false)
    {
        List<string> text = [];
        var result = await Writer(Address, timeoutSeconds).WriteAsync(LanguageModelWriterTests.Brief, [CopyComposerTests.Offers[0]], x =>
        {
            text.Add(x);
            return Task.CompletedTask;
        }, cancelled ? new CancellationToken(true) : TestContext.Current.CancellationToken);
        return (result, text);
    }

    public async ValueTask DisposeAsync()
    {
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await _app.StopAsync(soon.Token);
        await _app.DisposeAsync();
    }
}

internal static class ChatStream
{
    public static async Task StreamAsync(this HttpContext http, string answer, bool done = true)
    {
        if (!http.Response.HasStarted)
        {
            http.Response.ContentType = "text/event-stream";
        }

        foreach (var piece in answer.Chunk(9))
        {
            var chunk = new { id = "c", @object = "chat.completion.chunk", created = 1, model = "test-model", choices = new[] { new { index = 0, delta = new { content = new string(piece) }, finish_reason = (string?)null } } };
            await http.Response.WriteAsync($"data: {JsonSerializer.Serialize(chunk)}\n\n");
            await http.Response.Body.FlushAsync();
        }

        if (done)
        {
            await http.Response.WriteAsync("data: [DONE]\n\n");
        }
    }
}
