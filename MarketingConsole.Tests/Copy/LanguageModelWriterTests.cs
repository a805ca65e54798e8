using System.Net;
using System.Text;
using System.Text.Json;
using MarketingConsole.Core.Copy;
using MarketingConsole.Core.Copy.Writing;
using MarketingConsole.Core.Data;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MarketingConsole.Tests.Copy;

/// <summary>Against a real HTTP server on this machine that speaks the chat completions protocol.</summary>
public sealed class LanguageModelWriterTests
{
    private const string Answer = """{"variants":[{"subject":"S1","preheader":"P","heading":"H","body":"B1","button":"Go","shortText":"T"},{"subject":"S2","body":["B2","more"]},{"Subject":"S3","body":"B3","short_text":"x"}]}""";
    internal static readonly CopyBrief Brief = new("Bring customers back", "friendly", "de", "Darjeeling");

    [Fact]
    public async Task WriteAsync_Stream_GivesTextPieceByPieceThenVariants()
    {
        await using var server = await ModelServer.StartAsync(x => x.StreamAsync(Answer));
        var (result, text) = await server.WriteAsync();
        Assert.Null(result.Error);
        Assert.True(text.Count > 3, "the answer arrived in one piece");
        Assert.Equal("S1\nP\nH\nB1\nGo\nT\n\nS2\nB2\nmore\n\nS3\nB3\nx\n\n\n", text[^1]);
        Assert.All(text.Zip(text.Skip(1)), x => Assert.StartsWith(x.First, x.Second, StringComparison.Ordinal)); // what is shown only grows
        Assert.Equal(["S1", "S2", "S3"], result.Variants.Select(x => x.Subject));
        Assert.Equal("B2\n\nmore", result.Variants[1].Body);
        Assert.All(result.Variants, x => Assert.Equal((CopyOrigin.LanguageModel, "test-model", "de", 64), (x.Origin, x.Model, x.Language, x.PromptHash!.Length)));
    }

    [Fact]
    public async Task WriteAsync_Request_HoldsBriefOfferAndPlaceholderNamesOnly()
    {
        await using var server = await ModelServer.StartAsync(x => x.StreamAsync(Answer));
        await server.WriteAsync();
        using var sent = JsonDocument.Parse(server.Body!);
        Assert.Equal("test-model", sent.RootElement.GetProperty("model").GetString());
        var messages = sent.RootElement.GetProperty("messages").EnumerateArray().Select(x => x.GetProperty("content").ValueKind == JsonValueKind.String ? x.GetProperty("content").GetString()! : x.GetProperty("content")[0].GetProperty("text").GetString()!).ToList();
        var prompt = CopyPrompt.For(Brief, [CopyComposerTests.Offers[0]], "EUR");
        Assert.Equal([prompt.System, prompt.User], messages);
        Assert.Contains("{{first_name}}", messages[0], StringComparison.Ordinal);
        Assert.Contains("Darjeeling", messages[1], StringComparison.Ordinal);
        Assert.DoesNotContain("AUTUMN15", server.Body!, StringComparison.Ordinal); // the code is a placeholder's value
        Assert.Equal("Bearer secret", server.Authorization);
        // The writer's whole input: there is no way to hand it a customer.
        Assert.Equal([typeof(CopyBrief), typeof(IReadOnlyList<Core.Offers.OfferDraft>), typeof(string)], typeof(CopyPrompt).GetMethod("For")!.GetParameters().Select(x => x.ParameterType));
    }

    [Theory]
    [InlineData("Sure, here", "Sure, here")]
    [InlineData("""{"variants":[{"subj""", "")]
    [InlineData("""{"variants":[{"subject":"Tea \"Gr""", "Tea \"Gr")]
    [InlineData("""{"variants":[{"subject":"T\u00e4t\u00""", "Tät")]
    [InlineData("""{"variants":[{"body":["one","two\""", "one\ntwo")]
    public void SoFar_HalfAnAnswer_IsReadableText(string answer, string shown) => Assert.Equal(shown, ModelAnswer.SoFar(answer));

    [Theory]
    [InlineData("```json\n{0}\n```")]
    [InlineData("Here you are:\n{0}\nEnjoy!")]
    [InlineData("I use {placeholders}. {0}")]
    public async Task WriteAsync_JsonAmongOtherWords_IsFound(string format)
    {
        await using var server = await ModelServer.StartAsync(x => x.StreamAsync(format.Replace("{0}", Answer, StringComparison.Ordinal)));
        Assert.Equal(3, (await server.WriteAsync()).Written.Variants.Count);
    }

    [Theory]
    [InlineData("I am sorry, I cannot do that.")]
    [InlineData("""{"variants":[{"subject":"S1","body":"B""")]
    [InlineData("""{"variants":[]}""")]
    [InlineData("")]
    public async Task WriteAsync_NoUsableJson_SaysSo(string answer)
    {
        await using var server = await ModelServer.StartAsync(x => x.StreamAsync(answer));
        Assert.Contains("form asked for", (await server.WriteAsync()).Written.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401, "Copy:ApiKey")]
    [InlineData(404, "Copy:Model")]
    [InlineData(429, "busy")]
    [InlineData(500, "server failed (500)")]
    [InlineData(400, "refused the request (400)")]
    public async Task WriteAsync_ErrorStatus_SaysWhatToDo(int status, string part)
    {
        await using var server = await ModelServer.StartAsync(x =>
        {
            x.Response.StatusCode = status;
            return x.Response.WriteAsync("""{"error":{"message":"no"}}""");
        });
        var result = (await server.WriteAsync()).Written;
        Assert.Contains(part, result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Variants);
        Assert.Equal(1, server.Requests);
    }

    [Fact]
    public async Task WriteAsync_SlowServer_EndsAtTheDeadlineAndKeepsWhatWasShown()
    {
        await using var server = await ModelServer.StartAsync(async x =>
        {
            await x.StreamAsync("{\"variants\":", done: false);
            await Task.Delay(Timeout.Infinite, x.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        });
        var (result, text) = await server.WriteAsync(timeoutSeconds: 1);
        Assert.Contains("longer than 1 seconds", result.Error, StringComparison.Ordinal);
        Assert.NotEmpty(text);
    }

    [Fact]
    public async Task WriteAsync_BrokenStream_SaysSo()
    {
        await using var server = await ModelServer.StartAsync(async x =>
        {
            x.Response.ContentType = "text/event-stream";
            await x.Response.WriteAsync("data: {not json}\n\n");
        });
        Assert.NotNull((await server.WriteAsync()).Written.Error);
    }

    [Fact]
    public async Task WriteAsync_Cancelled_Throws()
    {
        await using var server = await ModelServer.StartAsync(x => x.StreamAsync(Answer));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => server.WriteAsync(cancelled: true));
    }

    [Fact]
    public async Task WriteAsync_NobodyListens_SaysSo() =>
        Assert.Contains("cannot be reached", (await ModelServer.Writer("http://127.0.0.1:1/v1").WriteAsync(Brief, [], _ => Task.CompletedTask, TestContext.Current.CancellationToken)).Error, StringComparison.Ordinal);

    [Fact]
    public async Task WriteAsync_NotConfigured_SaysSo() => Assert.Contains("Copy:Endpoint", (await ModelServer.Writer(null).WriteAsync(Brief, [], _ => Task.CompletedTask, TestContext.Current.CancellationToken)).Error, StringComparison.Ordinal);

    [Fact]
    public void Faults_EveryWrongKey_IsNamed()
    {
        var faults = new LanguageModelOptions { Endpoint = "ftp://x", TimeoutSeconds = 0 }.Faults();
        Assert.Equal(["Copy:Endpoint", "Copy:Model", "Copy:TimeoutSeconds"], faults.Select(x => x.Split(' ')[0]));
    }
}
