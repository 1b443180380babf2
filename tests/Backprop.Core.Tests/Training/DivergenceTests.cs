using Backprop.Optimizers;
using Backprop.Training;

namespace Backprop.Core.Tests.Training;

public class DivergenceTests
{
    // L-BFGS does not diverge: its line search takes no step that raises the loss.
    public static TheoryData<StepwiseOptimizer> Optimizers => [.. Optimizer.All.OfType<StepwiseOptimizer>()];

    [Theory, MemberData(nameof(Optimizers))]
    public void A_loss_that_is_no_longer_finite_ends_training_with_advice(StepwiseOptimizer optimizer)
    {
        var problem = Diverge(Problems.GradientDescent with { Optimizer = optimizer, LearningRate = 1e30 });
        Assert.Contains("the loss became", problem.Message);
        Assert.Contains("LearningRate (it was 1E+30)", problem.Message);
        Assert.Contains($"epoch {problem.Epoch}:", problem.Message);
        Assert.InRange(problem.Epoch, 2, 20); // the first pass starts from good parameters
    }

    // The last update is followed by no loss; without a look at the parameters themselves it would be saved.
    [Theory, MemberData(nameof(Optimizers))]
    public void A_parameter_that_is_not_finite_after_the_last_update_is_found(StepwiseOptimizer optimizer)
    {
        var problem = Diverge(Problems.GradientDescent with { Optimizer = optimizer, LearningRate = 1e300, NumberOfIterations = 1 });
        Assert.Contains("a parameter is no longer a finite number", problem.Message);
        Assert.Equal(1, problem.Epoch);
    }

    [Fact]
    public void Finite_parameters_that_are_too_large_to_score_with_are_found()
    {
        var problem = Diverge(Problems.GradientDescent with { LearningRate = 1e30, NumberOfIterations = 1 });
        Assert.Contains("the loss after the last update is not finite", problem.Message);
    }

    [Fact]
    public void A_validation_loss_that_is_not_finite_is_found()
    {
        var validation = new ExampleSet([1e30f, 1e30f], 2, [0]);
        var problem = Assert.Throws<TrainingDivergedException>(() =>
            new Trainer(Problems.GradientDescent).Train(Problems.TwoToOne(), Problems.Surface(10, seed: 1), validation));
        Assert.Contains("the validation loss became", problem.Message);
        Assert.Equal(1, problem.Epoch);
    }

    private static TrainingDivergedException Diverge(TrainingOptions options) => Assert.Throws<TrainingDivergedException>(() =>
        new Trainer(options).Train(Problems.TwoToOne(4), Problems.Surface(10, seed: 1)));
}
