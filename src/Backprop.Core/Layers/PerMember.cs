using Backprop.Initializers;
using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>Any layer, once for each member of an ensemble: each copy has neighbouring columns of x and y, and its own parameters.
/// Parameters: the layer's, member after member.</summary>
/// <remarks>For layers that are not merely wider for several members, such as embeddings. It copies a member's columns together, unless the
/// layer is a <see cref="ColumnsLayer"/>. For dense layers, use <see cref="GroupedDense"/>.</remarks>
public sealed record PerMember : Layer, IFitsTrainingData, IGradientParts, ISupportsEnsembles, IDividesMembers, IPreparesFeatures,
    IDescribesInference, INamedArrays
{
    /// <summary>Makes one copy of a layer for each member.</summary>
    /// <param name="each">The layer of one member. It must not be random, normalize by the batch, or be completed by the network: such
    /// layers support several members as they are, or not at all.</param>
    /// <param name="ensembleSize">Number of members; at least 1.</param>
    /// <exception cref="ArgumentException">The layer is of a kind that cannot be copied, or there would be too many inputs, outputs or
    /// parameters.</exception>
    public PerMember(Layer each, int ensembleSize)
        : base(Replicate.Times(Checked(each).Inputs, ensembleSize), Replicate.Times(each.Outputs, ensembleSize))
    {
        if ((long)each.ParameterCount * ensembleSize > Array.MaxLength)
            throw new ArgumentException(
                $"{ensembleSize} × {each.Caption} have {(long)each.ParameterCount * ensembleSize} parameters; " +
                $"at most {Array.MaxLength} are possible.");
        (Each, EnsembleSize) = (each, ensembleSize);
    }

    /// <summary>The layer of one member.</summary>
    public Layer Each { get; }

    /// <summary>Number of members.</summary>
    public int EnsembleSize { get; }

    /// <summary>The layer of one member: <see cref="Each"/> of a <see cref="PerMember"/>, otherwise the layer itself.</summary>
    internal static Layer EachOf(Layer layer) => layer is PerMember several ? several.Each : layer;

    /// <inheritdoc/>
    public override int ParameterCount => EnsembleSize * Each.ParameterCount;

    /// <inheritdoc/>
    public int PartLength => Each.PartLength;

    /// <inheritdoc/>
    public override bool ReadsOutput => Each.ReadsOutput;

    /// <inheritdoc/>
    public bool IsFitted => Each.IsFitted;

    /// <inheritdoc/>
    public override IReadOnlyList<ParameterBlock> Blocks =>
        [
            .. Enumerable.Range(0, EnsembleSize).SelectMany(
                member => Each.Blocks.Select(block => block with { Name = $"{block.Name} of {member}" }))];

    // The members are one more dimension, the first. No array of the layer itself has several pieces.
    IReadOnlyList<ParameterArray> INamedArrays.Arrays =>
        [
            .. Each.Arrays.Select(
                array => array with { Shape = [EnsembleSize, .. array.Shape], Pieces = EnsembleSize, Stride = Each.ParameterCount })];

    bool IPreparesFeatures.KeepsFeaturesApart => Each is IPreparesFeatures { KeepsFeaturesApart: true };

    int IPreparesFeatures.InputOf(int output)
    {
        var (member, own) = Math.DivRem(output, Each.Outputs);
        return member * Each.Inputs + ((IPreparesFeatures)Each).InputOf(own);
    }

    /// <inheritdoc/>
    public bool SupportsEnsembles(int members) => EnsembleSize % members == 0;

    Layer IDividesMembers.ForMembers(int members, int count) => new PerMember(Each, EnsembleSize / members * count);

    /// <inheritdoc/>
    public override void Initialize(Span<Real> parameters, Initializer initializer, RandomSequence random)
    {
        for (var member = 0; member < EnsembleSize; member++) Each.Initialize(parameters[ParametersOf(member)], initializer, random);
    }

    /// <inheritdoc/>
    public void Fit(Span<Real> parameters, ReadOnlyMatrix examples) => ((IFitsTrainingData)this).Fit(parameters, examples, meter: null);

    void IFitsTrainingData.Fit(Span<Real> parameters, ReadOnlyMatrix examples, WorkMeter? meter)
    {
        if (Each is not IFitsTrainingData fitted) return;
        var own = new Matrix(new Real[examples.Rows * Each.Inputs], examples.Rows, Each.Inputs);
        for (var member = 0; member < EnsembleSize; member++)
        {
            InputsOf(examples, member).CopyTo(own);
            fitted.Fit(parameters[ParametersOf(member)], own, meter);
            meter?.Add(own.Values.Length);
        }
    }

    string IDescribesInference.Describe(InferenceOperations graph, string x, string? earlier, ReadOnlyMemory<Real> parameters)
    {
        var members = new string[EnsembleSize];
        for (var member = 0; member < EnsembleSize; member++)
        {
            var own = graph.Add(new SliceColumns([x], graph.NewName(), Each.Inputs, member * Each.Inputs));
            members[member] = graph.AddLayer(Each, own, earlier: null, parameters[ParametersOf(member)]);
        }
        return graph.Add(new Concatenate(members, graph.NewName(), Outputs));
    }

    /// <inheritdoc/>
    public override void Forward(ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, Matrix y)
    {
        using var room = new Room(Each, x.Rows);
        for (var member = 0; member < EnsembleSize; member++)
        {
            var own = parameters[ParametersOf(member)];
            if (Each is ColumnsLayer columns) columns.ForwardColumns(own, InputsOf(x, member), OutputsOf(y, member));
            else
            {
                InputsOf(x, member).CopyTo(room.X);
                Each.Forward(own, room.X, room.Y);
                ((ReadOnlyMatrixColumns)room.Y).CopyTo(OutputsOf(y, member));
            }
        }
    }

    /// <inheritdoc/>
    public override void Backward(
        ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlyMatrix dy, Matrix dx, Span<Real> dParameters)
    {
        if (!dx.IsEmpty) BackwardInput(parameters, x, y, dy, dx);
        if (!dParameters.IsEmpty) BackwardPart(parameters, x, y, dy, 0, dParameters);
    }

    /// <inheritdoc/>
    public void BackwardPart(
        ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlyMatrix dy, int first, Span<Real> dPart)
    {
        using var room = new Room(Each, x.Rows);
        for (int done = 0, length; done < dPart.Length; done += length)
        {
            var (member, start) = Math.DivRem(first + done, Each.ParameterCount);
            length = Math.Min(dPart.Length - done, Each.ParameterCount - start);
            var own = parameters[ParametersOf(member)];
            var part = dPart.Slice(done, length);
            if (Each is ColumnsLayer columns)
                columns.BackwardPartColumns(own, InputsOf(x, member), WhatItReadsOf(y, member), OutputsOf(dy, member), start, part);
            else
            {
                Gather(room, member, x, y, dy);
                Each.BackwardPart(own, room.X, room.Y, room.Dy, start, part);
            }
        }
    }

    private void BackwardInput(ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlyMatrix dy, Matrix dx)
    {
        using var room = new Room(Each, x.Rows);
        for (var member = 0; member < EnsembleSize; member++)
        {
            var own = parameters[ParametersOf(member)];
            if (Each is ColumnsLayer columns)
                columns.BackwardInputColumns(
                    own, InputsOf(x, member), WhatItReadsOf(y, member), OutputsOf(dy, member), InputsOf(dx, member));
            else
            {
                Gather(room, member, x, y, dy);
                Each.Backward(own, room.X, room.Y, room.Dy, room.Dx, []);
                ((ReadOnlyMatrixColumns)room.Dx).CopyTo(InputsOf(dx, member));
            }
        }
    }

    private Range ParametersOf(int member) => (member * Each.ParameterCount)..((member + 1) * Each.ParameterCount);

    private ReadOnlyMatrixColumns InputsOf(ReadOnlyMatrix x, int member) => new(x, member * Each.Inputs, Each.Inputs);

    private MatrixColumns InputsOf(Matrix dx, int member) => new(dx, member * Each.Inputs, Each.Inputs);

    private ReadOnlyMatrixColumns OutputsOf(ReadOnlyMatrix y, int member) => new(y, member * Each.Outputs, Each.Outputs);

    private MatrixColumns OutputsOf(Matrix y, int member) => new(y, member * Each.Outputs, Each.Outputs);

    // Outputs that a layer does not read may be missing.
    private ReadOnlyMatrixColumns WhatItReadsOf(ReadOnlyMatrix y, int member) => Each.ReadsOutput ? OutputsOf(y, member) : default;

    private void Gather(in Room room, int member, ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlyMatrix dy)
    {
        InputsOf(x, member).CopyTo(room.X);
        if (Each.ReadsOutput) OutputsOf(y, member).CopyTo(room.Y);
        OutputsOf(dy, member).CopyTo(room.Dy);
    }

    private static Layer Checked(Layer each)
    {
        ArgumentNullException.ThrowIfNull(each);
        if (each is ITrainingBehavior or AffineLayer or IReadsEarlierOutput or IReplacesMissing or IMakesMembers or PerMember)
            throw new ArgumentException(
                $"{each.GetType().Name} cannot be copied for each member of an ensemble. For dense layers, use {nameof(GroupedDense)}. " +
                $"Add other layers without {nameof(PerMember)}, if they support ensembles.",
                nameof(each));
        return each;
    }

    // Copies of one member's values; empty for a layer that works on columns. The layer may have scratch memory of its own.
    private readonly ref struct Room : IDisposable
    {
        private readonly Real[] _numbers;

        public Room(Layer each, int rows)
        {
            if (each is ColumnsLayer) rows = 0;
            int inputs = rows * each.Inputs, outputs = rows * each.Outputs;
            _numbers = Scratch.Rent(checked(2 * inputs + 2 * outputs));
            X = new Matrix(_numbers.AsSpan(0, inputs), rows, each.Inputs);
            Dx = new Matrix(_numbers.AsSpan(inputs, inputs), rows, each.Inputs);
            Y = new Matrix(_numbers.AsSpan(2 * inputs, outputs), rows, each.Outputs);
            Dy = new Matrix(_numbers.AsSpan(2 * inputs + outputs, outputs), rows, each.Outputs);
        }

        public Matrix X { get; }

        public Matrix Dx { get; }

        public Matrix Y { get; }

        public Matrix Dy { get; }

        public void Dispose() => Scratch.Return(_numbers);
    }
}
