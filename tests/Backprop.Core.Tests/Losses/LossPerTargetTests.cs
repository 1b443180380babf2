using Backprop.Activations;
using Backprop.Core.Tests.Training;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Training;

namespace Backprop.Core.Tests.Losses;

/// <summary>Several targets, each with the loss that suits it.</summary>
public class LossPerTargetTests
{
    private const int Rows = 50;

    private static readonly float[] X = TestNumbers.Normal(2 * Rows, seed: 31);

    private static readonly Loss[] Losses =
        [new PoissonLoss(), new HuberLoss { Delta = 0.5 }, new PinballLoss { Quantiles = [0.8] }, new LogisticLoss()];

    // Poisson at z = 0, y = 2: 1 − 0 = 1, with e⁰ − 2 = −1. Squared at z = 3, y = 1: 4, with 4. Pinball 0.9 at z = 1, y = 2: 0.9, with
    // −0.9. Logistic at z = 0, y = 1: log 2, with −½.
    [Theory]
    [InlineData(false, 0.25, 0.25, 0.25, 0.25)]
    [InlineData(true, 0.1, 0.2, 0.3, 0.4)]
    public void It_is_the_weighted_mean_of_the_losses(bool isWeighted, double a, double b, double c, double d)
    {
        var loss = new LossPerTarget(new PoissonLoss(), new SquaredError(), new PinballLoss { Quantiles = [0.9] }, new LogisticLoss());
        if (isWeighted) loss = loss with { Weights = [1, 2, 3, 4] };
        float[] value = [float.NaN], gradient = TestNumbers.Unassigned(4);
        ReadOnlyMatrix z = new([0, 3, 1, 0], 1, 4), y = new([2, 1, 2, 1], 1, 4);
        loss.EvaluateRows(z, y, value, new Matrix(gradient, 1, 4));
        Assert.Equal(a * 1 + b * 4 + c * 0.9 + d * Math.Log(2), value[0], 1e-6);
        TestNumbers.AssertClose([(float)-a, (float)(4 * b), (float)(-0.9 * c), (float)(-0.5 * d)], gradient, 1e-6f);
    }

    [Fact]
    public void Every_target_has_the_predictions_of_its_loss()
    {
        float[] scores = [1, 2, 3, 0, -1, -2, -3, 100];
        new LossPerTarget(Losses).Predict(new Matrix(scores, 2, 4));
        TestNumbers.AssertClose([MathF.E, 2, 3, 0.5f, 1 / MathF.E, -2, -3, 1], scores, 1e-6f);
    }

    [Fact]
    public void Members_are_averaged_target_by_target()
    {
        var scores = TestNumbers.Normal(2 * 3 * 4, seed: 32);
        var averages = new float[2 * 4];
        new LossPerTarget(Losses).AverageMembers(new Matrix([.. scores], 6, 4), new Matrix(averages, 2, 4));
        for (var target = 0; target < 4; target++)
        {
            float[] own = [.. Enumerable.Range(0, 6).Select(row => scores[row * 4 + target])], expected = new float[2];
            Losses[target].AverageMembers(new Matrix(own, 6, 1), new Matrix(expected, 2, 1));
            TestNumbers.AssertSameBits(expected, [averages[target], averages[4 + target]]);
        }
    }

    // A linear network shares nothing. The mean over the targets divides the gradients, so the learning rate is multiplied.
    [Fact]
    public void A_network_that_shares_nothing_learns_what_each_target_learns_alone()
    {
        var y = Targets();
        var options = Options with { Loss = new LossPerTarget(Losses), LearningRate = 4 * Options.LearningRate };
        var set = new ExampleSet(X, 2, y, targetCount: 4);
        var together = Train(options, set).Network.CreateScorer(Rows).Predict(set.Features);
        for (var target = 0; target < 4; target++)
        {
            float[] own = [.. Enumerable.Range(0, Rows).Select(row => y[row * 4 + target])];
            var single = Train(
                Options with { Loss = Losses[target], ClampPredictions = Losses[target].AllowsTargetScaling }, new ExampleSet(X, 2, own));
            var alone = single.Network.CreateScorer(Rows).Predict(set.Features);
            for (var row = 0; row < Rows; row++) Assert.Equal(alone.Row(row)[0], together.Row(row)[target], 2e-4f);
        }
    }

    [Fact]
    public void Intervals_have_the_bounds_of_every_loss()
    {
        var y = Targets();
        float[] numbers = [.. Enumerable.Range(0, Rows).SelectMany(row => y.AsSpan(row * 4, 2).ToArray())];
        var set = new ExampleSet(X, 2, numbers, targetCount: 2);
        var options = Options with
        {
            Loss = new LossPerTarget(Losses[0], Losses[1]),
            LearningRate = 2 * Options.LearningRate,
            PredictionIntervals = new Conformal { Coverage = 0.8 },
        };
        var together = Ends(Train(options, set), set);
        for (var target = 0; target < 2; target++)
        {
            var own = new ExampleSet(X, 2, [.. Enumerable.Range(0, Rows).Select(row => numbers[2 * row + target])]);
            var single = options with { Loss = Losses[target], LearningRate = Options.LearningRate, ClampPredictions = target == 1 };
            var alone = Ends(Train(single, own), own);
            for (var row = 0; row < Rows; row++)
                for (var end = 0; end < 2; end++) Assert.Equal(alone[2 * row + end], together[4 * row + 2 * target + end], 2e-3f);
        }

        static float[] Ends(TrainingResult result, ExampleSet set)
        {
            var scorer = result.Network.CreateUncertaintyScorer(set.Count);
            scorer.Predict(set.Features);
            return scorer.Ends.ToArray();
        }
    }

    [Fact]
    public void Labels_are_a_task_of_their_own()
    {
        var labels = new LossPerTarget(new LogisticLoss(), new LogisticLoss { LabelSmoothing = 0.1 });
        Assert.Equal((TargetKind.Binary, true), (labels.TargetKind, labels.HasLogits));
        Assert.Equal((TargetKind.Real, false), (new LossPerTarget(Losses).TargetKind, new LossPerTarget(Losses).HasLogits));
    }

    [Fact]
    public void Losses_and_weights_are_compared_and_printed()
    {
        var loss = new LossPerTarget(new PoissonLoss(), new HuberLoss()) { Weights = [1, 2] };
        Assert.Equal(loss, new LossPerTarget(new PoissonLoss(), new HuberLoss()) { Weights = [1, 2] });
        Assert.Equal(loss.GetHashCode(), new LossPerTarget(new PoissonLoss(), new HuberLoss()).GetHashCode());
        Assert.NotEqual(loss, new LossPerTarget(new PoissonLoss(), new HuberLoss()));
        Assert.NotEqual(loss, new LossPerTarget(new PoissonLoss(), new HuberLoss { Delta = 2 }) { Weights = [1, 2] });
        Assert.Equal("LossPerTarget { Losses = [PoissonLoss { }, HuberLoss { Delta = 1 }], Weights = [1, 2] }", loss.ToString());
    }

    [Fact]
    public void A_blend_has_the_same_loss_for_every_target()
    {
        var first = Part(new PoissonLoss(), new LogisticLoss());
        Assert.NotNull(new NetworkBlend(first, Part(new PoissonLoss(), new LogisticLoss { LabelSmoothing = 0.1 })));
        var problem = Assert.Throws<ArgumentException>(() => new NetworkBlend(first, Part(new PoissonLoss(), new SquaredError())));
        Assert.Contains("same loss", problem.Message, StringComparison.Ordinal);

        static BlendPart Part(params Loss[] losses) => new(
            new TrainedNetwork(
                Network.FullyConnected(2, [], losses.Length, new Identity()), new float[3 * losses.Length], new LossPerTarget(losses)),
            1);
    }

    public static TheoryData<string, Loss?[]> Wrong => new()
    {
        { "At least one loss", [] },
        { "is missing", [new SquaredError(), null] },
        { "one score for each class", [new SoftmaxCrossEntropy()] },
        { "whole groups", [new ListNetLoss()] },
        { "losses of its own", [new LossPerTarget(new SquaredError())] },
        { "has 2 predictions for a target, but the first loss has 1", [new SquaredError(), new GaussianNegativeLogLikelihood()] },
    };

    [Theory, MemberData(nameof(Wrong))]
    public void Losses_that_cannot_be_combined_are_refused(string reason, Loss?[] losses) =>
        Assert.Contains(reason, Assert.ThrowsAny<ArgumentException>(() => new LossPerTarget(losses!)).Message, StringComparison.Ordinal);

    [Fact]
    public void What_does_not_fit_is_refused_by_name()
    {
        var loss = new LossPerTarget(new PoissonLoss(), new SquaredError());
        Assert.Contains("2 losses, but there are 3 targets", Assert.Throws<ArgumentException>(() => loss.OutputsFor(3)).Message);
        foreach (var weights in (double[][])[[1], [1, 0], [1, double.NaN]])
            Assert.Throws<ArgumentOutOfRangeException>("Weights", () => loss with { Weights = weights });
        Assert.Equal("values ≥ 0 for target 0; finite values for target 1", loss.AllowedTargets);
        var negative = new ExampleSet(X, 2, [.. Enumerable.Repeat(-1f, 2 * Rows)], targetCount: 2);
        Assert.Contains("target of row 0", Assert.Throws<ArgumentException>(() => Train(Options with { Loss = loss }, negative)).Message);
        var both = new LossPerTarget(new SquaredError(), new LogisticLoss());
        var mixed = Options with { Loss = both, PredictionIntervals = new Conformal() };
        var set = new ExampleSet(X, 2, [.. Enumerable.Repeat(1f, 2 * Rows)], targetCount: 2);
        Assert.Contains("a target of 0 or 1", Assert.Throws<ArgumentException>(() => Train(mixed, set)).Message);
    }

    private static TrainingOptions Options => Problems.GradientDescent with { StandardizeTargets = true, ClampPredictions = true };

    private static TrainingResult Train(TrainingOptions options, ExampleSet set) =>
        new Trainer(options with { InitialParameters = new float[3 * set.TargetCount] })
            .Train(Network.FullyConnected(2, [], set.TargetCount, new Identity()), set, set);

    // A count, two numbers in other units, and a yes or no.
    private static float[] Targets()
    {
        var noise = TestNumbers.Normal(Rows, seed: 33);
        return [.. Enumerable.Range(0, Rows).SelectMany(row => Of(X[2 * row], X[2 * row + 1], noise[row]))];

        static float[] Of(float a, float b, float noise) =>
            [MathF.Round(MathF.Exp(0.5f * a)), 100 + 20 * b + noise, 3 * a - b + noise, a + noise > 0 ? 1 : 0];
    }
}
