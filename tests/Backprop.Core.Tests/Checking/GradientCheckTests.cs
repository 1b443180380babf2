using Backprop.Activations;
using Backprop.Checking;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Core.Tests.Checking;

public class GradientCheckTests
{
    private static readonly float[] Features = TestNumbers.Normal(6 * 3, seed: 1);

    public static TheoryData<Loss> Losses => [.. Loss.All];

    public static TheoryData<Activation> Activations => [.. Activation.All];

    [Theory, MemberData(nameof(Losses))]
    public void The_gradient_of_every_loss_is_right_in_double_precision(Loss loss)
    {
        var outputs = loss.OutputsFor(loss.TargetKind == TargetKind.Class ? 3 : 1);
        float[] targets = [
            .. Enumerable.Range(0, 6).Select(
                row => loss.TargetKind switch
                {
                    TargetKind.Class => row % 3,
                    TargetKind.Binary => row % 2,
                    TargetKind.Relevance => row % 4,
                    _ => 0.5f + row,
                })];
        AssertRight(Network.FullyConnected(3, [5, 4], outputs, new Tanh()), loss, targets);
    }

    [Theory, MemberData(nameof(Activations))]
    public void The_gradient_of_every_activation_is_right_in_double_precision(Activation activation) =>
        AssertRight(
            new MultilayerPerceptron { HiddenLayers = [7, 5], Activation = activation }.Build(3, 1), new SquaredError(), new float[6]);

    // Dropout, batch statistics, skips, noise and embeddings among them, as a step of training sees them.
    [Fact]
    public void Whole_networks_with_random_layers_and_batch_statistics_are_right()
    {
        var rich = new MultilayerPerceptron
        {
            HiddenLayers = [8, 8],
            Activation = new Mish(),
            Normalization = Normalization.Batch,
            Dropout = 0.3,
            InputNoise = 0.2,
            Residual = true,
            InputScale = true,
            InputSkip = true
        };
        AssertRight(rich.Build(3, 2), new GaussianNegativeLogLikelihood(), [1, 2, 3, 4, 5, 6]);
        foreach (var embedding in NumericEmbedding.All)
            AssertRight(
                new MultilayerPerceptron
                {
                    HiddenLayers = [5],
                    Activation = new SiLU(),
                    NumericEmbedding = embedding,
                    NtkParametrization = true,
                    AlphaDropout = 0.2,
                    Normalization = Normalization.Layer
                }.Build(3, 1),
                new LogisticLoss(), [0, 1, 1, 0, 1, 0]);
    }

    [Fact]
    public void An_ensemble_is_right()
    {
        var ensemble = new MultilayerPerceptron
        {
            HiddenLayers = [5, 5],
            EnsembleSize = 3,
            Activation = new ParametricMix(new Mish()),
            NumericEmbedding = new PeriodicPhaseEmbedding(),
            Categories = [new(1, 3, 2)],
            InputScale = true,
            NtkParametrization = true,
            Normalization = Normalization.Layer,
            Dropout = 0.2
        };
        AssertRight(ensemble.Build(3, 3), new SoftmaxCrossEntropy(), [0, 1, 2, 0, 1, 2]);
    }

    // 1 % too large in one weight: number 4 of the second layer's.
    [Fact]
    public void One_weights_gradient_that_is_a_percent_too_large_is_found_and_named()
    {
        var network = Network.FullyConnected(3, [4], 1, new Tanh());
        var result = GradientCheck.Compare(
            network, new Tampered(network.ParameterCount, wrong: 16 + 2),
            TestNumbers.Normal(network.ParameterCount, seed: 2).Select(value => (double)value).ToArray(), 2000, 2e-5, 1e-3, inDouble: true);
        Assert.False(result.Passed);
        Assert.Equal(
            (2, "Dense 4 → 1", "weights", 2, network.ParameterCount),
            (result.Worst.Layer, result.Worst.LayerName, result.Worst.Block, result.Worst.Index, result.ParametersChecked));
        Assert.Equal(0.01, result.Worst.Error, 1e-3);
        Assert.Contains(
            "WRONG: 21 parameters compared in double precision; the worst is parameter 2 (weights) of layer 2 (Dense 4 → 1)",
            result.ToString());
    }

    [Fact]
    public void A_gradient_that_is_no_number_is_the_worst_of_all()
    {
        var network = Network.FullyConnected(3, [4], 1, new Tanh());
        var result = GradientCheck.Compare(
            network, new Tampered(network.ParameterCount, wrong: 5, factor: double.NaN), new double[network.ParameterCount], 2000, 2e-5,
            1e-3, inDouble: true);
        Assert.False(result.Passed);
        Assert.Equal(5, result.Worst.Index);
    }

    [Theory]
    [InlineData(1.0, true)]
    [InlineData(1.05, false)]
    public void A_users_own_loss_is_checked_in_single_precision(double slopeFactor, bool isRight)
    {
        var result = GradientCheck.Run(
            Network.FullyConnected(3, [5], 1, new Tanh()), new OwnLoss(slopeFactor), new ReadOnlyMatrix(Features, 6, 3),
            new ReadOnlyMatrix([1, 2, -1, 0, 3, 1], 6, 1));
        Assert.False(result.InDouble);
        Assert.Equal(isRight, result.Passed);
    }

    [Fact]
    public void Of_many_parameters_a_spread_is_compared()
    {
        var network = Network.FullyConnected(3, [50, 50], 1, new Tanh());
        Assert.Equal(
            100,
            GradientCheck.Run(
                network, new SquaredError(), new ReadOnlyMatrix(Features, 6, 3), new ReadOnlyMatrix(new float[6], 6, 1),
                maxParameters: 100).ParametersChecked);
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        var network = Network.FullyConnected(3, [4], 1, new Tanh());
        Assert.Throws<ArgumentException>(
            "targets",
            () =>
                GradientCheck.Run(network, new SquaredError(), new ReadOnlyMatrix(Features, 6, 3), new ReadOnlyMatrix(new float[5], 5, 1)));
        Assert.Throws<ArgumentException>(
            "x",
            () =>
                GradientCheck.Run(network, new SquaredError(), new ReadOnlyMatrix(Features, 9, 2), new ReadOnlyMatrix(new float[9], 9, 1)));
        Assert.Throws<ArgumentException>(
            "parameters",
            () =>
                GradientCheck.Run(
                    network, new SquaredError(), new ReadOnlyMatrix(Features, 6, 3), new ReadOnlyMatrix(new float[6], 6, 1), new float[3]));
    }

    private static void AssertRight(Network network, Loss loss, float[] targets)
    {
        var result = GradientCheck.Run(network, loss, new ReadOnlyMatrix(Features, 6, 3), new ReadOnlyMatrix(targets, 6, 1), seed: 3);
        Assert.True(result.InDouble);
        Assert.True(result.Passed, result.ToString());
        Assert.InRange(result.ParametersChecked, 1, network.ParameterCount);
    }

    // J = ½·Σ θ², but for one slope.
    private sealed class Tampered(int count, int wrong, double factor = 1.01) : GradientCheck.IObjective
    {
        public double Evaluate(double[] theta, double[] gradient)
        {
            Assert.Equal(count, theta.Length);
            for (var i = 0; i < gradient.Length; i++) gradient[i] = theta[i] * (i == wrong ? factor : 1);
            return 0.5 * theta.Sum(value => value * value);
        }
    }

    private sealed record OwnLoss(double SlopeFactor) : RowLoss
    {
        public override TargetKind TargetKind => TargetKind.Real;

        public override void Predict(Matrix scores)
        {
        }

        public override void EvaluateRows(ReadOnlyMatrix scores, ReadOnlyMatrix targets, Span<float> losses, Matrix gradient)
        {
            for (var row = 0; row < losses.Length; row++)
            {
                var error = scores.Row(row)[0] - targets.Row(row)[0];
                losses[row] = MathF.Log(MathF.Cosh(error));
                gradient.Row(row)[0] = (float)(SlopeFactor * MathF.Tanh(error));
            }
        }
    }
}
