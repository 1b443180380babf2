using Backprop.Numerics;

namespace Backprop.Optimizers;

/// <summary>θ ← θ − α·g. With all training examples in one batch this is gradient descent; with minibatches, stochastic gradient
/// descent.</summary>
/// <remarks>Robbins and Monro (1951), "A stochastic approximation method". Default α = 0.01, as in Keras.</remarks>
public sealed record Sgd : StepwiseOptimizer
{
    /// <inheritdoc/>
    public override double DefaultLearningRate => 0.01;

    /// <inheritdoc/>
    public override OptimizerState Start(int parameterCount) => new State(parameterCount);

    private sealed class State(int parameterCount) : OptimizerState(parameterCount)
    {
        protected override void MoveSlice(int offset, Span<Real> parameters, ReadOnlySpan<Real> gradient, double learningRate) =>
            Elementwise.Zip(new Arithmetic.AddMultiple((Real)(-learningRate)), gradient, parameters, parameters);
    }
}
