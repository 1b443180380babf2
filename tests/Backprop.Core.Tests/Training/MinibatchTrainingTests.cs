using Backprop.Losses;
using Backprop.Numerics;
using Backprop.Training;

namespace Backprop.Core.Tests.Training;

public class MinibatchTrainingTests
{
    [Fact]
    public void The_last_smaller_batch_is_learned_from()
    {
        // Only the fifth row has anything to teach: y = x at x = 1; the others stand at zero.
        var set = new ExampleSet([0, 0, 0, 0, 1], 1, [0, 0, 0, 0, 1]);
        var start = Problems.LineThroughZero();
        var result = new Trainer(Problems.GradientDescent with { BatchSize = 2, NumberOfIterations = 1, Shuffle = false })
            .Train(start.Network, set, initial: start);
        // Slope −2 by weight and by bias, over a batch of one row.
        TestNumbers.AssertClose([0.2f, 0.2f], result.Network.Parameters, 1e-6f);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_training_loss_is_the_weighted_mean_over_all_batches(int? batchSize)
    {
        // So small a step changes no float, and every batch is seen by the same network.
        var set = Problems.Surface(7, seed: 1, weights: [1, 2, 3, 0.5f, 5, 0.1f, 2]);
        var result = new Trainer(Problems.GradientDescent with { BatchSize = batchSize, LearningRate = 1e-30, NumberOfIterations = 1 })
            .Train(Problems.TwoToOne(4), set);
        Assert.Equal(Problems.MeanLoss(result.Network, set), result.History[0].TrainingLoss, 1e-6);
    }

    [Fact]
    public void The_validation_loss_is_the_weighted_mean_after_the_pass()
    {
        var validation = Problems.Surface(11, seed: 2, weights: [1, 2, 3, 0.5f, 5, 0.1f, 2, 1, 1, 7, 1]);
        var result = new Trainer(Problems.GradientDescent with { BatchSize = 3, NumberOfIterations = 1 })
            .Train(Problems.TwoToOne(4), Problems.Surface(20, seed: 1), validation);
        Assert.Equal(Problems.MeanLoss(result.Network, validation), result.History[0].ValidationLoss!.Value, 1e-6);
    }

    [Fact]
    public void Shuffling_changes_the_order_and_so_the_path()
    {
        var options = Problems.GradientDescent with { BatchSize = 1, NumberOfIterations = 1, LearningRate = 0.05 };
        var shuffled = new Trainer(options).Train(Problems.TwoToOne(4), Problems.Surface(30, seed: 1)).Network;
        var inOrder = new Trainer(options with { Shuffle = false }).Train(Problems.TwoToOne(4), Problems.Surface(30, seed: 1)).Network;
        Assert.NotEqual(inOrder.Parameters.ToArray(), shuffled.Parameters.ToArray());
    }

    [Fact]
    public void Every_epoch_has_an_order_of_its_own()
    {
        var loss = new RecordingLoss();
        new Trainer(Problems.GradientDescent with { Loss = loss, BatchSize = 1, NumberOfIterations = 2, LearningRate = 1e-6 })
            .Train(Problems.TwoToOne(), Problems.Surface(30, seed: 1));
        Assert.NotEqual(loss.Targets[..30], loss.Targets[30..60]);
        Assert.Equal(loss.Targets[..30].Order(), loss.Targets[30..60].Order());
    }

    [Fact]
    public void A_full_batch_is_not_shuffled()
    {
        var shuffled = new Trainer(Problems.GradientDescent).Train(Problems.TwoToOne(4), Problems.Surface(30, seed: 1)).Network;
        var inOrder = new Trainer(Problems.GradientDescent with { Shuffle = false })
            .Train(Problems.TwoToOne(4), Problems.Surface(30, seed: 1)).Network;
        TestNumbers.AssertSameBits(inOrder.Parameters, shuffled.Parameters);
    }

    [Fact]
    public void Same_seed_same_bits_and_another_seed_other_bits()
    {
        var options = new TrainingOptions { Loss = Problems.GradientDescent.Loss, NumberOfIterations = 3, Seed = 5 };
        var (first, again, other) = (Train(options), Train(options), Train(options with { Seed = 6 }));
        TestNumbers.AssertSameBits(first.Network.Parameters, again.Network.Parameters);
        Assert.Equal(first.History, again.History);
        Assert.NotEqual(first.Network.Parameters.ToArray(), other.Network.Parameters.ToArray());
        Assert.NotEqual(first.History, other.History);
    }

    private static TrainingResult Train(TrainingOptions options) =>
        new Trainer(options).Train(Problems.TwoToOne(8), Problems.Surface(100, seed: 1), Problems.Surface(20, seed: 2));

    // A loss of a user's own, which sees what the trainer deals out.
    private sealed record RecordingLoss : RowLoss
    {
        public List<float> Targets { get; } = [];

        public override TargetKind TargetKind => TargetKind.Real;

        public override void EvaluateRows(ReadOnlyMatrix scores, ReadOnlyMatrix targets, Span<float> losses, Matrix gradient)
        {
            Targets.AddRange(targets.Values);
            new SquaredError().EvaluateRows(scores, targets, losses, gradient);
        }

        public override void Predict(Matrix scores)
        {
        }
    }
}
