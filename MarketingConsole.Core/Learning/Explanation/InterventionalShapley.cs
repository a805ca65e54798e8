using MarketingConsole.Core.Learning.Classification;

namespace MarketingConsole.Core.Learning.Explanation;

/// <summary>Shapley values against a background of rows: a column that is not known takes the background's values, whatever the other columns are.
/// Sources: Shapley, A value for n-person games, 1953; Štrumbelj and Kononenko, Explaining prediction models and individual predictions with feature contributions, 2014; Janzing, Minorics and Blöbaum, Feature relevance quantification in explainable AI, 2020.</summary>
public static class InterventionalShapley
{
    /// <summary>More columns than this cannot be enumerated in reasonable time.</summary>
    public const int MaxColumns = 16;

    /// <summary>Log-odds of a logistic regression, for which the values have a closed form: coefficient times distance from the background's mean.</summary>
    /// <param name="background">Rows of the people to compare with; at least one.</param>
    public static ShapleyValues OfLogOdds(LogisticRegression model, ReadOnlySpan<double> row, IReadOnlyList<double[]> background)
    {
        Check(background, row.Length);
        var contributions = new double[row.Length];
        for (var j = 0; j < row.Length; j++)
        {
            contributions[j] = model.Coefficients[j] / model.Scales[j] * (row[j] - background.Average(x => x[j]));
        }

        return new(background.Average(x => model.LogOdds(x)), contributions);
    }

    /// <summary>Probability of a logistic regression, exactly, by going through all sets of columns.</summary>
    /// <param name="background">Rows of the people to compare with; at least one.</param>
    /// <exception cref="LearningException">More than <see cref="MaxColumns"/> columns.</exception>
    public static ShapleyValues OfProbability(LogisticRegression model, ReadOnlySpan<double> row, IReadOnlyList<double[]> background)
    {
        Check(background, row.Length);
        double[] own = model.Contributions(row);
        double[][] others = [.. background.Select(x => model.Contributions(x))];
        return Exact(row.Length, set =>
        {
            var sum = 0.0;
            foreach (var other in others)
            {
                var z = model.Intercept;
                for (var j = 0; j < own.Length; j++)
                {
                    z += (set >> j & 1) == 1 ? own[j] : other[j];
                }

                sum += LogisticRegression.Sigmoid(z);
            }

            return sum / others.Length;
        });
    }

    /// <summary>Any model, exactly, by going through all sets of columns.</summary>
    /// <param name="model">Forecast of a row.</param>
    /// <param name="background">Rows of the people to compare with; at least one.</param>
    /// <exception cref="LearningException">More than <see cref="MaxColumns"/> columns.</exception>
    public static ShapleyValues Of(Func<double[], double> model, double[] row, IReadOnlyList<double[]> background)
    {
        Check(background, row.Length);
        var mixed = new double[row.Length];
        return Exact(row.Length, set => background.Average(other =>
        {
            for (var j = 0; j < mixed.Length; j++)
            {
                mixed[j] = (set >> j & 1) == 1 ? row[j] : other[j];
            }

            return model(mixed);
        }));
    }

    /// <param name="value">Mean forecast when the columns of a set (bits) are known.</param>
    private static ShapleyValues Exact(int columns, Func<int, double> value)
    {
        if (columns > MaxColumns)
        {
            throw new LearningException($"Exact values go through every set of columns: {columns} columns are too many, at most {MaxColumns} can be done. Explain the log-odds instead.");
        }

        var values = new double[1 << columns];
        for (var set = 0; set < values.Length; set++)
        {
            values[set] = value(set);
        }

        var weights = new double[columns]; // |S|! (p − |S| − 1)! / p!
        for (var size = 0; size < columns; size++)
        {
            weights[size] = 1 / (columns * MathNet.Numerics.SpecialFunctions.Binomial(columns - 1, size));
        }

        var contributions = new double[columns];
        for (var j = 0; j < columns; j++)
        {
            for (var set = 0; set < values.Length; set++)
            {
                if ((set >> j & 1) == 0)
                {
                    contributions[j] += weights[System.Numerics.BitOperations.PopCount((uint)set)] * (values[set | (1 << j)] - values[set]);
                }
            }
        }

        return new(values[0], contributions);
    }

    private static void Check(IReadOnlyList<double[]> background, int columns)
    {
        if (background.Count == 0 || background.Any(x => x.Length != columns))
        {
            throw new LearningException("An explanation needs rows to compare with, with the same columns.");
        }
    }
}
