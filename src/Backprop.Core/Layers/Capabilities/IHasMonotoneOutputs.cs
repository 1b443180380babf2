namespace Backprop.Layers;

/// <summary>A layer with outputs that are monotone in some inputs by construction. A network with such a layer has monotone
/// constraints.</summary>
internal interface IHasMonotoneOutputs
{
    /// <summary>Inputs of each member in which these outputs never decrease, in ascending order.</summary>
    IReadOnlyList<int> Increasing { get; }

    /// <summary>Inputs of each member in which they never increase, in ascending order.</summary>
    IReadOnlyList<int> Decreasing { get; }
}
