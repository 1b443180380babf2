using Backprop.Numerics;

namespace Backprop.Training;

/// <summary>How a gradient is measured when it is clipped.</summary>
public enum ClippingMeasure
{
    /// <summary>Every element by itself: to [−c, c].</summary>
    Value,

    /// <summary>The Euclidean norm of each layer's weights, and of each layer's biases.</summary>
    Norm,

    /// <summary>The Euclidean norm of all gradients, of all members if there are several.</summary>
    GlobalNorm,
}

/// <summary>Limits large gradients: a measure above c is scaled down to c before the optimizer receives the gradient.</summary>
/// <remarks>Pascanu, Mikolov and Bengio (2013), "On the difficulty of training recurrent neural networks", ICML, algorithm 1; as PyTorch's
/// clip_grad_norm_ and clip_grad_value_.</remarks>
/// <param name="Measure">How the gradient is measured.</param>
/// <param name="Threshold">c; &gt; 0 and finite. Default for the global norm: 1.</param>
public sealed record GradientClipping(ClippingMeasure Measure, double Threshold)
{
    /// <summary>How the gradient is measured.</summary>
    public ClippingMeasure Measure { get; } = Enum.IsDefined(Measure)
        ? Measure
        : throw ValueRange.Refusal(nameof(Measure), Measure, $"must be a member of {nameof(ClippingMeasure)}");

    /// <summary>c: the largest measure that is not clipped.</summary>
    public double Threshold { get; } = Threshold > 0 && double.IsFinite(Threshold)
        ? Threshold
        : throw ValueRange.Refusal(nameof(Threshold), Threshold, "must be > 0 and finite");
}
