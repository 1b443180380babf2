namespace Backprop.Diagnostics;

/// <summary>The problems of a network that does not learn.</summary>
public enum NetworkTrouble
{
    /// <summary>Less than a thousandth of the gradient at the scores arrives at the first hidden layer.</summary>
    VanishingGradient,

    /// <summary>More than a thousand times the gradient at the scores arrives at the first hidden layer, or it is not finite.</summary>
    ExplodingGradient,

    /// <summary>At least half of an activation's units have a derivative near 0 for every example.</summary>
    DeadUnits,

    /// <summary>At least half of an activation's inputs are in its flat range.</summary>
    SaturatedUnits,
}

/// <summary>One problem of a network.</summary>
/// <param name="Trouble">The kind of problem.</param>
/// <param name="Layer">The index of the layer in <c>Network.Layers</c>.</param>
/// <param name="Text">The problem as text, with the measured values and the remedies.</param>
public sealed record NetworkWarning(NetworkTrouble Trouble, int Layer, string Text);
