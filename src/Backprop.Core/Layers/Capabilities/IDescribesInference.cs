namespace Backprop.Layers;

/// <summary>A layer that describes its computation in scoring as elementary operations.</summary>
internal interface IDescribesInference
{
    /// <summary>Appends the operations.</summary>
    /// <param name="graph">The operations so far.</param>
    /// <param name="x">The name of this layer's input.</param>
    /// <param name="earlier">The name of the earlier value that it reads (<see cref="IReadsEarlierOutput"/>), or null.</param>
    /// <param name="parameters">[ParameterCount]</param>
    /// <returns>The name of this layer's output; <paramref name="x"/>, if it does nothing.</returns>
    string Describe(InferenceOperations graph, string x, string? earlier, ReadOnlyMemory<Real> parameters);
}
