using Backprop.Initializers;
using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>y = [f₁(x₁), f₂(x₂), …]: each part is a layer of its own neighbouring columns. Parameters: those of the parts, one part after
/// another.</summary>
/// <remarks>It applies different activations to the units of one layer, or a layer to some columns only.</remarks>
public sealed record ParallelLayers : ColumnsLayer, IPreparesFeatures, IDescribesInference, INamedArrays
{
    private readonly Layer[] _parts;

    /// <summary>Joins layers.</summary>
    /// <param name="parts">The layers, from the first columns on; at least one. They must not be random, be fitted to training data,
    /// contain members, or be completed by the network.</param>
    /// <exception cref="ArgumentException">There is no part, or a part is of a kind that cannot be joined.</exception>
    public ParallelLayers(IReadOnlyList<Layer> parts) : base(Total(parts, part => part.Inputs), Total(parts, part => part.Outputs))
    {
        _ = Total(parts, part => part.ParameterCount);
        _parts = [.. parts];
    }

    /// <summary>The layers, from the first columns on.</summary>
    public IReadOnlyList<Layer> Parts => _parts;

    /// <inheritdoc/>
    public override int ParameterCount => _parts.Sum(part => part.ParameterCount);

    /// <inheritdoc/>
    public override bool ReadsOutput => _parts.Any(part => part.ReadsOutput);

    /// <inheritdoc/>
    public override IReadOnlyList<ParameterBlock> Blocks =>
        [
            .. _parts.Index().SelectMany(
                part => part.Item.Blocks.Select(block => block with { Name = $"{block.Name} of part {part.Index}" }))];

    IReadOnlyList<ParameterArray> INamedArrays.Arrays
    {
        get
        {
            var arrays = new List<ParameterArray>();
            foreach (var part in Walk())
                arrays.AddRange(part.Layer.Arrays.Select(
                    array => array with { Name = $"parts.{part.Index}.{array.Name}", First = part.FirstParameter + array.First }));
            return arrays;
        }
    }

    bool IPreparesFeatures.KeepsFeaturesApart => _parts.All(part => part is IPreparesFeatures { KeepsFeaturesApart: true });

    int IPreparesFeatures.InputOf(int output)
    {
        foreach (var part in Walk())
            if (output < part.FirstOutput + part.Layer.Outputs)
                return part.FirstInput + ((IPreparesFeatures)part.Layer).InputOf(output - part.FirstOutput);
        throw new ArgumentOutOfRangeException(nameof(output), output, $"must be below {Outputs}");
    }

    /// <inheritdoc/>
    public override void Initialize(Span<Real> parameters, Initializer initializer, RandomSequence random)
    {
        foreach (var part in Walk()) part.Layer.Initialize(parameters[part.Parameters], initializer, random);
    }

    string IDescribesInference.Describe(InferenceOperations graph, string x, string? earlier, ReadOnlyMemory<Real> parameters)
    {
        var outputs = new List<string>();
        foreach (var part in Walk())
        {
            var own = graph.Add(new SliceColumns([x], graph.NewName(), part.Layer.Inputs, part.FirstInput));
            outputs.Add(graph.AddLayer(part.Layer, own, earlier: null, parameters[part.Parameters]));
        }
        return graph.Add(new Concatenate(outputs, graph.NewName(), Outputs));
    }

    /// <inheritdoc/>
    internal override void ForwardColumns(ReadOnlySpan<Real> parameters, ReadOnlyMatrixColumns x, MatrixColumns y)
    {
        foreach (var part in Walk())
        {
            var own = parameters[part.Parameters];
            for (var row = 0; row < x.Rows; row++) part.Layer.Forward(own, part.InputsOf(x, row), part.OutputsOf(y, row));
        }
    }

    /// <inheritdoc/>
    internal override void BackwardInputColumns(
        ReadOnlySpan<Real> parameters, ReadOnlyMatrixColumns x, ReadOnlyMatrixColumns y, ReadOnlyMatrixColumns dy, MatrixColumns dx)
    {
        foreach (var part in Walk())
        {
            var own = parameters[part.Parameters];
            for (var row = 0; row < dx.Rows; row++)
            {
                var output = part.Layer.ReadsOutput ? part.OutputsOf(y, row) : default;
                part.Layer.Backward(own, part.InputsOf(x, row), output, part.OutputsOf(dy, row), part.InputsOf(dx, row), []);
            }
        }
    }

    // The gradient of a parameter is a sum over the rows, so the columns of a part are copied together.
    /// <inheritdoc/>
    internal override void BackwardPartColumns(
        ReadOnlySpan<Real> parameters, ReadOnlyMatrixColumns x, ReadOnlyMatrixColumns y, ReadOnlyMatrixColumns dy, int first,
        Span<Real> dPart)
    {
        foreach (var part in Walk())
        {
            var layer = part.Layer;
            if (layer.ParameterCount == 0) continue;
            int inputs = dy.Rows * layer.Inputs, outputs = dy.Rows * layer.Outputs;
            var room = Scratch.Rent(checked(inputs + 2 * outputs));
            Matrix ownX = new(room.AsSpan(0, inputs), dy.Rows, layer.Inputs),
                ownY = new(room.AsSpan(inputs, outputs), dy.Rows, layer.Outputs),
                ownDy = new(room.AsSpan(inputs + outputs, outputs), dy.Rows, layer.Outputs);
            for (var row = 0; row < dy.Rows; row++)
            {
                part.InputsOf(x, row).Values.CopyTo(ownX.Row(row));
                if (layer.ReadsOutput) part.OutputsOf(y, row).Values.CopyTo(ownY.Row(row));
                part.OutputsOf(dy, row).Values.CopyTo(ownDy.Row(row));
            }
            layer.Backward(parameters[part.Parameters], ownX, ownY, ownDy, default, dPart[part.Parameters]);
            Scratch.Return(room);
        }
    }

    /// <summary>Whether the other layer joins the same layers.</summary>
    public bool Equals(ParallelLayers? other) => other is not null && _parts.AsSpan().SequenceEqual(other._parts);

    /// <inheritdoc/>
    public override int GetHashCode() => _parts.Aggregate(0, HashCode.Combine);

    /// <summary>The parts. A checkpoint compares this text.</summary>
    public override string ToString() => $"{Caption}: {string.Join("; ", _parts.Select(part => part.ToString()))}";

    private Walker Walk() => new(_parts);

    private static int Total(IReadOnlyList<Layer> parts, Func<Layer, int> lengthOf)
    {
        ArgumentNullException.ThrowIfNull(parts);
        if (parts.Count == 0) throw new ArgumentException("There must be at least one part.", nameof(parts));
        long total = 0;
        foreach (var part in parts)
        {
            ArgumentNullException.ThrowIfNull(part, nameof(parts));
            if (part.IsFitted || part is ITrainingBehavior or IReadsEarlierOutput or IReplacesMissing or IMakesMembers or PerMember)
                throw new ArgumentException(
                    $"{part.GetType().Name} cannot be a part of {nameof(ParallelLayers)}. Add it as a layer of its own.", nameof(parts));
            total += lengthOf(part);
        }
        return total <= Array.MaxLength
            ? (int)total
            : throw new ArgumentException(
                $"All parts together have {total} columns or parameters; at most {Array.MaxLength} are possible.", nameof(parts));
    }

    // One part, and the positions of its columns and parameters.
    private readonly struct Part(Layer layer, int index, int firstInput, int firstOutput, int firstParameter)
    {
        public Layer Layer => layer;

        public int Index => index;

        public int FirstInput => firstInput;

        public int FirstOutput => firstOutput;

        public int FirstParameter => firstParameter;

        public Range Parameters => firstParameter..(firstParameter + layer.ParameterCount);

        public ReadOnlyMatrix InputsOf(ReadOnlyMatrixColumns x, int row) =>
            new(x.Row(row).Slice(firstInput, layer.Inputs), 1, layer.Inputs);

        public Matrix InputsOf(MatrixColumns dx, int row) => new(dx.Row(row).Slice(firstInput, layer.Inputs), 1, layer.Inputs);

        public ReadOnlyMatrix OutputsOf(ReadOnlyMatrixColumns y, int row) =>
            new(y.Row(row).Slice(firstOutput, layer.Outputs), 1, layer.Outputs);

        public Matrix OutputsOf(MatrixColumns y, int row) => new(y.Row(row).Slice(firstOutput, layer.Outputs), 1, layer.Outputs);
    }

    // Enumerates the parts without allocation.
    private struct Walker(Layer[] parts)
    {
        private int _index = -1, _input, _output, _parameter;

        public readonly Part Current => new(parts[_index], _index, _input, _output, _parameter);

        public readonly Walker GetEnumerator() => this;

        public bool MoveNext()
        {
            if (_index >= 0)
            {
                _input += parts[_index].Inputs;
                _output += parts[_index].Outputs;
                _parameter += parts[_index].ParameterCount;
            }
            return ++_index < parts.Length;
        }
    }
}
