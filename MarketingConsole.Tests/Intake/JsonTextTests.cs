using System.Text;
using MarketingConsole.Core.Events.Intake;

namespace MarketingConsole.Tests.Intake;

public sealed class JsonTextTests
{
    [Theory]
    [InlineData("""{"a":"\ud83d\ude00","b":"\u00e4\n\\ud800 \\u0000"}""", """{"a":"\ud83d\ude00","b":"\u00e4\n\\ud800 \\u0000"}""")]
    [InlineData("""{"\ud800":"x\ud83d","b":"\ude00y"}""", """{"\ufffd":"x\ufffd","b":"\ufffdy"}""")]
    [InlineData("""{"a":"\ud800\ud83d\ude00"}""", """{"a":"\ufffd\ud83d\ude00"}""")]
    [InlineData("""{"a":"x\u0000y\u0000"}""", """{"a":"xy"}""")]
    [InlineData("""{"a":"\u12""", """{"a":"\u12""")]
    [InlineData("\\", "\\")]
    [InlineData("", "")]
    public void Storable_EscapesOfNoUnicode_AreReplaced(string json, string expected)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        var storable = JsonText.Storable(bytes);
        Assert.Equal(expected, Encoding.UTF8.GetString(storable.Span));
        Assert.Equal(json == expected, storable.Equals(new ReadOnlyMemory<byte>(bytes)));
    }
}
