using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>A layer whose output also depends on the input of an earlier layer of the network, such as a skip connection.</summary>
internal interface IReadsEarlierOutput
{
    /// <summary>The earlier layer whose input is read; 0 for the features of the network.</summary>
    /// <param name="layer">The index of this layer.</param>
    int SourceOf(int layer);

    /// <summary>Adds the earlier values to y, after <see cref="Layer.Forward"/>.</summary>
    /// <param name="earlier">[rows × Inputs of the source]</param>
    /// <param name="y">[rows × Outputs], changed in place.</param>
    void AddForward(ReadOnlyMatrix earlier, Matrix y);

    /// <summary>Adds the gradient of the earlier values, after <see cref="Layer.Backward"/>.</summary>
    /// <param name="dy">[rows × Outputs]</param>
    /// <param name="dEarlier">[rows × Inputs of the source], changed in place.</param>
    void AddBackward(ReadOnlyMatrix dy, Matrix dEarlier);

    /// <summary>The same layer in a network of fewer layers.</summary>
    /// <param name="layer">The new index of this layer.</param>
    /// <param name="source">The new index of the source.</param>
    Layer Moved(int layer, int source);
}
