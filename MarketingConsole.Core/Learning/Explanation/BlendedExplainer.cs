using MarketingConsole.Core.Learning.Classification;

namespace MarketingConsole.Core.Learning.Explanation;

/// <summary>Shapley values of a <see cref="BlendedClassifier"/> by column of the table, in calibrated log-odds: the values of a weighted sum of models are the weighted sum of their values.</summary>
public static class BlendedExplainer
{
    public static ShapleyValues Explain(BlendedClassifier model, ReadOnlySpan<float> row)
    {
        var (start, contributions) = (0.0, new double[row.Length]);
        if (model.Linear is { } line)
        {
            var parts = line.Contributions(model.Encoding.Encode(row));
            var at = 0;
            for (var j = 0; j < row.Length; j++)
            {
                for (var k = 0; k < model.Encoding.Columns[j].Width; k++)
                {
                    contributions[j] += (1 - model.TreeShare) * parts[at++];
                }
            }

            start += (1 - model.TreeShare) * line.Intercept;
        }

        if (model.Trees is { } trees)
        {
            var values = TreeShap.Explain(trees, row);
            start += model.TreeShare * values.Base;
            for (var j = 0; j < row.Length; j++)
            {
                contributions[j] += model.TreeShare * values.Contributions[j];
            }
        }

        return new(model.Calibration.LogOdds(start), [.. contributions.Select(x => x * model.Calibration.Slope)]);
    }
}
