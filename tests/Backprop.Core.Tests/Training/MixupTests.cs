using Backprop.Activations;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Optimizers;
using Backprop.Training;

namespace Backprop.Core.Tests.Training;

public class MixupTests
{
    // The smaller part of Beta(1, 1) is uniform over [0, ½]; of Beta(½, ½), the arcsine distribution, its mean is ½ − 1/π.
    [Theory]
    [InlineData(1.0, 0.25, 0.145)]
    [InlineData(0.5, 0.18169, 0.16)]
    public void Shares_are_those_of_a_beta_distribution(double alpha, double mean, double standardDeviation)
    {
        var shares = Enumerable.Range(1, 20_000).Select(step => new Mixup { Alpha = alpha }.At(seed: 5, step, examples: 100).PartnerShare)
            .ToArray();
        Assert.Equal(mean, shares.Average(), 4 * standardDeviation / Math.Sqrt(shares.Length));
        Assert.All(shares, share => Assert.InRange(share, 0, 0.5));
    }

    [Fact]
    public void Partners_are_never_the_example_itself_and_all_others_turn_up()
    {
        var distances = Enumerable.Range(1, 2000).Select(step => new Mixup().At(seed: 5, step, examples: 10).Distance).ToHashSet();
        Assert.Equal([.. Enumerable.Range(1, 9)], distances.Order());
    }

    // One step of plain gradient descent on a linear model, beside one on mixtures that are made by hand.
    [Fact]
    public void A_step_is_that_of_the_mixed_examples()
    {
        var (set, network) = (Problems.Surface(9, seed: 1), Problems.TwoToOne());
        var options = Problems.GradientDescent with { Optimizer = new Sgd(), Mixup = new Mixup(), NumberOfIterations = 1, Seed = 11 };
        var mixture = options.Mixup.At(seed: 11, step: 1, examples: 9);
        float[] features = new float[18], targets = new float[9];
        for (var i = 0; i < 9; i++)
        {
            var partner = (i + mixture.Distance) % 9;
            for (var j = 0; j < 2; j++)
                features[2 * i + j] = (float)(
                    (1 - mixture.PartnerShare) * set.Features.Row(i)[j] + mixture.PartnerShare * set.Features.Row(partner)[j]);
            targets[i] = (float)((1 - mixture.PartnerShare) * set.Targets.Row(i)[0] + mixture.PartnerShare * set.Targets.Row(partner)[0]);
        }
        var mixed = new Trainer(options).Train(network, set);
        var byHand = new Trainer(options with { Mixup = null }).Train(network, new ExampleSet(features, 2, targets));
        // The slope of a squared error is linear in the target, so mixing losses is mixing targets.
        TestNumbers.AssertClose(byHand.Network.Parameters, mixed.Network.Parameters, 1e-6f);
        Assert.True(mixture.PartnerShare > 0.01, "The step mixed nothing, so the check has seen nothing.");
    }

    [Fact]
    public void Classes_are_mixed_as_losses_for_any_number_of_threads()
    {
        var x = TestNumbers.Normal(300 * 4, seed: 2);
        float[] classes = [.. Enumerable.Range(0, 300).Select(i => x[4 * i] > 0 ? x[4 * i + 1] > 0 ? 2f : 1f : 0f)];
        var set = new ExampleSet(x, 4, classes);
        var options = new TrainingOptions
        {
            Loss = new SoftmaxCrossEntropy(),
            Mixup = new Mixup(),
            NumberOfIterations = 20,
            BatchSize = 64,
            Seed = 3,
            NumberOfThreads = 1
        };
        var network = Network.FullyConnected(4, [128, 128], 3, new ReLU());
        var one = new Trainer(options).Train(network, set);
        TestNumbers.AssertSameBits(
            one.Network.Parameters, new Trainer(options with { NumberOfThreads = 3 }).Train(network, set).Network.Parameters);
        Assert.InRange(Problems.MeanLoss(one.Network, set), 0, 0.5);
    }

    // The features of an example are its index, from 1 on. Rows that were not read yet would have the index 0.
    [Theory]
    [InlineData(50, 8)]
    [InlineData(20_000, 256)]
    [InlineData(200_000, 256)] // more than the pool
    public void Partners_of_streamed_examples_are_other_examples_of_the_stream(int rows, int batchSize)
    {
        float[] indices = [.. Enumerable.Range(1, rows).Select(i => (float)i)];
        var set = new ExampleSet(indices, 1, indices);
        using var batches = StreamedMinibatches.Of(
            new StreamTests.Source(set), rows, batchSize, null, null, mixes: true, shuffles: true, balance: null);
        batches.BeginPass(1, new RandomSequence(1, RandomPurpose.Shuffling, 1));
        var partners = new HashSet<float>();
        for (var b = 0; b < batches.Count; b++)
        {
            Assert.True(batches.Prepare(b));
            batches.Gather(b, 0, batches.SizeOf(b), new Mixup().At(seed: 5, step: b + 1, rows));
            var batch = batches[b];
            for (var i = 0; i < batch.Y.Rows; i++)
            {
                var partner = batch.PartnerY.Row(i)[0];
                Assert.InRange(partner, 1, rows);
                Assert.NotEqual(batch.Y.Row(i)[0], partner);
                partners.Add(partner);
            }
        }
        Assert.InRange(partners.Count, rows / 2, rows);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public void An_alpha_outside_its_range_is_refused_by_name(double alpha) =>
        Assert.Throws<ArgumentOutOfRangeException>(nameof(Mixup.Alpha), () => new Mixup { Alpha = alpha });
}
