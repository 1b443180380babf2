namespace Backprop.Optimizers;

/// <summary>Adam with decoupled weight decay: θ ← θ − α·λ·θ, then a step of Adam on the gradient alone.</summary>
/// <remarks>
/// Loshchilov and Hutter (2019), "Decoupled weight decay regularization", arXiv:1711.05101; as PyTorch. The training loop applies the
/// decay, to weights but not to biases. This optimizer only sets the default of λ. Default α = 0.001.
/// </remarks>
public sealed record AdamW : MomentOptimizer
{
    /// <inheritdoc/>
    public override double DefaultLearningRate => 0.001;

    /// <inheritdoc/>
    public override double DefaultWeightDecay => 0.01;

    /// <inheritdoc/>
    public override bool HasMomentum => true;

    /// <inheritdoc/>
    public override OptimizerState Start(int parameterCount) =>
        new Adam { Beta1 = Beta1, Beta2 = Beta2, Epsilon = Epsilon }.Start(parameterCount);
}
