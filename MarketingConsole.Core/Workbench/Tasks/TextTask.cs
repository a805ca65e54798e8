using System.Globalization;
using MarketingConsole.Core.Learning;
using MarketingConsole.Core.Learning.Text;

namespace MarketingConsole.Core.Workbench.Tasks;

/// <summary>What customers write about and in which mood.</summary>
internal static class TextTask
{
    private static readonly TaskOption Text = new("text", "column of the text", Required: true, IsColumn: true);
    private static readonly TaskOption Tongue = new("language", "language: en, de or fr (default: told by the words)", Choices: ["en", "de", "fr"]);
    private static readonly TaskOption Id = new("id", "column that names the row (default: a column that looks like one)", IsColumn: true);

    public static WorkbenchTask Topics { get; } = new(
        "topics", "What texts (reviews, complaints, searches) are about.", "one row a text", "the id, its main topic and the share of each topic",
        [Text, Id, new("k", "number of topics, 2 to 100 (default 10)"), new("method", "method: nmf or lda (default nmf)", Choices: ["nmf", "lda"]), new("label", "column of known topics, only to judge", IsColumn: true), Tongue],
        RunTopics);

    public static WorkbenchTask Sentiment { get; } = new(
        "sentiment", "The mood of texts: negative, neutral or positive. Learns from labelled texts where there are some; else reads by lexicon and rules.", "one row a text, optionally its mood", "the id, mood, score from −1 to 1, language and (learnt) the three chances",
        [Text, Id, new("label", "column of the mood: negative, neutral, positive (or 0/1, −1/0/1); without it the lexicon alone reads", IsColumn: true), Tongue],
        RunSentiment, TakesScore: true);

    private static TaskResult RunTopics(TaskInput input)
    {
        var (table, text, id, k) = (input.Train, input.NeedColumn("text"), input.Id, (int)input.Number("k", 10, 2, 100));
        var language = input.Choice("language");
        var documents = text.Cells.Select(x => (IReadOnlyList<string>)Tokeniser.Words(x, language ?? StopWords.Language(Tokeniser.Tokens(x)))).ToList();
        var counts = DocumentTerms.Count(documents, Math.Max(2, documents.Count / 2000), 0.5, 20_000);
        double[][] mixtures;
        List<IReadOnlyList<string>> words;
        List<Figure> figures = [new("texts", documents.Count, ""), new("words", counts.Words.Length, "in the vocabulary")];
        if (input.Choice("method") == "lda")
        {
            var model = LatentDirichlet.Fit(counts, new LatentDirichletOptions(k), input.Seed, input.Progress, input.Cancellation);
            (mixtures, words) = (model.Mixtures(counts), [.. Enumerable.Range(0, k).Select(x => (IReadOnlyList<string>)[.. model.TopWords(x).Select(w => w.Word)])]);
            figures.Add(new("perplexity", model.Perplexity(counts), "how many words the model hesitates between; lower is better"));
        }
        else
        {
            var weighted = counts.Weighted();
            var model = NonNegativeFactors.Fit(weighted, k, input.Seed, 200, input.Progress, input.Cancellation);
            (mixtures, words) = (model.Mixtures(weighted), [.. Enumerable.Range(0, k).Select(x => (IReadOnlyList<string>)[.. model.TopWords(x).Select(w => w.Word)])]);
        }

        int[] main = [.. mixtures.Select(x => Array.IndexOf(x, x.Max()))];
        figures.Add(new("NPMI", TopicQuality.Coherence(counts, words), "how often a topic's top words occur together: −1 never, 0 by chance, 1 always"));
        if (input.Option("label") is { } name)
        {
            var known = table.Need(name).Cells;
            var codes = known.Distinct(StringComparer.Ordinal).Select((x, i) => (x, i)).ToDictionary(x => x.x, x => x.i, StringComparer.Ordinal);
            figures.Add(new("NMI", TopicQuality.MutualInformation(main, [.. known.Select(x => codes[x])]), $"agreement of the main topic with {name}: 0 none, 1 full"));
        }

        return new(figures, [.. words.Select((x, t) => $"Topic {t}, {main.Count(m => m == t)} texts: {string.Join(", ", x)}.")], [id?.Name ?? "line", "topic", .. Enumerable.Range(0, k).Select(x => $"topic_{x}")],
            [.. mixtures.Select((x, i) => new[] { table.NameOf(id, i), main[i].ToString(CultureInfo.InvariantCulture) }.Concat(x.Select(FeatureTable.Text)).ToArray())]);
    }

    private static TaskResult RunSentiment(TaskInput input)
    {
        var (table, text, id) = (input.Train, input.NeedColumn("text"), input.Id);
        if (input.Option("label") is not { } name)
        {
            var read = text.Cells.Select(x => SentimentRules.Score(x, input.Choice("language"))).ToList();
            return new(
                [new("texts", read.Count, ""), new("mean score", read.Average(x => x.Score), "−1 very negative to 1 very positive"), new("silent", read.Count(x => x.Hits.Count == 0) / (double)read.Count, "share in which the lexicon knows no word")],
                ["Read by lexicon and rules; give labelled texts (--label) to learn from."], [id?.Name ?? "line", "mood", "score", "language", "words"],
                [.. read.Select((x, i) => new[] { table.NameOf(id, i), x.Score > 0.05 ? "positive" : x.Score < -0.05 ? "negative" : "neutral", FeatureTable.Text(x.Score), x.Language, string.Join(", ", x.Hits.Select(h => h.Text)) })]);
        }

        var moods = Moods(table.Need(name));
        int[] kept = [.. Enumerable.Range(0, table.Rows).Where(i => moods[i] is not null)];
        var model = SentimentClassifier.Fit([.. kept.Select(i => text.Cells[i])], [.. kept.Select(i => moods[i]!.Value)], input.Seed, input.Choice("language"), input.Progress, input.Cancellation);
        var target = input.Score ?? table;
        var rows = target.Need(text.Name).Cells.Select((x, i) =>
        {
            var found = model.Forecast(x);
            return new[] { target.NameOf(id, i), found.Mood.ToString().ToLowerInvariant(), FeatureTable.Text(found.Score), found.Language }.Concat(found.Probabilities.Select(FeatureTable.Text)).ToArray();
        }).ToList();
        return new(
            [.. model.HeldOut.SelectMany(x => new[] { new Figure($"accuracy ({x.Group})", x.Accuracy, $"on {x.Count} texts held out"), new Figure($"macro-F1 ({x.Group})", x.MacroF1, "each mood counts alike") })],
            [$"Learnt from {kept.Length} labelled texts.{(input.Score is null ? " The output repeats texts learnt from: judge by the figures, which are of texts held out." : "")}"],
            [id?.Name ?? "line", "mood", "score", "language", "negative", "neutral", "positive"], rows);
    }

    private static Mood?[] Moods(Column label)
    {
        var different = label.Cells.Where(x => x.Length > 0).Select(x => x.ToUpperInvariant()).ToHashSet();
        Mood? Of(string cell) => cell.ToUpperInvariant() switch
        {
            "" => null,
            "NEGATIVE" or "NEG" or "-1" => Mood.Negative,
            "NEUTRAL" or "NEU" => Mood.Neutral,
            "POSITIVE" or "POS" or "1" => Mood.Positive,
            "0" => different.Contains("-1") ? Mood.Neutral : Mood.Negative,
            _ => throw new LearningException($"{label.Name} holds “{cell}”; moods are negative, neutral and positive, or −1, 0, 1, or 0 and 1."),
        };
        return [.. label.Cells.Select(Of)];
    }
}
