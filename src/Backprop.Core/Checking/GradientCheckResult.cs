using System.Globalization;

namespace Backprop.Checking;

/// <summary>One parameter, with its gradient by backward propagation and by differences.</summary>
/// <param name="Layer">Its layer's index in <c>Network.Layers</c>.</param>
/// <param name="LayerName">That layer's kind and widths, such as "Dense 4 → 8".</param>
/// <param name="Block">The name of its parameter block, such as "weights".</param>
/// <param name="Index">Its index among the parameters of that layer.</param>
/// <param name="Backward">∂J/∂θ by backward propagation.</param>
/// <param name="Difference">∂J/∂θ by central differences.</param>
/// <param name="Error">|Backward − Difference| divided by the larger of the two. If both are small, it is divided by a small share of the
/// largest gradient.</param>
public sealed record CheckedParameter(
    int Layer, string LayerName, string Block, int Index, double Backward, double Difference, double Error);

/// <summary>The result of <see cref="GradientCheck"/>.</summary>
/// <param name="Worst">The parameter with the largest error.</param>
/// <param name="ParametersChecked">The number of compared parameters.</param>
/// <param name="InDouble">Whether the check used double precision. Custom layers, activations and losses exist in single precision
/// only.</param>
public sealed record GradientCheckResult(CheckedParameter Worst, int ParametersChecked, bool InDouble)
{
    internal const double ToleranceInDouble = 1e-6;

    /// <summary>The largest error of a gradient that is right: 1e-6 in double precision, 0.005 in single.</summary>
    public double Tolerance => InDouble ? ToleranceInDouble : 5e-3;

    /// <summary>Whether backward is the derivative of forward.</summary>
    public bool Passed => Worst.Error <= Tolerance; // also false for NaN

    /// <summary>The result as text.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{(Passed ? "The gradient is right" : "The gradient is WRONG")}: " +
        $"{ParametersChecked} parameters compared in {(InDouble ? "double" : "single")} precision; " +
        $"the worst is parameter {Worst.Index} ({Worst.Block}) of layer {Worst.Layer} ({Worst.LayerName}): " +
        $"backward {Worst.Backward:G6}, differences {Worst.Difference:G6}, error {Worst.Error:G2} (allowed {Tolerance:G2}).");
}
