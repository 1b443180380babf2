using Backprop.Activations;
using Backprop.Initializers;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Core.Tests.Networks;

/// <summary>Scoring with fewer layers gives what the layers give one after the other.</summary>
public class ScoringFormTests
{
    private const int Rows = 9;

    [Fact]
    public void Batch_normalization_becomes_part_of_the_weights_and_what_only_training_needs_goes()
    {
        var network = new NetworkBuilder(5).GaussianNoise(0.1).Dense(7).BatchNormalization().Activation(new Mish()).Dropout(0.3).NtkDense(6)
            .BatchNormalization(epsilon: 0.1).Activation(new SELU()).AlphaDropout(0.2).Dense(2).Build();
        AssertScoresAlike(network, ["Dense", "ActivationLayer", "Dense", "ActivationLayer", "Dense"]);
    }

    [Fact]
    public void Residual_blocks_still_add_what_entered_them()
    {
        var network = new NetworkBuilder(5).Dense(6).BatchNormalization().Activation(new Tanh()).Dropout(0.1)
            .Residual(
                block =>
                    block.Dense(6).BatchNormalization().Dropout(0.1)
                        .Residual(inner => inner.Dense(6).BatchNormalization().Activation(new Tanh())).Activation(new Tanh()))
            .InputSkip().Dense(2).Build();
        AssertScoresAlike(
            network,
            [
                "Dense", "ActivationLayer", "Dense", "Dense", "ActivationLayer", "SkipConnection", "ActivationLayer", "SkipConnection",
                "InputSkip", "Dense"]);
    }

    [Fact]
    public void Batch_normalization_of_an_ensemble_becomes_part_of_each_members_weights()
    {
        var network = new NetworkBuilder(5).Replicate(3).Dense(7).BatchNormalization().Activation(new Mish()).Dropout(0.3).NtkDense(6)
            .BatchNormalization().Dense(2).Build();
        AssertScoresAlike(network, ["Replicate", "GroupedDense", "ActivationLayer", "GroupedDense", "GroupedDense"]);
    }

    // What enters the block is the dense layer's own output, so it must stay.
    [Fact]
    public void Batch_normalization_at_the_head_of_a_residual_block_stays()
    {
        var network = new NetworkBuilder(5).Dense(6).Residual(block => block.BatchNormalization().Activation(new Tanh()).Dense(6))
            .Dropout(0.5).Dense(2).Build();
        AssertScoresAlike(network, ["Dense", "BatchNormalization", "ActivationLayer", "Dense", "SkipConnection", "Dense"]);
    }

    // Dropout does nothing in scoring, so the block still begins with the output of the dense layer.
    [Fact]
    public void Batch_normalization_behind_dropout_at_the_head_of_a_residual_block_stays()
    {
        var network = new NetworkBuilder(5).Dense(6).Residual(block => block.Dropout(0.5).BatchNormalization().Dense(6)).Dense(2).Build();
        AssertScoresAlike(network, ["Dense", "BatchNormalization", "Dense", "SkipConnection", "Dense"]);
    }

    [Fact]
    public void A_residual_block_of_dropout_alone_doubles_what_enters()
    {
        var network = new NetworkBuilder(5).Dense(6).Residual(block => block.Dropout(0.5)).Dense(2).Build();
        AssertScoresAlike(network, ["Dense", "Dropout", "SkipConnection", "Dense"]);
    }

    [Fact]
    public void Batch_normalization_with_nothing_to_become_part_of_stays() =>
        AssertScoresAlike(
            new NetworkBuilder(5).BatchNormalization().Dropout(0.1).Dense(2).Activation(new ReLU()).BatchNormalization().Build(),
            ["BatchNormalization", "Dense", "ActivationLayer", "BatchNormalization"]);

    [Fact]
    public void A_network_with_nothing_to_gain_is_scored_as_it_is()
    {
        var network = Network.FullyConnected(5, [4], 2, new ReLU());
        var parameters = network.Initialize(new GlorotUniform(), seed: 1);
        var form = ScoringForm.Of(network, parameters);
        Assert.Same(network, form.Network);
        Assert.Same(parameters, form.Parameters);
        Assert.Same(OnlyDropout, ScoringForm.Of(OnlyDropout, []).Network);
    }

    private static readonly Network OnlyDropout = new(new Dropout(5, 0.5));

    private static void AssertScoresAlike(Network network, string[] layers)
    {
        var parameters = TestNumbers.Normal(network.ParameterCount, seed: 2);
        for (var l = 0; l < network.Layers.Count; l++)
        {
            var first = network.ParametersOf(l).Start.Value;
            foreach (var (_, length, role) in network.Layers[l].Blocks)
            {
                for (var i = first; role == ParameterRole.Statistic && i < first + length; i++)
                    parameters[i] = 0.5f + Math.Abs(parameters[i]);
                first += length;
            }
        }
        var trained = new TrainedNetwork(network, parameters, new SquaredError());
        Assert.Equal(layers, trained.Inference.Form.Network.Layers.Select(layer => layer.GetType().Name));

        var x = new ReadOnlyMatrix(TestNumbers.Normal(Rows * 5, seed: 3), Rows, 5);
        var scores = network.Forward(parameters, x, new Workspace(network, Rows)).Values.ToArray();
        double[] expected = [
            .. Enumerable.Range(0, 2 * Rows).Select(
                i =>
                    Enumerable.Range(0, network.EnsembleSize).Average(
                        member => (double)scores[i / 2 * network.MemberOutputs + 2 * member + i % 2]))];
        Near.Equal("scores", expected, trained.CreateScorer(Rows).Score(x).Values, 2e-5, 2e-5);
        var single = trained.CreateScorer();
        for (var row = 0; row < Rows; row++)
            Near.Equal("scores of a row", expected[(2 * row)..(2 * row + 2)], single.Score(x.RowRange(row, 1)).Values, 2e-5, 2e-5);
    }
}
