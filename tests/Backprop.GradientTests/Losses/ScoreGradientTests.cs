using Backprop.GradientTests.Checking;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.GradientTests.Losses;

/// <summary>Everything between the output of a network and its predictions: averages over members, units, bounds, temperature,
/// link.</summary>
public class ScoreGradientTests
{
    private const int Rows = 3;

    public static TheoryData<Loss, int> Cases()
    {
        var cases = new TheoryData<Loss, int>();
        foreach (var loss in (Loss[])[.. Loss.All, new PinballLoss { Quantiles = [0.1, 0.5, 0.9] }])
            foreach (var members in (int[])[1, 2, 5]) cases.Add(loss, members);
        return cases;
    }

    [Theory, MemberData(nameof(Cases))]
    public void Backward_of_the_average_is_its_derivative(Loss loss, int members)
    {
        if (members == 1) return;
        var width = loss.OutputsFor(3);
        var average = new AverageMembers(["members"], "average", width, members, loss);
        var scores = Scores(loss, Rows * members * width, seed: 51);
        var weights = TestPoints.AwayFromZero(Rows * width, seed: 52);
        var gradient = TestPoints.Unassigned(scores.Length);
        average.Backward(
            new ReadOnlyMatrix(scores, Rows, members * width), new ReadOnlyMatrix(weights, Rows, width),
            new Matrix(gradient, Rows, members * width));
        CentralDifferences.Compare($"average of {loss}", WeightedSum, scores, gradient);

        double WeightedSum()
        {
            double[] copy = [.. scores], averages = new double[weights.Length];
            average.Apply(new Matrix(copy, Rows, members * width), new Matrix(averages, Rows, width));
            return averages.Zip(weights, (value, weight) => value * weight).Sum();
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void Backward_of_the_link_is_its_derivative(Loss loss, int targets)
    {
        var width = loss.OutputsFor(targets);
        Compare(loss.ToString(), new ApplyLink(["scores"], "predictions", width, loss), Scores(loss, Rows * width, seed: 53));
    }

    [Fact]
    public void Backward_of_a_loss_for_each_target_is_its_derivative()
    {
        foreach (var loss in (LossPerTarget[])
            [
                new(new PoissonLoss(), new LogisticLoss(), new SquaredError()),
                new(
                    new PinballLoss { Quantiles = [0.1, 0.9] }, new GaussianNegativeLogLikelihood(),
                    new PinballLoss { Quantiles = [0.2, 0.7] }),
            ])
        {
            Backward_of_the_average_is_its_derivative(loss, members: 3);
            Backward_of_the_link_is_its_derivative(loss, targets: 3);
        }
    }

    [Fact]
    public void Backward_of_the_other_operations_is_their_derivative()
    {
        var scale = new Standardization([1, -2, 5], [0.5, 4, 0]);
        var limits = new ScoreLimits([-0.9, double.NegativeInfinity, -3], [0.8, 3, double.PositiveInfinity]);
        foreach (var operation in (ScoreOperation[])
            [
                new DivideByTemperature(["x"], "y", 3, 1.7), new UnscaleColumns(["x"], "y", 3, scale),
                new ClipColumns(["x"], "y", 3, limits),
            ])
            Compare(operation.GetType().Name, operation, TestPoints.AwayFromZero(Rows * 3, seed: 54));
    }

    // A softmax that is nearly sure in every member, and one whose probability of a class underflows in all of them.
    [Theory]
    [InlineData(30)]
    [InlineData(800)]
    public void The_average_of_sure_members_has_finite_derivatives(double size)
    {
        var average = new AverageMembers(["members"], "average", 3, 2, new SoftmaxCrossEntropy());
        var gradient = TestPoints.Unassigned(6);
        average.Backward(
            new ReadOnlyMatrix([size, 0, -size, size, 1, -size], 1, 6), new ReadOnlyMatrix([1, 2, 3], 1, 3), new Matrix(gradient, 1, 6));
        Assert.All(gradient, slope => Assert.True(double.IsFinite(slope)));

        // A third score that is far below the others changes its own logarithm by as much as it changes, half in each member.
        Assert.Equal(1.5, gradient[2], 1e-9);
        Assert.Equal(1.5, gradient[5], 1e-9);
    }

    private static void Compare(string? what, ScoreOperation operation, double[] scores)
    {
        var weights = TestPoints.AwayFromZero(scores.Length, seed: 55);
        double[] gradient = [.. weights];
        operation.Backward(new ReadOnlyMatrix(scores, Rows, operation.Width), new Matrix(gradient, Rows, operation.Width));
        CentralDifferences.Compare($"{what}", WeightedSum, scores, gradient);

        double WeightedSum()
        {
            double[] copy = [.. scores];
            operation.Apply(new Matrix(copy, Rows, operation.Width));
            return copy.Zip(weights, (value, weight) => value * weight).Sum();
        }
    }

    // Margins are clipped at ±1, so some are beyond the bounds; none is near them.
    private static double[] Scores(Loss loss, int count, int seed) =>
        [.. TestPoints.AwayFromZero(count, seed).Select(z => loss is SquaredHingeLoss && Math.Abs(Math.Abs(z) - 1) < 0.01 ? z * 1.1 : z)];
}
