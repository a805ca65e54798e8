namespace MarketingConsole.Core.Learning.Text;

/// <summary>How well moods were told.</summary>
/// <param name="Group">Which texts: "all" or a language.</param>
/// <param name="Count">Texts judged.</param>
/// <param name="Accuracy">Share told right.</param>
/// <param name="MacroF1">Mean over the moods that occur of 2 · right / (said + true): each mood counts alike.</param>
public sealed record MoodMetrics(string Group, int Count, double Accuracy, double MacroF1)
{
    public static MoodMetrics Of(string group, IReadOnlyList<Mood> said, IReadOnlyList<Mood> truth)
    {
        var f1 = truth.Distinct().Select(mood =>
        {
            var (right, both) = (0, 0);
            for (var i = 0; i < truth.Count; i++)
            {
                right += said[i] == mood && truth[i] == mood ? 2 : 0;
                both += (said[i] == mood ? 1 : 0) + (truth[i] == mood ? 1 : 0);
            }

            return (double)right / both;
        });
        return new(group, truth.Count, truth.Count == 0 ? 0 : said.Zip(truth).Count(x => x.First == x.Second) / (double)truth.Count, f1.DefaultIfEmpty().Average());
    }
}
