namespace Backprop.Training;

/// <summary>What a gradient is measured by when it is clipped.</summary>
public enum ClippingMeasure
{
    /// <summary>Every number by itself: to [−c, c].</summary>
    Value,

    /// <summary>The Euclidean norm of each layer's weights, and of each layer's biases.</summary>
    Norm,

    /// <summary>The Euclidean norm of all, of all members where there are several.</summary>
    GlobalNorm,
}

/// <summary>Keeps steps short where the gradient is steep: what is longer than c is shortened to c, before the optimizer sees it.</summary>
/// <remarks>Pascanu, Mikolov and Bengio (2013), "On the difficulty of training recurrent neural networks", ICML, algorithm 1; as PyTorch's
/// clip_grad_norm_ and clip_grad_value_.</remarks>
/// <param name="Measure">What is measured.</param>
/// <param name="Threshold">c; &gt; 0 and finite. Default for the global norm: 1.</param>
public sealed record GradientClipping(ClippingMeasure Measure, double Threshold)
{
    /// <summary>What is measured.</summary>
    public ClippingMeasure Measure { get; } = Enum.IsDefined(Measure)
        ? Measure
        : throw new ArgumentOutOfRangeException(nameof(Measure), Measure, "is not known");

    /// <summary>c: the greatest length that is not clipped.</summary>
    public double Threshold { get; } = Threshold > 0 && double.IsFinite(Threshold)
        ? Threshold
        : throw new ArgumentOutOfRangeException(nameof(Threshold), Threshold, "must be > 0 and finite");
}
