namespace Backprop.Diagnostics;

/// <summary>What can be wrong with a network that does not learn.</summary>
public enum NetworkTrouble
{
    /// <summary>Less than a thousandth of the gradient at the scores arrives at the first hidden layer.</summary>
    VanishingGradient,

    /// <summary>More than a thousand times the gradient at the scores arrives at the first hidden layer, or none that is finite.</summary>
    ExplodingGradient,

    /// <summary>At least half of an activation's units have a derivative near 0 for every example.</summary>
    DeadUnits,

    /// <summary>At least half of an activation's inputs lie where it is flat.</summary>
    SaturatedUnits,
}

/// <summary>One thing that is wrong.</summary>
/// <param name="Trouble">What.</param>
/// <param name="Layer">Where: an index in <c>Network.Layers</c>.</param>
/// <param name="Text">The same in words, with the numbers and with what helps.</param>
public sealed record NetworkWarning(NetworkTrouble Trouble, int Layer, string Text);
