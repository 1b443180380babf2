using Backprop.Activations;
using Backprop.Initializers;
using Backprop.Layers;
using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Core.Tests.Networks;

/// <summary>Neighbours that a network runs as one, against the same network in a workspace that keeps what lies between them, where it runs
/// them one by one.</summary>
public class LayerFusionTests
{
    private const int Rows = 37, Features = 4;

    // With a layer before that learns, the gradient goes on through both.
    public static TheoryData<int, bool> Networks => new() { { 1, false }, { 1, true }, { 3, false }, { 3, true } };

    [Theory, MemberData(nameof(Networks))]
    public void Scores_and_gradients_have_the_bits_of_layers_one_by_one(int members, bool learnsBefore)
    {
        var network = Make(members, learnsBefore);
        float[] parameters = network.Initialize(new LeCunNormal(), seed: 4), features = TestNumbers.Normal(Rows * Features, seed: 1),
            slopes = TestNumbers.Normal(Rows * network.MemberOutputs, seed: 2);
        var (scores, gradient) = Run(new Workspace(network, Rows));
        var (expectedScores, expectedGradient) = Run(Workspace.ThatKeepsEveryOutput(network, Rows));
        TestNumbers.AssertSameBits(expectedScores, scores);
        TestNumbers.AssertSameBits(expectedGradient, gradient);

        (float[] Scores, float[] Gradient) Run(Workspace workspace)
        {
            var x = new ReadOnlyMatrix(features, Rows, Features);
            var y = network.ForwardTraining(parameters, x, workspace, seed: 5, step: 1).Values.ToArray();
            slopes.CopyTo(workspace.ScoreGradient.Values);
            var d = TestNumbers.Unassigned(network.ParameterCount);
            network.Backward(parameters, x, workspace, d);
            return (y, d);
        }
    }

    // A step moves the parameters of one part while another part is still to be differentiated.
    [Theory, InlineData(1), InlineData(3)]
    public void Gradients_do_not_depend_on_which_part_was_moved_first(int members)
    {
        var network = Make(members, learnsBefore: true);
        var parameters = network.Initialize(new LeCunNormal(), seed: 4);
        var x = new ReadOnlyMatrix(TestNumbers.Normal(Rows * Features, seed: 1), Rows, Features);
        var workspace = new Workspace(network, Rows);
        network.ForwardTraining(parameters, x, workspace, seed: 5, step: 1);
        TestNumbers.Normal(Rows * network.MemberOutputs, seed: 2).CopyTo(workspace.ScoreGradient.Values);
        var expected = new float[network.ParameterCount];
        network.Backward(parameters, x, workspace, expected);
        var moved = TestNumbers.Unassigned(parameters.Length);
        for (var l = 0; l < network.Layers.Count; l++)
        {
            var gradient = TestNumbers.Unassigned(network.Layers[l].ParameterCount);
            network.BackwardPart(moved, x, workspace, (0, x.Rows), l, 0, gradient);
            TestNumbers.AssertSameBits(expected[network.ParametersOf(l)], gradient);
        }
    }

    // Few rows are scored layer by layer, many as one: a row must not depend on its company.
    [Fact]
    public void A_row_alone_has_the_bits_that_it_has_among_others()
    {
        var network = Make(members: 3, learnsBefore: false);
        float[] parameters = network.Initialize(new LeCunNormal(), seed: 4), features = TestNumbers.Normal(Rows * Features, seed: 1);
        var x = new ReadOnlyMatrix(features, Rows, Features);
        var all = network.Forward(parameters, x, new Workspace(network, Rows, forTraining: false)).Values.ToArray();
        var alone = new Workspace(network, 1, forTraining: false);
        for (var row = 0; row < Rows; row++)
            TestNumbers.AssertSameBits(
                all.AsSpan(row * network.MemberOutputs, network.MemberOutputs),
                network.Forward(parameters, x.RowRange(row, 1), alone).Values);
    }

    [Fact]
    public void A_workspace_for_scoring_has_no_room_to_go_backward()
    {
        var network = Make(members: 1, learnsBefore: false);
        var parameters = network.Initialize(new LeCunNormal(), seed: 4);
        var x = new ReadOnlyMatrix(TestNumbers.Normal(Rows * Features, seed: 1), Rows, Features);
        var workspace = new Workspace(network, Rows, forTraining: false);
        network.Forward(parameters, x, workspace);
        InvalidOperationException? problem = null;
        try
        {
            network.Backward(parameters, x, workspace, new float[network.ParameterCount]);
        }
        catch (InvalidOperationException thrown)
        {
            problem = thrown;
        }
        Assert.Contains("forTraining", problem?.Message);
    }

    private static Network Make(int members, bool learnsBefore)
    {
        var waves = new PeriodicEmbeddingLayer(Features, Features - 1, 6, 0.2, PeriodicForm.CosineWithPhase, 4);
        var dense = new FeaturewiseDense(waves.Outputs, Features - 1, 7, 3, kept: 1, rectified: false);
        List<Layer> layers = [];
        if (members > 1) layers.Add(new Replicate(Features, members));
        if (learnsBefore) layers.Add(new InputScale(Features * members));
        layers.Add(members > 1 ? new PerMember(waves, members) : waves);
        layers.Add(members > 1 ? new PerMember(dense, members) : dense);
        layers.Add(new GroupedDense(dense.Outputs * members, 5 * members, members, ntkParametrization: true));
        layers.Add(new ParametricMixLayer(5 * members, new Mish()));
        layers.Add(new Dropout(5 * members, 0.2));
        layers.Add(new GroupedDense(5 * members, 2 * members, members, ntkParametrization: true));
        return new Network([.. layers]);
    }
}
