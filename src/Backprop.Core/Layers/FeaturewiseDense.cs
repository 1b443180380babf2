using Backprop.Activations;
using Backprop.Initializers;
using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>A small dense layer for every feature: its group of values becomes [kept, f(group·W + b)]. Columns after the groups are copied
/// unchanged.</summary>
/// <remarks>
/// Parameters: for every feature W [GroupInputs − Kept × GroupOutputs − Kept] row-major, then b; all uniform in ±1/√(GroupInputs − Kept) at
/// first, as PyTorch's linear layers. Gorishniy, Rubachev and Babenko (2022), "On embeddings for numerical features in tabular deep
/// learning", arXiv:2203.05556.
/// </remarks>
public sealed record FeaturewiseDense : ColumnsLayer, IDescribesInference
{
    private static readonly ReLU s_rectifier = new();
    private static readonly PyTorchDefault s_uniform = new();
    private readonly int _inputs, _outputs;

    /// <summary>Makes a layer for groups.</summary>
    /// <param name="inputs">Inputs per example; at least <paramref name="features"/> × <paramref name="groupInputs"/>.</param>
    /// <param name="features">Number of groups; at least 1.</param>
    /// <param name="groupInputs">Inputs of each group; more than <paramref name="kept"/>.</param>
    /// <param name="groupOutputs">Outputs of each group; more than <paramref name="kept"/>.</param>
    /// <param name="kept">How many of the first columns of a group are copied unchanged; ≥ 0.</param>
    /// <param name="rectified">Whether f is ReLU, and not the identity.</param>
    public FeaturewiseDense(int inputs, int features, int groupInputs, int groupOutputs, int kept, bool rectified)
        : base(inputs, OutputsOf(inputs, features, groupInputs, groupOutputs, kept))
    {
        (Features, GroupInputs, GroupOutputs, Kept, Rectified) = (features, groupInputs, groupOutputs, kept, rectified);
        (_inputs, _outputs) = (groupInputs - kept, groupOutputs - kept);
        var parameters = (_inputs + 1L) * _outputs * features;
        if (parameters > Array.MaxLength)
            throw new ArgumentException(
                $"{features} layers of {_inputs} × {_outputs} have {parameters} parameters; at most {Array.MaxLength} are possible.");
    }

    /// <summary>Number of groups.</summary>
    public int Features { get; }

    /// <summary>Inputs of each group.</summary>
    public int GroupInputs { get; }

    /// <summary>Outputs of each group.</summary>
    public int GroupOutputs { get; }

    /// <summary>How many of the first columns of a group are copied unchanged.</summary>
    public int Kept { get; }

    /// <summary>Whether f is ReLU, and not the identity.</summary>
    public bool Rectified { get; }

    /// <inheritdoc/>
    public override int ParameterCount => Features * PartLength;

    /// <inheritdoc/>
    public override int PartLength => (_inputs + 1) * _outputs;

    /// <inheritdoc/>
    public override bool ReadsOutput => Rectified;

    /// <inheritdoc/>
    public override IReadOnlyList<ParameterBlock> Blocks =>
        [new("weights and biases of features", ParameterCount, ParameterRole.NumericEmbedding)];

    /// <inheritdoc/>
    public override void Initialize(Span<Real> parameters, Initializer initializer, RandomSequence random)
    {
        for (var j = 0; j < Features; j++)
        {
            s_uniform.Fill(parameters[WeightsOf(j)], _inputs, _outputs, random);
            s_uniform.FillBiases(parameters[BiasesOf(j)], _inputs, random);
        }
    }

    string IDescribesInference.Describe(InferenceOperations graph, string x, string? earlier, ReadOnlyMemory<Real> parameters)
    {
        var name = graph.NewName();
        return graph.Add(new AffineByGroup([x], name, Outputs, Features, GroupInputs, GroupOutputs, Kept, Rectified, parameters));
    }

    /// <inheritdoc/>
    internal override void ForwardColumns(ReadOnlySpan<Real> parameters, ReadOnlyMatrixColumns x, MatrixColumns y)
    {
        for (var j = 0; j < Features; j++)
        {
            var group = y.Part(j * GroupOutputs + Kept, _outputs);
            MatrixMultiply.Product(GroupOf(x, j), WeightsOf(parameters, j), parameters[BiasesOf(j)], group);
            for (var row = 0; Rectified && row < y.Rows; row++) s_rectifier.Forward(group.Row(row), group.Row(row));
        }
        FeatureGroups.CopyPassing(x, GroupInputs, y, GroupOutputs, Features, Kept);
    }

    /// <inheritdoc/>
    internal override void BackwardInputColumns(
        ReadOnlySpan<Real> parameters, ReadOnlyMatrixColumns x, ReadOnlyMatrixColumns y, ReadOnlyMatrixColumns dy, MatrixColumns dx)
    {
        var room = Room(dy.Rows);
        for (var j = 0; j < Features; j++)
            MatrixMultiply.ProductWithTransposed(
                GradientsOf(y, dy, j, room), WeightsOf(parameters, j), dx.Part(j * GroupInputs + Kept, _inputs));
        FeatureGroups.CopyPassing(dy, GroupOutputs, dx, GroupInputs, Features, Kept);
        Scratch.Return(room);
    }

    /// <inheritdoc/>
    internal override void BackwardPartColumns(
        ReadOnlySpan<Real> parameters, ReadOnlyMatrixColumns x, ReadOnlyMatrixColumns y, ReadOnlyMatrixColumns dy, int first,
        Span<Real> dPart)
    {
        var room = Room(dy.Rows);
        for (var start = 0; start < dPart.Length; start += PartLength)
        {
            var j = (first + start) / PartLength;
            var gradients = GradientsOf(y, dy, j, room);
            var dWeights = new Matrix(dPart.Slice(start, _inputs * _outputs), _inputs, _outputs);
            MatrixMultiply.TransposedProduct(GroupOf(x, j), gradients, dWeights);
            MatrixMultiply.SumOfRows(gradients, dPart.Slice(start + _inputs * _outputs, _outputs));
        }
        Scratch.Return(room);
    }

    private static int OutputsOf(int inputs, int features, int groupInputs, int groupOutputs, int kept)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(features, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(kept);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(groupInputs, kept);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(groupOutputs, kept);
        var rest = inputs - (long)features * groupInputs;
        if (rest < 0) throw new ArgumentOutOfRangeException(nameof(inputs), inputs, $"must be at least {features} × {groupInputs}");
        return FeatureGroups.Width((int)rest, features, groupOutputs);
    }

    // The products use scratch memory, so this must be another buffer.
    private Real[] Room(int rows) => Scratch.Rent(Rectified ? rows * _outputs : 0);

    // The gradient before the rectifier; without a rectifier, it is dy itself.
    private ReadOnlyMatrixColumns GradientsOf(ReadOnlyMatrixColumns y, ReadOnlyMatrixColumns dy, int feature, Real[] room)
    {
        var group = feature * GroupOutputs + Kept;
        var ofGroup = dy.Part(group, _outputs);
        if (!Rectified) return ofGroup;
        var outputs = y.Part(group, _outputs);
        var gradients = new Matrix(room.AsSpan(0, dy.Rows * _outputs), dy.Rows, _outputs);
        for (var row = 0; row < dy.Rows; row++)
            s_rectifier.Backward(outputs.Row(row), outputs.Row(row), ofGroup.Row(row), gradients.Row(row));
        return gradients;
    }

    private ReadOnlyMatrixColumns GroupOf(ReadOnlyMatrixColumns x, int feature) => x.Part(feature * GroupInputs + Kept, _inputs);

    private Range WeightsOf(int feature) => (feature * PartLength)..(feature * PartLength + _inputs * _outputs);

    private ReadOnlyMatrix WeightsOf(ReadOnlySpan<Real> parameters, int feature) => new(parameters[WeightsOf(feature)], _inputs, _outputs);

    private Range BiasesOf(int feature) => (feature * PartLength + _inputs * _outputs)..((feature + 1) * PartLength);
}
