using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using MarketingConsole.Core.Learning;
using MarketingConsole.Core.Learning.Text;

namespace MarketingConsole.Tests.Learning.Text;

public sealed class SentimentTests(ITestOutputHelper output)
{
    private static double Score(string text) => SentimentRules.Score(text, "en").Score;

    [Theory]
    [InlineData("The food was good.", "The food was not good.")]
    [InlineData("The food was very good.", "The food was good.")]
    [InlineData("The food was good.", "The food was slightly good.")]
    [InlineData("The food was GOOD.", "The food was good.")]
    [InlineData("The food was good!!!", "The food was good.")]
    [InlineData("The food was goooood.", "The food was good.")]
    [InlineData("The food was bad, but the service was great.", "The service was great, but the food was bad.")]
    [InlineData("It wasn't bad", "It was bad")]
    [InlineData("ok 😀", "ok 😡")]
    [InlineData("It works :-)", "It works :-(")]
    public void Score_Shifted_IsOrdered(string better, string worse) => Assert.True(Score(better) > Score(worse));

    [Theory, InlineData(""), InlineData(null), InlineData("The parcel is 30 cm wide."), InlineData("???")]
    public void Score_NothingFelt_IsZero(string? text) => Assert.Equal(0, SentimentRules.Score(text).Score);

    [Theory]
    [InlineData("de", "Tolle Qualität und sehr schnelle Lieferung, gerne wieder!|Das Kleid ist wunderschön und passt perfekt|Der Kundenservice war freundlich und hilfsbereit|Bin sehr zufrieden, klare Empfehlung|Super Preis, alles bestens|Gar nicht schlecht, ich bin begeistert|Die Beratung war kompetent und die Ware hochwertig|Ich liebe diese Schuhe 😍",
        "Leider nach zwei Tagen kaputt|Die Lieferung kam viel zu spät und der Karton war beschädigt|Das Material ist billig und stinkt|Ich bin sehr enttäuscht, nie wieder|Gefällt mir nicht|Der Service war unfreundlich und unverschämt|Totale Geldverschwendung, funktioniert nicht|Schlechte Qualität, ging zurück|Keine Antwort vom Kundenservice, eine Frechheit")]
    [InlineData("fr", "Très bon produit, livraison rapide, je recommande !|La robe est magnifique et la qualité est excellente|Service client aimable et efficace|Je suis très satisfaite de mon achat|J'adore ce parfum ❤️|Pas mal du tout, bon rapport qualité prix|Merci pour l'accueil chaleureux|Un vrai plaisir, tout était parfait",
        "Produit arrivé cassé, je suis déçu|Livraison en retard et colis abîmé|Je n'aime pas du tout la couleur|Une arnaque, à éviter|Le service client est nul et impoli|Mauvaise qualité, je ne recommande pas|Ne fonctionne pas, remboursement refusé|C'est une honte, plus jamais|Trop cher et très décevant")]
    [InlineData("en", "Great quality and fast delivery, will buy again!|The dress is gorgeous and fits perfectly|Friendly and helpful staff|I'm very happy with it, highly recommended|Not bad at all, I love it|Works great, no problems so far|Best purchase ever 😍|Excellent value for money",
        "Broke after two days|Delivery was late and the box was damaged|The material is cheap and smells bad|Very disappointed, never again|I don't like it|The staff was rude and unhelpful|A complete waste of money, it doesn't work|Poor quality, sent it back|No response from customer service, terrible")]
    public void Score_ShopReviews_HaveTheRightSignAndLanguage(string language, string good, string bad)
    {
        var all = good.Split('|').Select(x => (Text: x, Good: true)).Concat(bad.Split('|').Select(x => (Text: x, Good: false))).Select(x => (x.Text, x.Good, Score: SentimentRules.Score(x.Text))).ToList();
        output.WriteLine($"{language}: {all.Count(x => x.Score.Score != 0 && x.Score.Score > 0 == x.Good)} of {all.Count} right, language told in {all.Count(x => x.Score.Language == language)}");
        foreach (var wrong in all.Where(x => x.Score.Score == 0 || x.Score.Score > 0 != x.Good))
        {
            output.WriteLine($"  {wrong.Score.Score:F2} {wrong.Score.Language} {wrong.Text}");
        }

        Assert.True(all.Count(x => x.Score.Score != 0 && x.Score.Score > 0 == x.Good) >= 0.85 * all.Count);
        Assert.True(all.Count(x => x.Score.Language == language) >= 0.8 * all.Count);
    }

    [Fact]
    public void Score_AnyText_StaysWithinBounds() => Prop.ForAll<string>(text => Math.Abs(SentimentRules.Score(text).Score) <= 1).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    private static (List<string> Texts, List<Mood> Moods) Made(int n, int seed)
    {
        var random = new Random(seed);
        string[][] words = [["kaputt", "late", "nul"], ["parcel", "size", "colour"], ["toll", "great", "super"]];
        var moods = Enumerable.Range(0, n).Select(i => (Mood)(i % 3)).ToList();
        return ([.. moods.Select(m => $"the item {words[random.NextDouble() < 0.9 ? (int)m : random.Next(3)][random.Next(3)]} number {random.Next(50)}")], moods);
    }

    [Fact]
    public void Fit_SimpleTexts_LearnsCalibratesAndIsStored()
    {
        var (texts, moods) = Made(600, 1);
        var model = SentimentClassifier.Fit(texts, moods, 1, null, null, TestContext.Current.CancellationToken);
        Assert.InRange(model.HeldOut[0].Accuracy, 0.85, 0.97); // the right word in 90 % + a third of the rest
        Assert.True(model.HeldOut.Count >= 2);
        var (fresh, truth) = Made(600, 2);
        var said = fresh.Select(model.Forecast).ToList();
        Assert.All(said, x => Assert.Equal(1, x.Probabilities.Sum(), 9));
        Assert.True(MoodMetrics.Of("", [.. said.Select(x => x.Mood)], truth).MacroF1 > 0.85);
        Assert.Equal(said.Average(x => x.Probabilities.Max()), said.Zip(truth).Average(x => x.First.Mood == x.Second ? 1.0 : 0), 0.05);
        var again = JsonSerializer.Deserialize<SentimentClassifier>(JsonSerializer.Serialize(model))!;
        Assert.Equal(said[7].Probabilities, again.Forecast(fresh[7]).Probabilities);
        Assert.Equal(said[7].Probabilities, SentimentClassifier.Fit(texts, moods, 1, null, null, TestContext.Current.CancellationToken).Forecast(fresh[7]).Probabilities);
        Assert.Equal(1, model.Forecast("").Probabilities.Sum(), 9);
    }

    [Fact]
    public void Fit_TwoMoods_GivesTheThirdNoChance()
    {
        var (texts, moods) = Made(300, 3);
        var kept = Enumerable.Range(0, 300).Where(i => moods[i] != Mood.Neutral).ToList();
        var model = SentimentClassifier.Fit([.. kept.Select(i => texts[i])], [.. kept.Select(i => moods[i])], 1, null, null, TestContext.Current.CancellationToken);
        Assert.Equal(0, model.Forecast("great item").Probabilities[(int)Mood.Neutral]);
        Assert.Equal(Mood.Positive, model.Forecast("great item").Mood);
    }

    [Fact]
    public void Fit_TooLittle_SaysSo()
    {
        var cancellation = TestContext.Current.CancellationToken;
        Assert.Contains("word list", Assert.Throws<LearningException>(() => SentimentClassifier.Fit(["a", "b"], [Mood.Negative, Mood.Positive], 1, null, null, cancellation)).Message, StringComparison.Ordinal);
        Assert.Throws<LearningException>(() => SentimentClassifier.Fit([.. Enumerable.Repeat("a", 50)], [.. Enumerable.Repeat(Mood.Positive, 50)], 1, null, null, cancellation));
        Assert.Throws<LearningException>(() => SentimentRegression.Fit([.. Enumerable.Repeat("a", 50)], [.. Enumerable.Repeat(1.0, 50)], 1, null, cancellation));
        Assert.Throws<OperationCanceledException>(() => SentimentClassifier.Fit([.. Made(60, 1).Texts], Made(60, 1).Moods, 1, null, null, new CancellationToken(true)));
        var empty = SentimentClassifier.Fit([.. Enumerable.Repeat("", 40)], [.. Enumerable.Range(0, 40).Select(i => i % 2 == 0 ? Mood.Positive : Mood.Negative)], 1, null, null, cancellation);
        Assert.Equal(0.5, empty.Forecast("").Probabilities[0], 0.2);
    }

    [Fact]
    public void Regression_Stars_AreLearnedWithinTheirRange()
    {
        var (texts, moods) = Made(600, 4);
        var model = SentimentRegression.Fit(texts, [.. moods.Select(x => 1 + (2.0 * (int)x))], 1, null, TestContext.Current.CancellationToken);
        Assert.True(model.Forecast("the item toll number 4") > 3.8 && model.Forecast("the item nul number 4") < 2.2);
        Assert.Equal(model.Forecast("toll"), JsonSerializer.Deserialize<SentimentRegression>(JsonSerializer.Serialize(model))!.Forecast("toll"));
        Assert.InRange(model.Forecast(string.Concat(Enumerable.Repeat("great super toll ", 100))), 1, 5);
    }
}
