namespace MarketingConsole.Core.Learning.Text;

/// <summary>Rows of few numbers in a wide space.</summary>
/// <param name="Starts">Where each row begins; one more than there are rows.</param>
/// <param name="Columns">Column of each entry, each column once a row.</param>
/// <param name="Values">Value of each entry.</param>
/// <param name="Width">Columns there are.</param>
internal sealed record SparseRows(int[] Starts, int[] Columns, float[] Values, int Width)
{
    public int Count => Starts.Length - 1;

    public double Dot(int row, float[] weights)
    {
        var sum = 0.0;
        for (var i = Starts[row]; i < Starts[row + 1]; i++)
        {
            sum += weights[Columns[i]] * Values[i];
        }

        return sum;
    }

    /// <summary>Adds a row times a number to weights.</summary>
    public void AddTo(float[] weights, int row, double times)
    {
        for (var i = Starts[row]; i < Starts[row + 1]; i++)
        {
            weights[Columns[i]] += (float)(times * Values[i]);
        }
    }

    public double Square(int row)
    {
        var sum = 0.0;
        for (var i = Starts[row]; i < Starts[row + 1]; i++)
        {
            sum += (double)Values[i] * Values[i];
        }

        return sum;
    }
}
