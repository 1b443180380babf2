using Backprop.Activations;
using Backprop.Initializers;
using Backprop.Layers;
using Backprop.Numerics;

namespace Backprop.Core.Tests.Layers;

public class LayerContractTests
{
    private static readonly Layer[] SampleLayers =
        [
            new Dense(5, 37), new Dense(37, 5), new Dense(1, 1), new AlphaDropout(37, 0.5), new BatchNormalization(37),
            new Dropout(37, 0.5), new EntityEmbedding(5, [new EmbeddedCategory(1, 3, 2), new EmbeddedCategory(4, 1, 1)]),
            new FeaturewiseDense(37, 3, 12, 5, 0, rectified: true), new FeaturewiseDense(20, 4, 5, 7, 2, rectified: false),
            new PeriodicEmbeddingLayer(5, 3, 17, 0.5, PeriodicForm.CosineAndSine),
            new PeriodicEmbeddingLayer(5, 5, 17, 0.5, PeriodicForm.CosineWithPhase),
            new PeriodicEmbeddingLayer(7, 5, 6, 0.1, PeriodicForm.CosineWithPhase, 2), new PiecewiseLinearEncoding(5, 3, 17),
            new QuantileTransform(37, [0, 7, 36], knots: 5), new QuantileTransform(2, [1]), new InputScale(37), new GaussianNoise(37, 0.5),
            new ValueIndicators(5, [new FewValuedFeature(1, 3), new FewValuedFeature(4, 2)], FeatureScaling.Robust),
            new ValueIndicators(2, [new FewValuedFeature(0, 7)], scaling: null),
            new GroupedDense(15, 111, 3, ntkParametrization: false), new GroupedDense(74, 10, 2, ntkParametrization: true),
            new Replicate(37, 3), new PerMember(new LayerNormalization(37), 2),
            new PerMember(new EntityEmbedding(5, [new EmbeddedCategory(1, 3, 2)]), 3),
            new PerMember(new PiecewiseLinearEncoding(5, 3, 17), 2),
            new PerMember(new FeaturewiseDense(20, 4, 5, 7, 2, rectified: true), 3),
            new PerMember(new FeaturewiseDense(20, 4, 5, 7, 2, rectified: false), 2),
            new PerMember(new PeriodicEmbeddingLayer(7, 5, 17, 0.1, PeriodicForm.CosineWithPhase, 2), 3),
            new PerMember(new PeriodicEmbeddingLayer(5, 3, 17, 0.5, PeriodicForm.CosineAndSine), 2), new InputSkip(37, 5),
            new Imputation(5, MissingValues.Learned, [1, 4]), new Imputation(5, MissingValues.Median, []), new NtkDense(5, 37),
            new NtkDense(37, 5), new OneHotEncoding(5, [new OneHotCategory(1, 3), new OneHotCategory(4, 2)], FeatureScaling.Robust),
            new LayerNormalization(37), new SkipConnection(37, 1), new SmoothClip(37, 20, 3), new SmoothClip(37, 37, 0.5),
            new AsinhScaling(37, 20, 3),
            new MonotoneDense(5, 37, [0, 3], [4], 11, groups: 1, ntkParametrization: true),
            new MonotoneDense(37, 5, [.. Enumerable.Range(20, 17)], [], 0, groups: 1, ntkParametrization: false),
            new MonotoneDense(3, 4, [0, 1], [2], 0, groups: 1, ntkParametrization: false),
            new MonotoneDense(15, 111, [1], [2], 9, groups: 3, ntkParametrization: true), new ColumnOrder([3, 4, 0, 2, 1]),
            new ParallelLayers([new InputScale(5), new ParametricMixLayer(20, new Mish()), new ActivationLayer(12, new Tanh())]),
            new PerMember(new ParallelLayers([new InputScale(5), new ActivationLayer(3, new ReLU())]), 3),
            new PerMember(new ColumnOrder([2, 0, 1]), 2), new ParallelLayers([new Dense(3, 2), new ColumnOrder([1, 0])]),
            new PReLULayer(37), new ParametricMixLayer(37, new Mish()), new ReconstructionResidual(37), new ReconstructionResidual(5, 3),
            new WeightedMeanSquare(37), new WeightedMeanSquare(5, 3),
            .. Activation.All.Select(activation => new ActivationLayer(37, activation))];

    public static TheoryData<Layer> Samples => [.. SampleLayers];

    public static TheoryData<Type> Kinds => [.. Layer.Kinds];

    [Fact]
    public void Every_layer_in_the_assembly_is_listed() => Choices.AssertListed<Layer>(Layer.Kinds);

    [Fact]
    public void Every_kind_of_layer_is_sampled_here() =>
        Assert.Equal(Layer.Kinds.ToHashSet(), SampleLayers.Select(layer => layer.GetType()).ToHashSet());

    // A saved model keeps what a layer's constructor takes, and asks its properties for it.
    [Theory, MemberData(nameof(Kinds))]
    public void What_the_constructor_takes_is_a_property_of_the_same_name_and_type(Type kind)
    {
        foreach (var parameter in kind.GetConstructors().Single().GetParameters())
        {
            var property = kind.GetProperties().SingleOrDefault(p => p.Name.Equals(parameter.Name, StringComparison.OrdinalIgnoreCase));
            Assert.True(
                property?.PropertyType == parameter.ParameterType, $"{kind.Name} takes {parameter.Name}, but has no such property.");
        }
    }

    [Theory, MemberData(nameof(Samples))]
    public void A_batch_gives_what_its_rows_give_one_by_one(Layer layer)
    {
        const int rows = 7;
        var parameters = ParametersOf(layer);
        var x = new Matrix(TestNumbers.Normal(rows * layer.Inputs, seed: 2), rows, layer.Inputs);
        var dy = new Matrix(TestNumbers.Normal(rows * layer.Outputs, seed: 3), rows, layer.Outputs);
        var y = new Matrix(TestNumbers.Unassigned(rows * layer.Outputs), rows, layer.Outputs);
        var dx = new Matrix(TestNumbers.Unassigned(rows * layer.Inputs), rows, layer.Inputs);
        float[] gradient = TestNumbers.Unassigned(layer.ParameterCount), sum = new float[layer.ParameterCount];
        layer.Forward(parameters, x, y);
        layer.Backward(parameters, x, y, dy, dx, gradient);

        for (var row = 0; row < rows; row++)
        {
            var yRow = new Matrix(TestNumbers.Unassigned(layer.Outputs), 1, layer.Outputs);
            var dxRow = new Matrix(TestNumbers.Unassigned(layer.Inputs), 1, layer.Inputs);
            layer.Forward(parameters, new Matrix(x.Row(row), 1, layer.Inputs), yRow);
            var ofRow = TestNumbers.Unassigned(layer.ParameterCount);
            layer.Backward(
                parameters, new Matrix(x.Row(row), 1, layer.Inputs), yRow, new Matrix(dy.Row(row), 1, layer.Outputs), dxRow, ofRow);
            for (var i = 0; i < sum.Length; i++) sum[i] += ofRow[i];
            TestNumbers.AssertClose(yRow.Values, y.Row(row), 1e-6f);
            TestNumbers.AssertClose(dxRow.Values, dx.Row(row), 1e-6f);
        }
        TestNumbers.AssertClose(sum, gradient, 4e-6f);
    }

    // The score of a row with a missing feature that nothing replaces is NaN. It would be an ordinary score if a layer swallowed the NaN.
    [Theory, MemberData(nameof(Samples))]
    public void A_value_that_is_not_a_number_stays_one(Layer layer)
    {
        var readsCategories = layer is EntityEmbedding or OneHotEncoding or PerMember { Each: EntityEmbedding };
        if (readsCategories || layer is Imputation) return;
        var parameters = ParametersOf(layer);
        for (var column = 0; column < layer.Inputs; column++)
        {
            var x = new Matrix(TestNumbers.Normal(layer.Inputs, seed: 2), 1, layer.Inputs);
            x.Row(0)[column] = float.NaN;
            var y = new Matrix(new float[layer.Outputs], 1, layer.Outputs);
            layer.Forward(parameters, x, y);
            Assert.True(y.Values.Contains(float.NaN), $"Column {column} of {layer}");
        }
    }

    [Theory, MemberData(nameof(Samples))]
    public void Parts_of_the_gradient_have_the_bits_of_the_whole(Layer layer)
    {
        if (layer.ParameterCount == 0) return;
        const int rows = 45;
        var parameters = ParametersOf(layer);
        var x = new Matrix(TestNumbers.Normal(rows * layer.Inputs, seed: 2), rows, layer.Inputs);
        var y = new Matrix(new float[rows * layer.Outputs], rows, layer.Outputs);
        var dy = new Matrix(TestNumbers.Normal(rows * layer.Outputs, seed: 3), rows, layer.Outputs);
        var whole = TestNumbers.Unassigned(layer.ParameterCount);
        layer.Forward(parameters, x, y);
        layer.Backward(parameters, x, y, dy, default, whole);

        Assert.Equal(0, layer.ParameterCount % layer.PartLength);
        for (var parts = 1; parts <= 3; parts++)
        {
            var gradient = TestNumbers.Unassigned(layer.ParameterCount);
            for (int first = 0, length = parts * layer.PartLength; first < gradient.Length; first += length)
                layer.BackwardPart(parameters, x, y, dy, first, gradient.AsSpan(first, Math.Min(length, gradient.Length - first)));
            Assert.Equal(whole, gradient);
        }
    }

    // Each shard is a batch of its own here. Some are empty.
    [Theory, MemberData(nameof(Samples))]
    public void Parts_of_the_gradient_have_the_bits_of_the_sum_over_shards(Layer layer)
    {
        if (layer is not IGradientOfShards ofShards) return;
        const int rows = 45;
        var parameters = ParametersOf(layer);
        var x = new Matrix(TestNumbers.Normal(rows * layer.Inputs, seed: 2), rows, layer.Inputs);
        var y = new Matrix(new float[rows * layer.Outputs], rows, layer.Outputs);
        var dy = new Matrix(TestNumbers.Normal(rows * layer.Outputs, seed: 3), rows, layer.Outputs);
        layer.Forward(parameters, x, y);
        foreach (var ends in (int[][])[[20, rows], [0, 7, 7, rows], [0, 3, 9, 9, 20, 31, rows, rows]])
            for (var parts = 1; parts <= 3; parts++)
                for (int first = 0, length; first < layer.ParameterCount; first += length)
                {
                    length = Math.Min(parts * layer.PartLength, layer.ParameterCount - first);
                    float[] blocks = new float[ends.Length * length], expected = new float[length], found = TestNumbers.Unassigned(length);
                    for (int shard = 0, row = 0; shard < ends.Length; row = ends[shard++])
                    {
                        var count = ends[shard] - row;
                        if (count == 0) continue;
                        ofShards.BackwardPart(
                            parameters, x.RowRange(row, count), y.RowRange(row, count), dy.RowRange(row, count), first,
                            blocks.AsSpan(shard * length, length));
                    }
                    BlockSums.Add(blocks, ends.Length, expected);
                    ofShards.BackwardPart(x, dy, ends, first, found);
                    TestNumbers.AssertSameBits(expected, found);
                }
    }

    [Theory, MemberData(nameof(Samples))]
    public void Packed_parameters_give_the_same_bits(Layer layer)
    {
        const int rows = 21;
        var parameters = ParametersOf(layer);
        var x = new ReadOnlyMatrix(TestNumbers.Normal(rows * layer.Inputs, seed: 2), rows, layer.Inputs);
        float[] expected = TestNumbers.Unassigned(rows * layer.Outputs), found = TestNumbers.Unassigned(rows * layer.Outputs);
        layer.Forward(parameters, x, new Matrix(expected, rows, layer.Outputs));
        layer.Forward(parameters, layer.Pack(parameters), x, new Matrix(found, rows, layer.Outputs));
        TestNumbers.AssertSameBits(expected, found);
    }

    [Theory, MemberData(nameof(Samples))]
    public void What_is_said_of_the_memory_holds(Layer layer)
    {
        const int rows = 7;
        var parameters = ParametersOf(layer);
        var x = new Matrix(TestNumbers.Normal(rows * layer.Inputs, seed: 2), rows, layer.Inputs);
        var dy = new Matrix(TestNumbers.Normal(rows * layer.Outputs, seed: 3), rows, layer.Outputs);
        var y = new Matrix(new float[rows * layer.Outputs], rows, layer.Outputs);
        var dx = new Matrix(new float[rows * layer.Inputs], rows, layer.Inputs);
        var gradient = new float[layer.ParameterCount];
        layer.Forward(parameters, x, y);
        layer.Backward(parameters, x, y, dy, dx, gradient);

        if (!layer.ReadsOutput)
        {
            var again = new Matrix(TestNumbers.Unassigned(rows * layer.Inputs), rows, layer.Inputs);
            layer.Backward(
                parameters, x, new Matrix(TestNumbers.Unassigned(rows * layer.Outputs), rows, layer.Outputs), dy, again, gradient);
            Assert.Equal(dx.Values.ToArray(), again.Values.ToArray());
        }
        if (layer.WorksInPlace)
        {
            Matrix memory = new(x.Values.ToArray(), rows, layer.Inputs), slopes = new(dy.Values.ToArray(), rows, layer.Inputs);
            layer.Forward(parameters, memory, memory);
            layer.Backward(parameters, memory, memory, slopes, slopes, gradient);
            Assert.Equal(y.Values.ToArray(), memory.Values.ToArray());
            Assert.Equal(dx.Values.ToArray(), slopes.Values.ToArray());
        }
    }

    [Theory, MemberData(nameof(Samples))]
    public void Blocks_cover_the_parameters(Layer layer)
    {
        Assert.Equal(layer.ParameterCount, layer.Blocks.Sum(block => block.Length));
        Assert.All(layer.Blocks, block => Assert.True(block.Length > 0 && block.Name.Length > 0));
    }

    // What a layer measures is a mean or a variance: not negative.
    private static float[] ParametersOf(Layer layer)
    {
        var parameters = TestNumbers.Normal(layer.ParameterCount, seed: 1);
        if (layer.IsFitted)
        {
            layer.Initialize(parameters, new GlorotUniform(), new RandomSequence(1, RandomPurpose.Initialization)); // boundaries are sorted
            return parameters;
        }
        var roles = layer.Blocks.SelectMany(block => Enumerable.Repeat(block.Role, block.Length));
        return [.. parameters.Zip(roles, (parameter, role) => role == ParameterRole.Statistic ? 0.5f + Math.Abs(parameter) : parameter)];
    }

    [Fact]
    public void Widths_and_options_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>("inputs", () => new Dense(0, 3));
        Assert.Throws<ArgumentOutOfRangeException>("outputs", () => new Dense(3, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ActivationLayer(0, new Tanh()));
        Assert.Throws<ArgumentNullException>("activation", () => new ActivationLayer(3, null!));
        Assert.Throws<ArgumentOutOfRangeException>("rate", () => new Dropout(3, 1));
        Assert.Throws<ArgumentOutOfRangeException>("rate", () => new Dropout(3, double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>("momentum", () => new BatchNormalization(3, momentum: 0));
        Assert.Throws<ArgumentOutOfRangeException>("epsilon", () => new BatchNormalization(3, epsilon: 0));
        Assert.Throws<ArgumentOutOfRangeException>("epsilon", () => new LayerNormalization(3, double.PositiveInfinity));
        Assert.Throws<ArgumentOutOfRangeException>("length", () => new SkipConnection(3, 0));
    }

    [Fact]
    public void A_dense_layer_too_large_for_one_array_is_refused() =>
        Assert.Contains(
            "100000 × 100000 has 10000100000 parameters", Assert.Throws<ArgumentException>(() => new Dense(100_000, 100_000)).Message);
}
