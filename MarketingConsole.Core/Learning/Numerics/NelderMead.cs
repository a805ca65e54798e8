namespace MarketingConsole.Core.Learning.Numerics;

/// <summary>Downhill simplex without derivatives, for few parameters and functions with kinks.
/// Source: Nelder and Mead, A simplex method for function minimization, 1965, with the usual coefficients 1, 2, ½, ½.</summary>
public static class NelderMead
{
    /// <param name="function">Smaller is better; NaN counts as infinitely bad.</param>
    /// <param name="start">Where to begin; at least one number.</param>
    /// <param name="step">Edge of the first simplex, one a parameter.</param>
    /// <param name="maxCalls">The most calls of the function.</param>
    /// <param name="tolerance">Stops when best and worst corner differ relatively by less.</param>
    /// <returns>The best point seen and its value.</returns>
    public static (double[] Point, double Value) Minimise(Func<double[], double> function, double[] start, double[] step, int maxCalls = 400, double tolerance = 1e-7)
    {
        var n = start.Length;
        var points = new double[n + 1][];
        var values = new double[n + 1];
        for (var i = 0; i <= n; i++)
        {
            points[i] = (double[])start.Clone();
            if (i > 0)
            {
                points[i][i - 1] += step[i - 1];
            }

            values[i] = Value(points[i]);
        }

        var calls = n + 1;
        var (centre, trial, other) = (new double[n], new double[n], new double[n]);
        while (calls < maxCalls)
        {
            Array.Sort(values, points);
            if (Math.Abs(values[n] - values[0]) <= tolerance * (Math.Abs(values[0]) + tolerance))
            {
                break;
            }

            Array.Clear(centre);
            for (var i = 0; i < n; i++)
            {
                for (var j = 0; j < n; j++)
                {
                    centre[j] += points[i][j] / n;
                }
            }

            var reflected = Try(trial, 1);
            if (reflected < values[0])
            {
                var expanded = Try(other, 2);
                Replace(expanded < reflected ? other : trial, Math.Min(expanded, reflected));
            }
            else if (reflected < values[n - 1])
            {
                Replace(trial, reflected);
            }
            else
            {
                var contracted = reflected < values[n] ? Try(other, 0.5) : Try(other, -0.5);
                if (contracted < Math.Min(reflected, values[n]))
                {
                    Replace(other, contracted);
                }
                else
                {
                    for (var i = 1; i <= n; i++)
                    {
                        for (var j = 0; j < n; j++)
                        {
                            points[i][j] = (points[0][j] + points[i][j]) / 2;
                        }

                        values[i] = Value(points[i]);
                    }

                    calls += n;
                }
            }

            double Try(double[] into, double factor)
            {
                for (var j = 0; j < n; j++)
                {
                    into[j] = centre[j] + (factor * (centre[j] - points[n][j]));
                }

                calls++;
                return Value(into);
            }

            void Replace(double[] by, double value)
            {
                by.CopyTo(points[n], 0);
                values[n] = value;
            }
        }

        var best = Array.IndexOf(values, values.Min());
        return (points[best], values[best]);

        double Value(double[] at)
        {
            var value = function(at);
            return double.IsNaN(value) ? double.PositiveInfinity : value;
        }
    }
}
