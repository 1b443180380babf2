using System.Reflection;
using Backprop.Optimizers;

namespace Backprop.Core.Tests.Optimizers;

public class OptimizerOptionTests
{
    public static TheoryData<string, string> Options()
    {
        var cases = new TheoryData<string, string>();
        foreach (var type in Optimizer.All.Select(optimizer => optimizer.GetType()))
            foreach (
                var option in type.GetProperties().Where(
                    property => property.PropertyType == typeof(double) && property.SetMethod is not null))
                cases.Add(type.Name, option.Name);
        return cases;
    }

    [Theory, MemberData(nameof(Options))]
    public void Every_option_refuses_what_is_no_number_or_negative_by_its_name(string optimizer, string option)
    {
        foreach (var wrong in (double[])[double.NaN, -0.1, double.PositiveInfinity])
        {
            var type = Optimizer.All.Single(o => o.GetType().Name == optimizer).GetType();
            var problem = Assert.Throws<TargetInvocationException>(
                () => type.GetProperty(option)!.SetValue(Activator.CreateInstance(type), wrong));
            Assert.Equal(option, Assert.IsType<ArgumentOutOfRangeException>(problem.InnerException).ParamName);
        }
    }

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

    // Such an optimizer would undo what Lookahead does to the parameters.
    [Fact]
    public void Lookahead_refuses_optimizers_that_predict_with_other_parameters()
    {
        foreach (var optimizer in Optimizer.All.OfType<StepwiseOptimizer>())
        {
            if (!optimizer.Start(3).PredictsWithOthers) _ = new Lookahead { Inner = optimizer };
            else
            {
                var problem = Assert.Throws<ArgumentOutOfRangeException>(
                    nameof(Lookahead.Inner), () => new Lookahead { Inner = optimizer });
                Assert.Contains(optimizer.GetType().Name, problem.Message, StringComparison.Ordinal);
            }
        }
        Assert.Throws<ArgumentOutOfRangeException>(() => new Lookahead { Inner = new ScheduleFreeAdamW() });
    }

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
