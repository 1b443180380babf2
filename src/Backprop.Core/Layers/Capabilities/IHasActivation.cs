using Backprop.Activations;

namespace Backprop.Layers;

/// <summary>A layer that applies an activation function.</summary>
internal interface IHasActivation
{
    /// <summary>The function.</summary>
    Activation Activation { get; }
}
