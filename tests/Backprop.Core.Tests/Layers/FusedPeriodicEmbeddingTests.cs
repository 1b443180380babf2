using Backprop.Initializers;
using Backprop.Layers;
using Backprop.Numerics;

namespace Backprop.Core.Tests.Layers;

public class FusedPeriodicEmbeddingTests
{
    // Waves that fill vectors, that do not, and that are fewer than a vector; more results than registers hold at once; members; numbers
    // that pass.
    public static TheoryData<int, int, int, int, int> Shapes => new()
    {
        { 3, 16, 3, 1, 0 }, { 2, 16, 3, 5, 2 }, { 1, 11, 7, 1, 1 }, { 4, 5, 1, 2, 3 }, { 2, 33, 4, 1, 0 }, { 3, 1, 2, 3, 0 },
        { 1, 24, 9, 2, 5 },
    };

    [Theory, MemberData(nameof(Shapes))]
    public void Gives_the_bits_of_one_layer_after_the_other(int features, int frequencies, int results, int members, int others)
    {
        var waves = new PeriodicEmbeddingLayer(
            features + others, features, frequencies, 0.3, PeriodicForm.CosineWithPhase, frequencies > 1 ? 5 : null);
        var dense = new FeaturewiseDense(waves.Outputs, features, frequencies + 1, results + 1, kept: 1, rectified: false);
        Layer first = members == 1 ? waves : new PerMember(waves, members), second = members == 1 ? dense : new PerMember(dense, members);
        var asOne = FusedPeriodicEmbedding.Of(first, second)!;
        float[] ofWaves = Start(first), ofDense = Start(second), parameters = [.. ofWaves, .. ofDense];
        foreach (var rows in (int[])[1, 2, 7, 8, 9, 64, 65, 131])
        {
            float[] x = TestNumbers.Normal(rows * first.Inputs, seed: rows), dy = TestNumbers.Normal(rows * second.Outputs, seed: rows + 1);
            x[0] = 1e6f; // many turns
            float[] between = new float[rows * first.Outputs], y = new float[dy.Length], dBetween = new float[between.Length],
                dx = new float[x.Length], dWaves = new float[ofWaves.Length], dDense = new float[ofDense.Length];
            Matrix M(float[] numbers) => new(numbers, rows, numbers.Length / rows);
            first.Forward(ofWaves, M(x), M(between));
            second.Forward(ofDense, M(between), M(y));
            second.Backward(ofDense, M(between), M(y), M(dy), M(dBetween), dDense);
            first.Backward(ofWaves, M(x), M(between), M(dBetween), M(dx), dWaves);

            float[] y1 = new float[y.Length], dx1 = new float[dx.Length], dWaves1 = new float[dWaves.Length],
                dDense1 = new float[dDense.Length];
            asOne.Forward(parameters, M(x), M(y1));
            asOne.Backward(parameters, M(x), M(dy), M(dx1));
            foreach (var (start, end) in Parts(dWaves1.Length, first.PartLength))
                asOne.BackwardFirst(parameters, M(x), M(dy), start, dWaves1.AsSpan(start..end));
            foreach (var (start, end) in Parts(dDense1.Length, second.PartLength))
                asOne.BackwardSecond(parameters, M(x), M(dy), start, dDense1.AsSpan(start..end));
            TestNumbers.AssertSameBits(y, y1);
            TestNumbers.AssertSameBits(dx, dx1);
            TestNumbers.AssertSameBits(dWaves, dWaves1);
            TestNumbers.AssertSameBits(dDense, dDense1);
        }
    }

    [Fact]
    public void Is_not_there_for_other_layers()
    {
        var waves = new PeriodicEmbeddingLayer(3, 2, 4, 0.1, PeriodicForm.CosineWithPhase);
        Assert.NotNull(FusedPeriodicEmbedding.Of(waves, new FeaturewiseDense(waves.Outputs, 2, 5, 3, kept: 1, rectified: false)));
        Assert.Null(FusedPeriodicEmbedding.Of(waves, new FeaturewiseDense(waves.Outputs, 2, 5, 3, kept: 1, rectified: true)));
        Assert.Null(FusedPeriodicEmbedding.Of(waves, new FeaturewiseDense(waves.Outputs, 2, 5, 3, kept: 0, rectified: false)));
        Assert.Null(FusedPeriodicEmbedding.Of(waves, new FeaturewiseDense(waves.Outputs, 1, 5, 3, kept: 1, rectified: false)));
        Assert.Null(FusedPeriodicEmbedding.Of(waves, new Dense(waves.Outputs, 4)));
        var both = new PeriodicEmbeddingLayer(3, 2, 4, 0.1, PeriodicForm.CosineAndSine);
        Assert.Null(FusedPeriodicEmbedding.Of(both, new FeaturewiseDense(both.Outputs, 2, 8, 3, kept: 1, rectified: false)));
    }

    private static float[] Start(Layer layer)
    {
        var parameters = new float[layer.ParameterCount];
        layer.Initialize(parameters, new LeCunNormal(), new RandomSequence(5, RandomPurpose.Initialization, 0));
        return parameters;
    }

    // One part after the other, and then two at a time.
    private static IEnumerable<(int Start, int End)> Parts(int length, int part)
    {
        var step = length / part > 2 ? 2 * part : part;
        for (var start = 0; start < length; start += step) yield return (start, Math.Min(length, start + step));
    }
}
