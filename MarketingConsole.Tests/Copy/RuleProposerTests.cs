using System.Text.Json;
using MarketingConsole.Core.Access;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Copy;
using MarketingConsole.Core.Copy.Describing;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Segments;
using MarketingConsole.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace MarketingConsole.Tests.Copy;

/// <summary>Against a real HTTP server on this machine that speaks the chat completions protocol.</summary>
public sealed class RuleProposerTests
{
    private const string Sentence = "tea lovers in Germany with red hair", Rule = """{"type":"event","event":"purchase","op":"atLeast","value":3,"where":{"categories":["Tea"]}}""";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ProposeAsync_ModelsRule_IsValidatedAndNamed()
    {
        var (described, _) = await AskAsync($$"""Here: {"rule":{{Rule}},"notUnderstood":["red hair","not in the sentence"]}""");
        Assert.Null(described.Error);
        Assert.Equal("test-model", described.Model);
        Assert.Equal(["Tea"], Assert.IsType<EventRule>(described.Proposal.Rule).Where!.Categories);
        var missed = Assert.Single(described.Proposal.NotUnderstood);
        Assert.Equal(("red hair", Sentence.IndexOf("red hair", StringComparison.Ordinal)), (missed.Text, missed.Start));
    }

    [Fact]
    public async Task ProposeAsync_Request_HoldsSentenceSchemaFieldAndCategoryNamesOnly()
    {
        var (_, body) = await AskAsync($$"""{"rule":{{Rule}}}""");
        using var sent = JsonDocument.Parse(body);
        var messages = sent.RootElement.GetProperty("messages").EnumerateArray().Select(x => x.GetProperty("content").ValueKind == JsonValueKind.String ? x.GetProperty("content").GetString()! : x.GetProperty("content")[0].GetProperty("text").GetString()!).ToList();
        var prompt = RulePrompt.For(Sentence, ["Tea"], ["shoeSize"], "EUR");
        Assert.Equal([prompt.System, prompt.User], messages);
        Assert.Equal(Sentence, messages[1]);
        Assert.Contains("custom.shoeSize", messages[0], StringComparison.Ordinal);
        Assert.All(["Ottilie", "ottilie@example.com", "Neuquén", "platinum-plus", "42.5", "KEY-1"], x => Assert.DoesNotContain(x, body, StringComparison.Ordinal)); // of the only customer
    }

    [Theory]
    [InlineData("I am sorry, I cannot do that.", "form asked for")]
    [InlineData("""{"rule":null,"notUnderstood":[]}""", "found no rule")]
    [InlineData("""{"rule":{"type":"trait","field":"hair","op":"is","value":"red"}}""", "refused: field: There is no trait")]
    [InlineData("""{"rule":{"type":"event","event":"purchase","op":"atLeast","value":-2}}""", "refused: value")]
    [InlineData("""{"rule":{"type":"colour"}}""", "refused")]
    [InlineData("""{"rule":{"type":"member","segment":77}}""", "no segment 77")]
    public async Task ProposeAsync_UnusableAnswer_IsRefusedWithReason(string answer, string part)
    {
        var (described, _) = await AskAsync(answer);
        Assert.Null(described.Proposal.Rule);
        Assert.Contains(part, described.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ProposeAsync_ServerFails_SaysSo()
    {
        await using var server = await ModelServer.StartAsync(x =>
        {
            x.Response.StatusCode = 429;
            return x.Response.WriteAsync("{}");
        });
        await using var shop = await ShopAsync(server.Address);
        Assert.Contains("busy", (await shop.Get<RuleProposer>().ProposeAsync(Sentence, true, Stop)).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ProposeAsync_WithoutModel_SaysSoAndTheReaderWorks()
    {
        await using var shop = await ShopAsync(null);
        var proposer = shop.Get<RuleProposer>();
        Assert.False(proposer.HasModel);
        Assert.Contains("Copy:Endpoint", (await proposer.ProposeAsync(Sentence, true, Stop)).Error, StringComparison.Ordinal);
        var described = await proposer.ProposeAsync("people in Neuquén who bought tea twice or more and whose shoeSize is 42.5", false, Stop);
        Assert.Null(described.Error);
        Assert.Empty(described.Proposal.NotUnderstood);
        Assert.Equal("Customers whose city is Neuquén, and who bought Tea at least 2 times, and whose shoeSize is 42.5.", RuleSentence.Of(described.Proposal.Rule!));
        Assert.Contains("in a sentence", (await proposer.ProposeAsync(" ", false, Stop)).Error, StringComparison.Ordinal);
        Assert.Contains("not sound", (await proposer.ProposeAsync("women and men", false, Stop)).Error, StringComparison.Ordinal);
        Assert.Contains("None of this", (await proposer.ProposeAsync("flowers", false, Stop)).Error, StringComparison.Ordinal);
    }

    private static async Task<(DescribedRule Described, string Body)> AskAsync(string answer)
    {
        await using var server = await ModelServer.StartAsync(x => x.StreamAsync(answer));
        await using var shop = await ShopAsync(server.Address);
        return (await shop.Get<RuleProposer>().ProposeAsync(Sentence, true, Stop), server.Body!);
    }

    private static async Task<TestDatabase> ShopAsync(string? endpoint)
    {
        var shop = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite, (s, c) => s.AddSingleton<AuditLog>().AddConsent(c).AddCustomers(c).AddEvents(c).AddSegments(c).AddCopy(c),
            ("Copy:Endpoint", endpoint ?? ""), ("Copy:Model", "test-model"));
        await using var db = shop.Open();
        var customer = new Customer { Id = 1, Key = "KEY-1", FirstName = "Ottilie", Email = "ottilie@example.com", City = "Neuquén", Tier = "platinum-plus", CreatedAt = DateTime.UnixEpoch };
        CustomerNormaliser.Apply(customer);
        db.Customers.Add(customer);
        db.CustomerTraits.AddRange(CustomerTrait.Of(1, "shoeSize", "42.5"));
        db.Products.Add(new Product { Id = 1, Sku = "T-1", Name = "Assam", Category = "Tea", Brand = "Aroma", PriceCents = 900 });
        await db.SaveChangesAsync(Stop);
        return shop;
    }
}
