using Backprop.Optimizers;

namespace Backprop.Core.Tests.Optimizers;

public class OptimizerContractTests
{
    // L-BFGS makes no steps of its own: its line search asks for losses, so it is tried by training (LbfgsTests).
    private static IEnumerable<StepwiseOptimizer> Stepwise => Optimizer.All.OfType<StepwiseOptimizer>();

    public static TheoryData<StepwiseOptimizer> All => [.. Stepwise];

    public static TheoryData<StepwiseOptimizer, int> Counts()
    {
        var cases = new TheoryData<StepwiseOptimizer, int>();
        foreach (var optimizer in Stepwise)
            foreach (var count in (int[])[1, 5, 37, 1000]) cases.Add(optimizer, count);
        return cases;
    }

    [Fact]
    public void Every_optimizer_in_the_assembly_is_listed() => Choices.AssertListed<Optimizer>(Optimizer.All);

    [Theory, MemberData(nameof(All))]
    public void The_bottom_of_a_parabola_is_found(StepwiseOptimizer optimizer)
    {
        float[] theta = [5, -3];
        var state = optimizer.Start(2);
        for (var step = 0; step < 10_000; step++)
            state.Update(theta, [theta[0] - 1, 10 * (theta[1] - 2)], Rate(optimizer, 0.01) * (1 - step / 10_000.0));
        TestNumbers.AssertClose([1, 2], theta, 1e-3f);
    }

    // A thousand times as steep across as along, and turned, so that no parameter can be looked at by itself.
    [Theory, MemberData(nameof(All))]
    public void The_bottom_of_an_ill_conditioned_bowl_is_found(StepwiseOptimizer optimizer)
    {
        // AdaGrad never forgets how steep it was at first.
        var rate = optimizer is AdaGrad ? 1 : Rate(optimizer, 0.001);
        float[] theta = [3, -1];
        var state = optimizer.Start(2);
        for (var step = 0; step < 50_000; step++)
        {
            float along = 0.6f * (theta[0] - 1) + 0.8f * (theta[1] - 2), across = 1000 * (-0.8f * (theta[0] - 1) + 0.6f * (theta[1] - 2));
            state.Update(theta, [0.6f * along - 0.8f * across, 0.8f * along + 0.6f * across], rate * (1 - step / 50_000.0));
        }
        TestNumbers.AssertClose([1, 2], theta, 0.01f);
    }

    [Theory, MemberData(nameof(All))]
    public void The_bottom_of_Rosenbrocks_valley_is_found(StepwiseOptimizer optimizer)
    {
        // f(x, y) = (1 − x)² + 100·(y − x²)²: a curved valley, 2,500 times as steep across as along at its bottom (1, 1).
        float[] theta = [-1.2f, 1];
        var state = optimizer.Start(2);
        for (var step = 0; step < 50_000; step++)
        {
            float x = theta[0], y = theta[1];
            state.Update(theta, [-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)], Rate(optimizer, 0.001) * (1 - step / 50_000.0));
        }
        TestNumbers.AssertClose([1, 1], theta, 0.01f);
    }

    [Theory, MemberData(nameof(Counts))]
    public void Zero_gradient_from_a_fresh_start_moves_nothing(StepwiseOptimizer optimizer, int count)
    {
        var theta = TestNumbers.Normal(count, seed: 1);
        float[] before = [.. theta];
        var state = optimizer.Start(count);
        for (var step = 0; step < 3; step++) state.Update(theta, new float[count], learningRate: 0.1);
        TestNumbers.AssertSameBits(before, theta);
    }

    // Memory laid out wrongly, or a vector loop that forgets its rest, would show as parameters that influence each other.
    [Theory, MemberData(nameof(Counts))]
    public void Every_parameter_moves_as_if_it_were_alone(StepwiseOptimizer optimizer, int count)
    {
        var together = TestNumbers.Normal(count, seed: 2);
        float[] alone = [.. together];
        var state = optimizer.Start(count);
        var states = alone.Select(_ => optimizer.Start(1)).ToArray();
        for (var step = 0; step < 3; step++)
        {
            var gradient = TestNumbers.Normal(count, seed: 10 + step);
            state.Update(together, gradient, learningRate: 0.1);
            for (var i = 0; i < count; i++) states[i].Update(alone.AsSpan(i, 1), gradient.AsSpan(i, 1), learningRate: 0.1);
        }
        TestNumbers.AssertSameBits(alone, together);
    }

    [Theory, MemberData(nameof(All))]
    public void The_first_step_goes_against_the_gradient(StepwiseOptimizer optimizer)
    {
        float[] theta = [0, 0];
        optimizer.Start(2).Update(theta, [3, -3], optimizer.DefaultLearningRate);
        Assert.True(theta[0] < 0 && theta[1] > 0, $"moved to {theta[0]}, {theta[1]}");
    }

    [Theory, MemberData(nameof(All))]
    public void Two_runs_of_one_optimizer_do_not_share_memory(StepwiseOptimizer optimizer)
    {
        float[] first = [1], second = [1];
        var (one, other) = (optimizer.Start(1), optimizer.Start(1));
        one.Update(first, [2], learningRate: 0.1);
        one.Update(first, [2], learningRate: 0.1);
        other.Update(second, [2], learningRate: 0.1);
        other.Update(second, [2], learningRate: 0.1);
        TestNumbers.AssertSameBits(first, second);
    }

    [Theory, MemberData(nameof(All))]
    public void The_usual_learning_rate_may_be_given_to_a_trainer(StepwiseOptimizer optimizer) =>
        Assert.InRange(optimizer.DefaultLearningRate, 1e-6, 1);

    // Falling to zero, because optimizers whose steps have one size end beside the bottom otherwise. Some steps shrink by themselves
    // besides.
    private static double Rate(StepwiseOptimizer optimizer, double usual) =>
        optimizer is AdaGrad or AdaDelta or AmsGrad ? 100 * usual : usual;
}
