using Backprop.Numerics;

namespace Backprop.Core.Tests.Numerics;

public class StudentDistributionTests
{
    // Abramowitz and Stegun (1964), table 26.10.
    [Theory]
    [InlineData(0.95, 1, 12.706)]
    [InlineData(0.95, 2, 4.303)]
    [InlineData(0.95, 3, 3.182)]
    [InlineData(0.95, 4, 2.776)]
    [InlineData(0.95, 9, 2.262)]
    [InlineData(0.95, 60, 2.000)]
    [InlineData(0.90, 4, 2.132)]
    [InlineData(0.99, 5, 4.032)]
    public void Quantiles_are_those_of_the_table(double probability, int degreesOfFreedom, double expected)
    {
        Assert.Equal(expected, StudentDistribution.TwoSidedQuantile(probability, degreesOfFreedom), 0.0006);
        Assert.Equal(probability,
            StudentDistribution.Within(StudentDistribution.TwoSidedQuantile(probability, degreesOfFreedom), degreesOfFreedom), 1e-12);
    }
}
