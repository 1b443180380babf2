namespace Backprop.Layers;

/// <summary>Collects the operations of layers, and names their values.</summary>
internal sealed class InferenceOperations
{
    private readonly List<InferenceOperation> _operations = [];

    /// <summary>The operations so far.</summary>
    public IReadOnlyList<InferenceOperation> All => _operations;

    /// <summary>A new name.</summary>
    public string NewName() => $"value{_operations.Count}";

    /// <summary>Appends an operation, whose output has a new name.</summary>
    /// <returns>That name.</returns>
    public string Add(InferenceOperation operation)
    {
        _operations.Add(operation);
        return operation.Output;
    }

    /// <summary>Appends the operations of a layer in scoring.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="x">The name of its input.</param>
    /// <param name="earlier">The name of the earlier value that it reads (<see cref="IReadsEarlierOutput"/>), or null.</param>
    /// <param name="parameters">[ParameterCount]</param>
    /// <returns>The name of the layer's output.</returns>
    public string AddLayer(Layer layer, string x, string? earlier, ReadOnlyMemory<Real> parameters)
    {
        if (layer is IDescribesInference describing) return describing.Describe(this, x, earlier, parameters);
        return Add(new RunLayer([x], NewName(), layer.Outputs, layer, parameters));
    }

    /// <summary>Renames a value. If the last operation computes it, that operation's output is renamed; otherwise a copy is
    /// added.</summary>
    /// <param name="value">Its name so far.</param>
    /// <param name="width">Its columns.</param>
    /// <param name="name">Its new name.</param>
    public void Rename(string value, int width, string name)
    {
        if (_operations.Count > 0 && _operations[^1].Output == value) _operations[^1] = _operations[^1] with { Output = name };
        else Add(new SliceColumns([value], name, width, First: 0));
    }
}
