using MarketingConsole.Core.Learning;
using MarketingConsole.Core.Learning.Numerics;
using MathNet.Numerics.LinearAlgebra;

namespace MarketingConsole.Tests.Learning.Numerics;

public sealed class SymmetricInverseTests
{
    [Theory, InlineData(1), InlineData(7), InlineData(32), InlineData(33), InlineData(150)]
    public void Invert_PositiveDefinite_TimesItselfIsOne(int n)
    {
        var random = new Random(n);
        var x = Matrix<double>.Build.Dense(n + 5, n, (_, _) => random.NextDouble() - 0.5);
        var a = x.TransposeThisAndMultiply(x) + Matrix<double>.Build.DenseIdentity(n);
        var inverse = a.ToRowMajorArray();
        SymmetricInverse.Invert(inverse, n, cancel: TestContext.Current.CancellationToken);
        var product = a * Matrix<double>.Build.DenseOfRowMajor(n, n, inverse);
        Assert.True((product - Matrix<double>.Build.DenseIdentity(n)).L2Norm() < 1e-9);
    }

    [Fact]
    public void Invert_RowsThatRepeat_IsRefused() =>
        Assert.Throws<LearningException>(() => SymmetricInverse.Invert([1, 1, 1, 1], 2, cancel: TestContext.Current.CancellationToken));
}
