using System.Text;
using System.Text.Json;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Events.Intake;

namespace MarketingConsole.Tests.Intake;

public sealed class IntakeBatchTests
{
    private static readonly DateTime Now = new(2026, 6, 1, 12, 0, 0, DateTimeKind.Utc);

    [Theory]
    [InlineData("""{"type":"track","userId":"u"}""", "event")]
    [InlineData("""{"type":"dance","userId":"u"}""", "type")]
    [InlineData("""{"type":"page"}""", "userId")]
    [InlineData("""{"type":"page","userId":{"a":1}}""", "userId")]
    [InlineData("""{"type":"page","userId":"anon:x"}""", "userId")]
    [InlineData("""{"type":"group","userId":"u"}""", "groupId")]
    [InlineData("""{"type":"alias","userId":"u"}""", "previousId")]
    [InlineData("""{"type":"track","userId":"u","event":"x","timestamp":"yesterday-ish"}""", "timestamp")]
    [InlineData("""{"type":"track","userId":"u","event":"x","timestamp":"1999-12-31T23:59:59Z"}""", "timestamp")]
    [InlineData("""{"type":"track","userId":"u","event":"x","timestamp":"2026-06-03T12:00:00Z"}""", "timestamp")]
    [InlineData("""{"type":"track","userId":"u","event":"x","properties":[1]}""", "properties")]
    [InlineData("""{"type":"track","userId":"u\ud800","event":"x"}""", "userId")]
    [InlineData("""{"type":"track","userId":"u","event":"Order Completed","properties":{"total":"a lot"}}""", "properties.total")]
    [InlineData("""{"type":"track","userId":"u","event":"Order Completed","properties":{"total":5,"currency":"USD"}}""", "properties.currency")]
    [InlineData("""{"type":"track","userId":"u","event":"Order Completed","properties":{"products":[{"sku":"A","price":1},{"price":2}]}}""", "properties.products[1]")]
    [InlineData("""{"type":"track","userId":"u","event":"Order Completed","properties":{"products":[{"sku":"A","quantity":-2}]}}""", "properties.products[0].quantity")]
    [InlineData("""{"type":"track","userId":"u","event":"x","timestamp":"2001-01-01T00:00:00Z","sentAt":"9999-12-31T00:00:00Z"}""", "timestamp")]
    [InlineData("""{"type":"track","userId":"u","event":"x","timestamp":"2001-01-01T00:00:00Z","sentAt":"2900-01-01T00:00:00Z"}""", "timestamp")]
    [InlineData("""{"type":"track","userId":"u","event":"x","timestamp":"2026-05-01T00:00:00Z","sentAt":"0001-01-01T00:00:00Z"}""", "timestamp")]
    [InlineData("""{"type":"track","userId":1234567890123456789012345678901234567890123456789012345678901234567890,"event":1234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123}""", "event")]
    [InlineData("""{"type":"track","userId":"u","event":"Order Completed","properties":{"total":5,"products":[{"sku":"A","price":900000000,"quantity":100000}]}}""", "properties.products")]
    [InlineData("""{"type":"page","userId":"u","\ud800":1}""", "")]
    [InlineData("[]", "")]
    public void Read_OneBadEvent_NamesItAndItsFieldAndTakesTheOther(string bad, string field)
    {
        var batch = Read($$"""{"batch":[{"type":"page","userId":"u"},{{bad}}]}""");

        Assert.Equal(1, batch.Events);
        Assert.All(batch.Refused, x => Assert.Equal(1, x.Index));
        Assert.Contains(batch.Refused, x => x.Field == field);
    }

    [Fact]
    public void Read_EventOf32KB_IsTaken_AndOneMoreByteIsNot()
    {
        var fits = "{\"type\":\"page\",\"userId\":\"u\",\"properties\":{\"p\":\"\"}}";
        fits = fits.Replace("\"\"}", $"\"{new string('x', MessageReader.MaxBytes - fits.Length)}\"}}", StringComparison.Ordinal);
        Assert.Equal(MessageReader.MaxBytes, fits.Length);
        Assert.Equal(1, Read($$"""{"batch":[{{fits}}]}""").Events);
        Assert.Equal("", Assert.Single(Read($$"""{"batch":[{{fits.Replace("\"u\"", "\"uu\"", StringComparison.Ordinal)}}]}""").Refused).Field);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("""{"batch":[{"type":"page","userId":"u"}]} trailing""")]
    [InlineData("""{"batch":[{"type":"page","userId":"u",}]}""")]
    [InlineData("""{"batch":[{"type":"page","userId":"u"}],"\ud800":1}""")]
    public void Read_NoJson_Throws(string body) => Assert.ThrowsAny<JsonException>(() => Read(body));

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"batch":{}}""")]
    [InlineData("""{"batch":[]}""")]
    public void Read_NoEvents_SaysSo(string body)
    {
        var batch = Read(body);
        Assert.Null(batch.Record);
        Assert.Equal("batch", Assert.Single(batch.Refused).Field);
    }

    [Fact]
    public void Read_KeyThatIsNoText_IsNoKey() => Assert.Null(Read("""{"batch":[{"type":"page","userId":"u"}],"writeKey":"\ud800"}""").WriteKey);

    [Theory]
    [InlineData("2026-05-01T10:00:00Z", "2026-05-01T10:00:05Z", "2026-06-01T11:59:55Z")] // their clock is a month slow: five seconds before sending it happened
    [InlineData("2026-07-01T10:00:00Z", "2026-07-01T11:00:00Z", "2026-06-01T11:00:00Z")] // a month fast
    [InlineData("2026-06-01T14:00:00+02:00", null, "2026-06-01T12:00:00Z")]
    [InlineData("2026-06-01T20:00:00Z", null, "2026-06-01T12:00:00Z")] // the future has not happened yet
    [InlineData(null, "2026-06-01T20:00:00Z", "2026-06-01T12:00:00Z")]
    public void At_ClientsClock_IsCorrectedBySentAt(string? timestamp, string? sentAt, string expected)
    {
        var batch = Read($$"""{"sentAt":{{JsonSerializer.Serialize(sentAt)}},"batch":[{"type":"track","event":"x","userId":"u","timestamp":{{JsonSerializer.Serialize(timestamp)}}}]}""");
        var message = Assert.Single(IntakeBatch.Unpack(batch.Record!.Payload, "EUR"));
        Assert.Equal(DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture).UtcDateTime, message.At);
    }

    [Fact]
    public void EventId_WithoutMessageId_ComesFromTheContent()
    {
        long Id(string call, DateTime at) => IntakeShop.Messages(SourceKind.Server, at, call).Single().EventId;
        const string timed = """{"type":"track","event":"x","userId":"u","timestamp":"2026-05-01T10:00:00Z","properties":{"a":1}}""";
        Assert.Equal(Id(timed, Now), Id(timed, Now.AddHours(1)));
        Assert.NotEqual(Id(timed, Now), Id(timed.Replace("\"a\":1", "\"a\":2", StringComparison.Ordinal), Now));
        const string untimed = """{"type":"page","userId":"u"}""";
        Assert.NotEqual(Id(untimed, Now), Id(untimed, Now.AddSeconds(1)));
        Assert.Equal(MessageIds.Hash("m-1"), Id("""{"type":"page","userId":"u","messageId":"m-1"}""", Now));
    }

    private static IntakeBatch Read(string body) => IntakeBatch.Read(Encoding.UTF8.GetBytes(body), null, 1, SourceKind.Server, Now, "EUR");
}
