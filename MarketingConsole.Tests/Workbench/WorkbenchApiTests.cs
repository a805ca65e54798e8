using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using MarketingConsole.Core.Access;
using MarketingConsole.Core.Workbench;
using MarketingConsole.Tests.Support;

namespace MarketingConsole.Tests.Workbench;

/// <summary>A console whose uploads of the workbench lie in a folder of their own.</summary>
public sealed class WorkbenchApp : ConsoleFactory
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("workbench-app-").FullName;

    protected override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string> { ["Workbench:Folder"] = Folder, ["Workbench:MaxMegabytes"] = "5" };
}

public sealed class WorkbenchApiTests(WorkbenchApp app) : IClassFixture<WorkbenchApp>
{
    private const string Address = "/api/v1/models/workbench";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task List_NamesQuestionsAndOptions()
    {
        using var client = await app.ApiAsync("models:read");
        var list = await client.GetFromJsonAsync<JsonElement>(Address, Stop);
        Assert.Equal(WorkbenchTasks.All.Select(x => x.Name), list.EnumerateArray().Select(x => x.GetProperty("name").GetString()));
        var label = list.EnumerateArray().Single(x => x.GetProperty("name").GetString() == "classify").GetProperty("options").EnumerateArray().Single(x => x.GetProperty("name").GetString() == "label");
        Assert.True(label.GetProperty("required").GetBoolean() && label.GetProperty("isColumn").GetBoolean());
    }

    [Fact]
    public async Task Ask_WithScore_AnswersAndLeavesNothing()
    {
        using var client = await app.ApiAsync("models:read");
        using var response = await AskAsync(client, "classify", WorkbenchTests.Customers(300, 1), [("label", "churned"), ("seed", "3")], WorkbenchTests.Customers(20, 2));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>(Stop);
        Assert.Equal("chance", answer.GetProperty("header")[1].GetString());
        Assert.Equal(20, answer.GetProperty("rows").GetArrayLength());
        Assert.InRange(answer.GetProperty("figures").EnumerateArray().Single(x => x.GetProperty("name").GetString() == "AUC").GetProperty("value").GetDouble(), 0.7, 1);
        Assert.Empty(Directory.GetFileSystemEntries(app.Folder));
    }

    [Theory]
    [InlineData("label", "label is needed")]
    [InlineData("label", "has no column “nope”", "label", "nope")]
    [InlineData("test", "test must be a number from 0.05 to 0.5", "label", "churned", "test", "9")]
    [InlineData("horizon", "horizon is no option of classify", "label", "churned", "horizon", "9")]
    [InlineData("seed", "seed must be a whole number", "seed", "x")]
    [InlineData("train", "values; name the one that counts as yes", "label", "noise")]
    public async Task Ask_WrongField_IsAProblemThatNamesIt(string field, string message, params string[] options)
    {
        using var client = await app.ApiAsync("models:read");
        using var response = await AskAsync(client, "classify", WorkbenchTests.Customers(100, 1), [.. options.Chunk(2).Select(x => (x[0], x[1]))]);
        Assert.Contains(message, await ProblemAsync(response, field), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(app.Folder));
    }

    [Fact]
    public async Task Ask_WrongFile_IsAProblemThatNamesIt()
    {
        using var client = await app.ApiAsync("models:read");
        using var large = await AskAsync(client, "cluster", "a,b\n" + string.Concat(Enumerable.Repeat("1,2\n", 1_400_000)), []);
        Assert.Contains("larger than 5 MB", await ProblemAsync(large, "train"), StringComparison.Ordinal);
        using var scored = await AskAsync(client, "cluster", "a,b\n1,2\n", [], "a,b\n1,2\n");
        Assert.Contains("is no file of cluster", await ProblemAsync(scored, "score"), StringComparison.Ordinal);
        using var raw = await client.PostAsync(Address + "/cluster", new StringContent("a,b"), Stop);
        Assert.Contains("multipart", await ProblemAsync(raw, "train"), StringComparison.Ordinal);
        using var empty = await AskAsync(client, "cluster", null, []);
        Assert.Contains("train is needed", await ProblemAsync(empty, "train"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ask_NobodyOrWithoutScope_IsRefused()
    {
        using var anonymous = app.Anonymous();
        using var nobody = await AskAsync(anonymous, "cluster", "a,b\n1,2\n", []);
        Assert.Equal(HttpStatusCode.Unauthorized, nobody.StatusCode);
        using var reader = await app.ApiAsync("customers:read");
        using var without = await AskAsync(reader, "cluster", "a,b\n1,2\n", []);
        Assert.Equal(HttpStatusCode.Forbidden, without.StatusCode);
    }

    [Fact]
    public async Task Ask_UnknownQuestion_Is404()
    {
        using var client = await app.ApiAsync("models:read");
        using var response = await AskAsync(client, "magic", "a,b\n1,2\n", []);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Contains("classify", await response.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ask_Marketer_MayAskAsOnThePage()
    {
        using var client = await app.SignInAsync(Roles.Marketer);
        using var response = await AskAsync(client, "sentiment", "id,text\n1,I love it\n", [("text", "text")]);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        using var list = await client.GetAsync(Address, Stop);
        Assert.Equal(HttpStatusCode.OK, list.StatusCode);
    }

    private static async Task<string> ProblemAsync(HttpResponseMessage response, string field)
    {
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        return (await response.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("errors").GetProperty(field)[0].GetString()!;
    }

    private static async Task<HttpResponseMessage> AskAsync(HttpClient client, string task, string? train, (string Name, string Value)[] options, string? score = null)
    {
        using var form = new MultipartFormDataContent();
        foreach (var (name, value) in options)
        {
            form.Add(new StringContent(value), name);
        }

        foreach (var (name, text) in new[] { ("train", train), ("score", score) }.Where(x => x.Item2 is not null))
        {
            form.Add(new ByteArrayContent(Encoding.UTF8.GetBytes(text!)), name, name + ".csv");
        }

        return await client.PostAsync($"{Address}/{task}", form, Stop);
    }
}
