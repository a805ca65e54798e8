using FsCheck;
using FsCheck.Fluent;
using MarketingConsole.Core.Learning.Text;

namespace MarketingConsole.Tests.Learning.Text;

public sealed class TokeniserTests
{
    [Theory]
    [InlineData("I don't like it, SOOOO bad!!!", "i don't like it , soo bad !!!")]
    [InlineData("L'hôtel n'est pas d’accord", "l' hôtel n' est pas d' accord")]
    [InlineData("Die Größe paßt NICHT 👍🏽👍", "die größe paßt nicht 👍 👍")]
    [InlineData("@shop see https://x.example/a?b=1 #GreatService :-) <3", "<mention> see <link> greatservice :-) <3")]
    [InlineData("Tom &amp; Ann paid 12.50 today…", "tom & ann paid 12.50 today …")]
    [InlineData("rock'n'roll état-major aujourd'hui", "rock'n'roll état-major aujourd'hui")]
    [InlineData("❤️ 👨‍👩‍👧 x", "❤ 👨‍👩‍👧 x")]
    public void Tokens_Text_IsSplit(string text, string expected) => Assert.Equal(expected, string.Join(' ', Tokeniser.Tokens(text).Select(x => x.Text)));

    [Fact]
    public void Tokens_Emphasis_IsKept()
    {
        var tokens = Tokeniser.Tokens("SOOOO good I");
        Assert.True(tokens[0].Capitals && tokens[0].Elongated);
        Assert.False(tokens[1].Capitals || tokens[1].Elongated);
        Assert.False(tokens[2].Capitals);
        Assert.Equal(TokenKind.Emoji, Tokeniser.Tokens("🎉")[0].Kind);
    }

    [Fact]
    public void Words_Language_LeavesItsFunctionWordsOut()
    {
        Assert.Equal(["delivery", "late"], Tokeniser.Words("The delivery was late and I'm not"));
        Assert.Equal(["lieferung", "spät"], Tokeniser.Words("Die Lieferung war sehr spät", "de"));
        Assert.Equal(["livraison", "rapide"], Tokeniser.Words("La livraison était très rapide", "fr"));
    }

    [Theory, InlineData("The delivery was late and nobody told me", "en"), InlineData("Die Lieferung kam zu spät und niemand hat etwas gesagt", "de"), InlineData("La livraison est arrivée en retard et personne ne m'a prévenu", "fr")]
    public void Language_Sentence_IsTold(string text, string language) => Assert.Equal(language, StopWords.Language(Tokeniser.Tokens(text)));

    [Fact]
    public void Tokens_AnyText_NeverFailsAndLosesNoLetter() => Prop.ForAll<string>(text =>
    {
        var tokens = Tokeniser.Tokens(text);
        return tokens.All(x => x.Text.Length > 0) && (string.IsNullOrWhiteSpace(text) || !text.Any(char.IsAsciiLetter) || tokens.Count > 0);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Theory, InlineData("\ud83d"), InlineData("a\udc00b"), InlineData("&#0;"), InlineData("")]
    public void Tokens_BrokenText_IsRead(string text) => Assert.True(Tokeniser.Tokens(text).Count <= 6);
}
