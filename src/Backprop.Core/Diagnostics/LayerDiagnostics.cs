namespace Backprop.Diagnostics;

/// <summary>What one layer did with a sample of examples.</summary>
/// <param name="Layer">Its index in <c>Network.Layers</c>.</param>
/// <param name="Name">Its kind and widths, such as "Dense 30 → 64".</param>
/// <param name="OutputScale">Root mean square of the numbers that leave it.</param>
/// <param name="GradientScale">Root mean square of ∂l/∂output, l being the loss of one example: how much of the error arrives here on its
/// way back.</param>
/// <param name="DeadUnits">The share of units, in [0, 1], whose derivative is below 0.001 for every example. Layers before such units do
/// not learn through them. Null except for activations.</param>
/// <param name="SaturatedUnits">The share of (example, unit) pairs, in [0, 1], whose derivative is below a twentieth of that at 0. Null
/// except for activations that are flat on both sides.</param>
/// <param name="UpdateRatio">Root mean square of what the last step added to the parameters, over theirs: about 0.001 is usual, 0.1 is
/// wild. Null without parameters, or before the first step.</param>
public sealed record LayerDiagnostics(
    int Layer, string Name, double OutputScale, double GradientScale, double? DeadUnits, double? SaturatedUnits, double? UpdateRatio);
