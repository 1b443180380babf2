using Backprop.Initializers;
using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>y = x·W + b. Parameters: W [Inputs × Outputs] row-major, then b [Outputs].</summary>
/// <remarks>Backward: dx = dy·Wᵀ, dW = xᵀ·dy, db = Σ_rows dy (Rumelhart, Hinton and Williams (1986), Nature 323).</remarks>
public sealed record Dense : AffineLayer, ISparseInput, IReplicable, IGradientOfShards
{
    /// <summary>Makes a fully connected layer.</summary>
    /// <param name="inputs">Inputs per example; at least 1.</param>
    /// <param name="outputs">Units; at least 1.</param>
    /// <exception cref="ArgumentException">The layer would have more parameters than one array can hold.</exception>
    public Dense(int inputs, int outputs) : base(inputs, outputs)
    {
        if (((long)inputs + 1) * outputs > Array.MaxLength)
            throw new ArgumentException(
                $"A dense layer of {inputs} × {outputs} has {((long)inputs + 1) * outputs} parameters; " +
                $"at most {Array.MaxLength} are possible.");
    }

    /// <inheritdoc/>
    public override double WeightFactor => 1;

    /// <inheritdoc/>
    public override int ParameterCount => WeightCount + Outputs;

    /// <inheritdoc/>
    public override IReadOnlyList<ParameterBlock> Blocks =>
        [new("weights", WeightCount, ParameterRole.Weight), new("biases", Outputs, ParameterRole.Bias)];

    /// <inheritdoc/>
    public override bool ReadsOutput => false;

    /// <summary>One row of W.</summary>
    public override int PartLength => Outputs;

    Layer IReplicable.Replicated(int members) =>
        new GroupedDense(Replicate.Times(Inputs, members), Replicate.Times(Outputs, members), members, ntkParametrization: false);

    /// <inheritdoc/>
    public override void Initialize(Span<Real> parameters, Initializer initializer, RandomSequence random)
    {
        initializer.Fill(parameters[..WeightCount], Inputs, Outputs, random);
        initializer.FillBiases(parameters[WeightCount..], Inputs, random);
    }

    /// <inheritdoc/>
    public override void Forward(ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, Matrix y) => Forward(parameters, [], x, y, factor: 1);

    /// <summary>W, panel by panel.</summary>
    public override Real[] Pack(ReadOnlySpan<Real> parameters) => MatrixMultiply.Pack(Weights(parameters));

    /// <inheritdoc/>
    public override void Forward(ReadOnlySpan<Real> parameters, ReadOnlySpan<Real> packed, ReadOnlyMatrix x, Matrix y) =>
        Forward(parameters, packed, x, y, factor: 1);

    /// <inheritdoc/>
    public override void Backward(
        ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlyMatrix dy, Matrix dx, Span<Real> dParameters) =>
        Backward(parameters, x, dy, dx, dParameters, factor: 1);

    /// <inheritdoc/>
    public override void BackwardPart(
        ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlyMatrix dy, int first, Span<Real> dPart) =>
        BackwardPart(x, dy, [], first, dPart, factor: 1);

    void IGradientOfShards.BackwardPart(ReadOnlyMatrix x, ReadOnlyMatrix dy, ReadOnlySpan<int> ends, int first, Span<Real> dPart) =>
        BackwardPart(x, dy, ends, first, dPart, factor: 1);

    /// <summary>y = factor·x·W + b.</summary>
    internal void Forward(ReadOnlySpan<Real> parameters, ReadOnlySpan<Real> packed, ReadOnlyMatrix x, Matrix y, Real factor) =>
        MatrixMultiply.Product(x, Weights(parameters), packed, parameters[WeightCount..], y, factor);

    /// <summary>The gradients of y = factor·x·W + b.</summary>
    internal void Backward(
        ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, ReadOnlyMatrix dy, Matrix dx, Span<Real> dParameters, Real factor)
    {
        if (!dx.IsEmpty) MatrixMultiply.ProductWithTransposed(dy, Weights(parameters), dx, factor);
        if (!dParameters.IsEmpty) BackwardPart(x, dy, [], 0, dParameters, factor);
    }

    /// <summary>A contiguous part of the gradient of W and b (<see cref="IGradientOfShards"/>).</summary>
    internal void BackwardPart(ReadOnlyMatrix x, ReadOnlyMatrix dy, ReadOnlySpan<int> ends, int first, Span<Real> dPart, Real factor)
    {
        var dw = WeightRows(first, dPart, out var firstRow, out var db);
        if (dw.Rows > 0) MatrixMultiply.TransposedProduct(new ReadOnlyMatrixColumns(x, firstRow, dw.Rows), dy, ends, dw, factor);
        if (!db.IsEmpty) MatrixMultiply.SumOfRows(dy, ends, db);
    }

    void ISparseInput.Forward(ReadOnlySpan<Real> parameters, SparseBatch x, int first, Matrix y) =>
        SparseMultiply.Product(x, first, Weights(parameters), parameters[WeightCount..], y);

    void ISparseInput.BackwardPart(
        ReadOnlySpan<Real> parameters, SparseBatch x, int firstRow, ReadOnlyMatrix dy, int first, Span<Real> dPart)
    {
        var dw = WeightRows(first, dPart, out var firstColumn, out var db);
        if (dw.Rows > 0) SparseMultiply.TransposedProduct(x, firstColumn, firstRow, dy, dw);
        if (!db.IsEmpty) MatrixMultiply.SumOfRows(dy, db);
    }

    // Row i of W belongs to column i of x, and b is one more row.
    private Matrix WeightRows(int first, Span<Real> dPart, out int firstRow, out Span<Real> db)
    {
        firstRow = first / Outputs;
        var rows = Math.Min(dPart.Length / Outputs, Inputs - firstRow);
        db = dPart[(rows * Outputs)..];
        return new Matrix(dPart[..(rows * Outputs)], rows, Outputs);
    }

    private ReadOnlyMatrix Weights(ReadOnlySpan<Real> parameters) => new(parameters[..WeightCount], Inputs, Outputs);
}
