namespace Backprop.Networks;

/// <summary>A network of a <see cref="NetworkBlend"/>, and its share of the average.</summary>
/// <param name="network">The network. It is no blend itself.</param>
/// <param name="copies">How often it counts in the average; at least 1.</param>
public sealed class BlendPart(TrainedNetwork network, int copies)
{
    /// <summary>The network.</summary>
    public TrainedNetwork Network { get; } = network;

    /// <summary>How often it counts in the average.</summary>
    public int Copies { get; } = copies;
}
