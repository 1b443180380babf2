using Backprop.Initializers;
using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>Parallel dense layers for the members of an ensemble. Each group of adjacent inputs has its own W and b: y_g =
/// c·x_g·W_g + b_g. Parameters, group after group: W [GroupInputs × GroupOutputs] row-major, then b [GroupOutputs].</summary>
/// <remarks>
/// One dense layer whose W is block-diagonal, without the zeros; as the batched matrices of Gorishniy, Kotelnikov and Babenko (2025),
/// "TabM", arXiv:2410.24210, or a grouped convolution of width 1. The products are those of <see cref="Dense"/> over some columns of wider
/// matrices. So a group has the same bits as it would have alone.
/// </remarks>
public sealed record GroupedDense : AffineLayer, ISupportsEnsembles, IDividesMembers, IGradientOfShards
{
    private readonly int _partsOfGroup;

    /// <summary>Makes the layers.</summary>
    /// <param name="inputs">Inputs of all groups, per example; a multiple of <paramref name="groups"/>.</param>
    /// <param name="outputs">Units of all groups; a multiple of <paramref name="groups"/>.</param>
    /// <param name="groups">Number of groups; at least 1.</param>
    /// <param name="ntkParametrization">Whether c is 1/√GroupInputs, as in <see cref="NtkDense"/>; otherwise, c is 1.</param>
    /// <exception cref="ArgumentException">A width is not a multiple, or the layer would have more parameters than one array can
    /// hold.</exception>
    public GroupedDense(int inputs, int outputs, int groups, bool ntkParametrization) : base(inputs, outputs)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(groups, 1);
        if (inputs % groups != 0)
            throw new ArgumentOutOfRangeException(nameof(inputs), inputs, $"must be a multiple of the {groups} groups");
        if (outputs % groups != 0)
            throw new ArgumentOutOfRangeException(nameof(outputs), outputs, $"must be a multiple of the {groups} groups");
        (Groups, NtkParametrization, _partsOfGroup) = (groups, ntkParametrization, inputs / groups + 1);
        if ((long)_partsOfGroup * outputs > Array.MaxLength)
            throw new ArgumentException(
                $"{groups} dense layers of {GroupInputs} × {GroupOutputs} have {(long)_partsOfGroup * outputs} parameters; " +
                $"at most {Array.MaxLength} are possible.");
        WeightFactor = ntkParametrization ? 1 / Math.Sqrt(GroupInputs) : 1;
    }

    /// <inheritdoc/>
    public override int Groups { get; }

    /// <summary>Whether c is 1/√GroupInputs.</summary>
    public bool NtkParametrization { get; }

    /// <inheritdoc/>
    public override double WeightFactor { get; }

    /// <inheritdoc/>
    public override int ParameterCount => _partsOfGroup * Outputs;

    /// <inheritdoc/>
    public override IReadOnlyList<ParameterBlock> Blocks =>
        [
            .. Enumerable.Range(0, Groups).SelectMany(
                group =>
                    (ParameterBlock[])[
                        new($"weights of {group}", WeightCount, ParameterRole.Weight),
                        new($"biases of {group}", GroupOutputs, ParameterRole.Bias)])];

    /// <inheritdoc/>
    public override bool ReadsOutput => false;

    /// <summary>One row of a W.</summary>
    public override int PartLength => GroupOutputs;

    /// <inheritdoc/>
    public bool SupportsEnsembles(int members) => Groups % members == 0;

    Layer IDividesMembers.ForMembers(int members, int count) =>
        new GroupedDense(Inputs / members * count, Outputs / members * count, Groups / members * count, NtkParametrization);

    /// <inheritdoc/>
    public override void Initialize(Span<Real> parameters, Initializer initializer, RandomSequence random)
    {
        for (var group = 0; group < Groups; group++)
        {
            initializer.Fill(parameters[WeightsOf(group)], GroupInputs, GroupOutputs, random);
            initializer.FillBiases(parameters[BiasesOf(group)], GroupInputs, random);
        }
    }

    /// <inheritdoc/>
    public override void Forward(ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, Matrix y) => Forward(parameters, [], x, y);

    /// <summary>Every W, panel by panel.</summary>
    public override Real[] Pack(ReadOnlySpan<Real> parameters)
    {
        var length = MatrixPanels.PackedLength(GroupInputs, GroupOutputs);
        var packed = new Real[checked(Groups * length)];
        for (var group = 0; group < Groups; group++)
            MatrixMultiply.Pack(Weights(parameters, group), packed.AsSpan(group * length, length));
        return packed;
    }

    /// <inheritdoc/>
    public override void Forward(ReadOnlySpan<Real> parameters, ReadOnlySpan<Real> packed, ReadOnlyMatrix x, Matrix y)
    {
        var length = packed.Length / Groups;
        for (var group = 0; group < Groups; group++)
        {
            MatrixMultiply.Product(
                InputsOf(group, x), Weights(parameters, group), packed.Slice(group * length, length), parameters[BiasesOf(group)],
                new MatrixColumns(y, group * GroupOutputs, GroupOutputs), Factor);
        }
    }

    /// <inheritdoc/>
    public override void Backward(
        ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlyMatrix dy, Matrix dx, Span<Real> dParameters)
    {
        if (!dx.IsEmpty)
        {
            for (var group = 0; group < Groups; group++)
                MatrixMultiply.ProductWithTransposed(
                    OutputsOf(group, dy), Weights(parameters, group), new MatrixColumns(dx, group * GroupInputs, GroupInputs), Factor);
        }
        if (!dParameters.IsEmpty) BackwardPart(parameters, x, y, dy, 0, dParameters);
    }

    /// <inheritdoc/>
    public override void BackwardPart(
        ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlyMatrix dy, int first, Span<Real> dPart) =>
        ((IGradientOfShards)this).BackwardPart(x, dy, [], first, dPart);

    // The parts of a group are the rows of its W, which belong to columns of x, and b.
    void IGradientOfShards.BackwardPart(ReadOnlyMatrix x, ReadOnlyMatrix dy, ReadOnlySpan<int> ends, int first, Span<Real> dPart)
    {
        for (int done = 0, rows; done < dPart.Length; done += rows * GroupOutputs)
        {
            var (group, row) = Math.DivRem((first + done) / GroupOutputs, _partsOfGroup);
            rows = Math.Min((dPart.Length - done) / GroupOutputs, Math.Max(1, GroupInputs - row));
            var part = dPart.Slice(done, rows * GroupOutputs);
            if (row == GroupInputs)
            {
                MatrixMultiply.SumOfRows(OutputsOf(group, dy), ends, part);
                continue;
            }
            MatrixMultiply.TransposedProduct(
                new ReadOnlyMatrixColumns(x, group * GroupInputs + row, rows), OutputsOf(group, dy), ends,
                new Matrix(part, rows, GroupOutputs), Factor);
        }
    }

    internal override AffineLayer WithoutFactor() => new GroupedDense(Inputs, Outputs, Groups, ntkParametrization: false);

    private Real Factor => (Real)WeightFactor;

    private ReadOnlyMatrix Weights(ReadOnlySpan<Real> parameters, int group) =>
        new(parameters[WeightsOf(group)], GroupInputs, GroupOutputs);

    private ReadOnlyMatrixColumns InputsOf(int group, ReadOnlyMatrix x) => new(x, group * GroupInputs, GroupInputs);

    private ReadOnlyMatrixColumns OutputsOf(int group, ReadOnlyMatrix dy) => new(dy, group * GroupOutputs, GroupOutputs);
}
