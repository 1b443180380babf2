using Backprop.Optimizers;

namespace Backprop.Core.Tests.Optimizers;

public class OptimizerOptionTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(-0.1)]
    [InlineData(double.NaN)]
    public void Rates_of_forgetting_outside_zero_to_one_are_refused_by_name(double value)
    {
        Assert.Throws<ArgumentOutOfRangeException>(nameof(Adam.Beta1), () => new Adam { Beta1 = value });
        Assert.Throws<ArgumentOutOfRangeException>(nameof(Adam.Beta2), () => new Adam { Beta2 = value });
        Assert.Throws<ArgumentOutOfRangeException>(nameof(Momentum.Coefficient), () => new Momentum { Coefficient = value });
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1e-8)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void An_epsilon_that_is_not_positive_is_refused_by_name(double value) =>
        Assert.Throws<ArgumentOutOfRangeException>(nameof(Adam.Epsilon), () => new Adam { Epsilon = value });

    [Fact]
    public void The_ends_of_the_ranges_are_allowed()
    {
        Assert.Equal(new Adam { Beta1 = 0, Beta2 = 0 }, new Adam { Beta1 = 0, Beta2 = 0 });
        Assert.Equal(0, new Momentum { Coefficient = 0 }.Coefficient);
    }

    [Fact]
    public void Defaults_are_those_of_the_papers()
    {
        Assert.Equal(new Adam { Beta1 = 0.9, Beta2 = 0.999, Epsilon = 1e-8 }, new Adam());
        Assert.Equal(0.9, new Momentum().Coefficient);
    }
}
