using Backprop.Layers;
using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Core.Tests.Golden;

/// <summary>Layers that embed numbers and categories, against PyTorch.</summary>
public class EmbeddingTests
{
    // The sums have some dozen terms of size 1 and less, so rounding stays below some 1e-6.
    private const double Absolute = 2e-6, Relative = 2e-6;

    private static readonly Contents Golden = GoldenFile.Read<Contents>("embeddings");

    [Fact]
    public void Periodic_embeddings_and_their_gradients_are_those_of_PyTorch() =>
        AssertLike(
            "plr", new PeriodicEmbedding { Frequencies = Golden.Frequencies, Dimension = Golden.Dimension },
            case_ => [.. case_.Parts[0], .. FeatureByFeature(case_.Parts[1..])],
            case_ => [.. case_.DParts[0], .. FeatureByFeature(case_.DParts[1..])]);

    [Fact]
    public void Periodic_embeddings_with_phases_and_their_gradients_are_those_of_PyTorch() =>
        AssertLike(
            "pbld", new PeriodicPhaseEmbedding { Frequencies = Golden.Frequencies, Dimension = Golden.Dimension + 1 },
            case_ => [.. FeatureByFeature(case_.Parts[..2]), .. FeatureByFeature(case_.Parts[2..])],
            case_ => [.. FeatureByFeature(case_.DParts[..2]), .. FeatureByFeature(case_.DParts[2..])]);

    // Boundaries are measured, not learned, so they have no gradient here.
    [Fact]
    public void Piecewise_linear_embeddings_and_their_gradients_are_those_of_PyTorch() =>
        AssertLike(
            "ple", new PiecewiseLinearEmbedding { Bins = Golden.Bins, Dimension = Golden.Dimension },
            case_ => [.. case_.Parts[0], .. FeatureByFeature(case_.Parts[1..])],
            case_ => [.. new double[case_.Parts[0].Length], .. FeatureByFeature(case_.DParts[1..])]);

    // The categories come first here and the number last, so that it is seen to move to the front.
    [Fact]
    public void Entity_embeddings_and_their_gradients_are_those_of_PyTorch()
    {
        var (categories, golden) = (Golden.Counts.Length, Golden.Cases.Single(c => c.Name == "entity"));
        var layer = new EntityEmbedding(
            categories + 1, [.. Golden.Counts.Select((count, slot) => new EmbeddedCategory(slot, count, Golden.Dimensions[slot]))]);
        float[] x = [
            .. Enumerable.Range(0, Golden.Rows).SelectMany(
                row =>
                    Golden.Codes[(row * categories)..((row + 1) * categories)].Select(code => (float)code)
                        .Append((float)Golden.Number[row]))];
        double[] dx = [.. golden.Dx.SelectMany(slope => new double[categories].Append(slope))];
        AssertLike(
            golden, new Network(layer), x, [.. golden.Parts.SelectMany(part => part)], dx, [.. golden.DParts.SelectMany(part => part)]);
    }

    private static void AssertLike(string name, NumericEmbedding embedding, Func<Case, double[]> parameters, Func<Case, double[]> gradient)
    {
        var golden = Golden.Cases.Single(c => c.Name == name);
        var network = new NetworkBuilder(Golden.Features + 1).Embed(embedding, Golden.Features).Build();
        AssertLike(golden, network, [.. Golden.X.Select(value => (float)value)], parameters(golden), golden.Dx, gradient(golden));
    }

    private static void AssertLike(Case golden, Network network, float[] x, double[] parameters, double[] dx, double[] gradient)
    {
        float[] theta = [.. parameters.Select(value => (float)value)], found = TestNumbers.Unassigned(network.ParameterCount);
        var input = new ReadOnlyMatrix(x, Golden.Rows, network.Inputs);
        // the gradient of what enters the first layer that learns, too
        var workspace = Workspace.ThatKeepsEveryOutput(network, Golden.Rows);
        Near.Equal("y", golden.Y, network.Forward(theta, input, workspace).Values, Absolute, Relative);
        for (var i = 0; i < golden.Factors.Length; i++) workspace.ScoreGradient.Values[i] = (float)golden.Factors[i];
        network.Backward(theta, input, workspace, found);
        Near.Equal("gradient", gradient, found, 10 * Absolute, Relative);

        // A network does not ask its first layer for dx; here it is asked.
        var dy = workspace.OutputGradient(0);
        var ofX = new Matrix(TestNumbers.Unassigned(x.Length), Golden.Rows, network.Inputs);
        network.Layers[0].Backward(theta.AsSpan(network.ParametersOf(0)), input, workspace.Output(0), dy, ofX, []);
        Near.Equal("dx", dx, ofX.Values, 10 * Absolute, Relative);
    }

    // From one array for each kind of parameter to the kinds beside each other, feature by feature.
    private static double[] FeatureByFeature(double[][] parts) =>
        [
            .. Enumerable.Range(0, Golden.Features).SelectMany(
                feature => parts.SelectMany(part => part.Chunk(part.Length / Golden.Features).ElementAt(feature)))];

    private sealed record Contents(
        int Rows, int Features, int Frequencies, int Bins, int Dimension, double[] X, int[] Counts, int[] Dimensions, int[] Codes,
            double[] Number, Case[] Cases);

    private sealed record Case(string Name, double[] Factors, double[] Y, double[] Dx, double[][] Parts, double[][] DParts);
}
