namespace Backprop.Diagnostics;

/// <summary>Measurements of one layer over a sample of examples.</summary>
/// <param name="Layer">Its index in <c>Network.Layers</c>.</param>
/// <param name="Name">Its kind and widths, such as "Dense 30 → 64".</param>
/// <param name="OutputScale">Root mean square of the layer's outputs.</param>
/// <param name="GradientScale">Root mean square of ∂l/∂output, where l is the loss of one example: the size of the gradient that arrives at
/// this layer.</param>
/// <param name="DeadUnits">The share of units, in [0, 1], whose derivative is below 0.001 for every example. Layers before such units do
/// not learn through them. Null except for activations.</param>
/// <param name="SaturatedUnits">The share of (example, unit) pairs, in [0, 1], whose derivative is below a twentieth of that at 0. Null
/// except for activations that are flat on both sides.</param>
/// <param name="UpdateRatio">Root mean square of the last update of the parameters, divided by that of the parameters. About 0.001 is
/// usual; 0.1 is very large. Null without parameters, or before the first step.</param>
public sealed record LayerDiagnostics(
    int Layer, string Name, double OutputScale, double GradientScale, double? DeadUnits, double? SaturatedUnits, double? UpdateRatio);
