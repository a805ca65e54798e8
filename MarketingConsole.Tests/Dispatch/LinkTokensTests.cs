using MarketingConsole.Core.Dispatch;
using MarketingConsole.Core.Dispatch.Tracking;

namespace MarketingConsole.Tests.Dispatch;

public sealed class LinkTokensTests
{
    private static readonly LinkTokens Tokens = new([.. Enumerable.Range(0, 32).Select(x => (byte)x)]);
    private static readonly LinkToken Token = new(LinkKind.Click, new DispatchKey(12, 1_790_000_000, 48_211), 3);

    [Fact]
    public void Read_OwnToken_RoundTrips()
    {
        var random = new Random(1);
        for (var i = 0; i < 1000; i++)
        {
            var token = new LinkToken((LinkKind)random.Next(1, 5), new DispatchKey(random.Next(), random.NextInt64(1L << 40), random.Next()), random.Next());
            Assert.Equal(token, Tokens.Read(Tokens.Write(token), token.Kind));
        }
    }

    [Fact]
    public void Read_AnyCharacterChanged_Refused()
    {
        var text = Tokens.Write(Token);
        Assert.True(text.Length <= 44, text);
        for (var i = 0; i < text.Length; i++)
        {
            foreach (var c in "A_z9")
            {
                var forged = text[..i] + c + text[(i + 1)..];
                Assert.True(forged == text || Tokens.Read(forged, LinkKind.Click) is null, forged);
            }
        }
    }

    [Fact]
    public void Read_OtherKindOtherSecretOrRubbish_Refused()
    {
        var text = Tokens.Write(Token);
        Assert.Null(Tokens.Read(text, LinkKind.Unsubscribe));
        Assert.Null(new LinkTokens(new byte[32]).Read(text, LinkKind.Click));
        Assert.All(new[] { "", "a", "!!!", "AAAA", new string('A', 40), new string('A', 5000), text + "A", text[..^2] }, x => Assert.Null(Tokens.Read(x, LinkKind.Click)));
    }
}
