namespace Backprop.Optimizers;

/// <summary>Adam with decoupled weight decay: θ ← θ − α·λ·θ, then a step of Adam on the gradient alone.</summary>
/// <remarks>
/// Loshchilov and Hutter (2019), "Decoupled weight decay regularization", arXiv:1711.05101; as PyTorch. The decay is a step of the training
/// loop, which decays weights and no biases; this one says how much is customary. Customary α = 0.001.
/// </remarks>
public sealed record AdamW : Optimizer
{
    /// <summary>β₁: how slowly the mean of the gradient forgets.</summary>
    /// <value>0.9; in [0, 1).</value>
    public double Beta1
    {
        get;
        init => field = value is >= 0 and < 1 ? value : throw new ArgumentOutOfRangeException(nameof(Beta1), value, "must be in [0, 1)");
    } = 0.9;

    /// <summary>β₂: how slowly the mean of the squared gradient forgets.</summary>
    /// <value>0.999; in [0, 1).</value>
    public double Beta2
    {
        get;
        init => field = value is >= 0 and < 1 ? value : throw new ArgumentOutOfRangeException(nameof(Beta2), value, "must be in [0, 1)");
    } = 0.999;

    /// <summary>ε: keeps the step finite where the gradient is zero.</summary>
    /// <value>1e-8; &gt; 0 and finite.</value>
    public double Epsilon
    {
        get;
        init => field = value > 0 && double.IsFinite(value) ? value : throw new ArgumentOutOfRangeException(nameof(Epsilon), value, "must be > 0 and finite");
    } = 1e-8;

    /// <inheritdoc/>
    public override double CustomaryLearningRate => 0.001;

    /// <inheritdoc/>
    public override double CustomaryWeightDecay => 0.01;

    /// <inheritdoc/>
    public override OptimizerState Start(int parameterCount) => new Adam { Beta1 = Beta1, Beta2 = Beta2, Epsilon = Epsilon }.Start(parameterCount);
}
