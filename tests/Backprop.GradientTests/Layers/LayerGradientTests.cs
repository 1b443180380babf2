using Backprop.Activations;
using Backprop.GradientTests.Checking;
using Backprop.Layers;

namespace Backprop.GradientTests.Layers;

public class LayerGradientTests
{
    // Shapes on both sides of the kernel's tiles: 4 rows by 2 vectors of 4 doubles.
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(1, 5, 2)]
    [InlineData(7, 1, 3)]
    [InlineData(3, 2, 4)]
    [InlineData(5, 7, 5)]
    [InlineData(2, 9, 8)]
    [InlineData(4, 8, 4)]
    [InlineData(11, 37, 6)]
    [InlineData(37, 11, 9)]
    public void Backward_of_a_dense_layer_is_the_derivative_of_forward(int inputs, int outputs, int rows) =>
        LayerCheck.Verify(new Dense(inputs, outputs), rows);

    private static readonly Layer[] OtherLayers =
        [
            new AlphaDropout(5, 0.3), new GaussianNoise(5, 0.7), new GaussianNoise(4, 0.2),
            new GroupedDense(15, 9, 3, ntkParametrization: false), new GroupedDense(6, 22, 2, ntkParametrization: true),
            new Replicate(5, 3), new PerMember(new LayerNormalization(5), 2),
            new PerMember(new FeaturewiseDense(6, 2, 3, 4, 1, rectified: true), 3),
            new PerMember(new PeriodicEmbeddingLayer(5, 3, 6, 0.1, PeriodicForm.CosineWithPhase, 2), 2),
            new PerMember(new PeriodicEmbeddingLayer(4, 3, 5, 0.5, PeriodicForm.CosineAndSine), 2),
            new PerMember(new PiecewiseLinearEncoding(3, 2, 4), 2),
            new PerMember(new EntityEmbedding(3, [new EmbeddedCategory(1, 3, 2)]), 2), new InputSkip(5, 3),
            new Imputation(5, MissingValues.Learned, [1, 4]), new Imputation(3, MissingValues.Mean, []),
            new EntityEmbedding(5, [new EmbeddedCategory(1, 3, 2), new EmbeddedCategory(4, 1, 1)]),
            new FeaturewiseDense(14, 3, 4, 5, 0, rectified: true), new FeaturewiseDense(10, 2, 4, 6, 2, rectified: false),
            new PeriodicEmbeddingLayer(5, 3, 6, 0.5, PeriodicForm.CosineAndSine),
            new PeriodicEmbeddingLayer(5, 3, 6, 0.1, PeriodicForm.CosineWithPhase, 2),
            new PeriodicEmbeddingLayer(4, 4, 5, 0.5, PeriodicForm.CosineWithPhase), new PiecewiseLinearEncoding(5, 3, 4),
            new QuantileTransform(5, [1, 4], knots: 6),
            new ValueIndicators(5, [new FewValuedFeature(0, 3), new FewValuedFeature(3, 2)], FeatureScaling.Standard),
            new NtkDense(5, 3), new NtkDense(3, 9),
            new OneHotEncoding(5, [new OneHotCategory(1, 3), new OneHotCategory(4, 2)], FeatureScaling.Standard), new BatchNormalization(5),
            new BatchNormalization(1, momentum: 1, epsilon: 0.5), new Dropout(5, 0.5), new InputScale(5), new LayerNormalization(5),
            new LayerNormalization(2, epsilon: 0.5), new SkipConnection(5, 1), new SmoothClip(5, 3, 0.7), new SmoothClip(4, 4, 3),
            new AsinhScaling(5, 3, 0.7), new AsinhScaling(4, 4, 3),
            new MonotoneDense(5, 7, [0, 3], [4], 3, groups: 1, ntkParametrization: true),
            new MonotoneDense(4, 3, [1, 2, 3], [], 0, groups: 1, ntkParametrization: false),
            new MonotoneDense(2, 3, [0], [1], 0, groups: 1, ntkParametrization: false),
            new MonotoneDense(6, 8, [0], [2], 2, groups: 2, ntkParametrization: true), new ColumnOrder([3, 4, 0, 2, 1]),
            new ParallelLayers([new InputScale(2), new ParametricMixLayer(3, new Mish()), new ActivationLayer(4, new Tanh())]),
            new PerMember(new ParallelLayers([new LayerNormalization(3), new Dense(2, 3)]), 2),
            new PReLULayer(5), new ParametricMixLayer(5, new Mish()), new ParametricMixLayer(5, new Tanh()),
            new ReconstructionResidual(5, 2), new WeightedMeanSquare(5), new WeightedMeanSquare(3, 2)];

    public static TheoryData<Layer> Others => [.. OtherLayers];

    [Theory, MemberData(nameof(Others))]
    public void Backward_of_any_other_layer_is_the_derivative_of_forward(Layer layer)
    {
        foreach (var rows in (int[])[1, 2, 7]) LayerCheck.Verify(layer, rows);
    }

    // A new kind must be given its own check here (activation layers have theirs beside the activations) before it joins this list.
    [Fact]
    public void Every_kind_of_layer_is_checked() =>
        Assert.Equal(
            Layer.Kinds.ToHashSet(),
            OtherLayers.Select(layer => layer.GetType()).Append(typeof(ActivationLayer)).Append(typeof(Dense)).ToHashSet());
}
