using System.Runtime.CompilerServices;
using Backprop.Numerics;

namespace Backprop.Optimizers;

/// <summary>m ← β₁m + (1−β₁)g; v ← β₂v + (1−β₂)g²; θ ← θ − α·(m/(1−β₁ᵗ)) / (√(v/(1−β₂ᵗ)) + ε): every parameter has its own step
/// size.</summary>
/// <remarks>Kingma and Ba (2015), "Adam: a method for stochastic optimization", arXiv:1412.6980, algorithm 1; ε is outside the square root.
/// Default α = 0.001.</remarks>
public sealed record Adam : MomentOptimizer
{
    /// <inheritdoc/>
    public override double DefaultLearningRate => 0.001;

    /// <inheritdoc/>
    public override bool HasMomentum => true;

    /// <inheritdoc/>
    public override OptimizerState Start(int parameterCount) =>
        new MomentumState<Rule>(
            parameterCount, ["mean", "variance"], Beta1, RuleOf);

    /// <summary>The formula of a step, from the learning rate, the momentum and the number of the step: 1, 2, 3, …</summary>
    internal Rule RuleOf(double learningRate, double momentum, int step) => new(this, momentum, learningRate, step);

    internal readonly struct Rule(Adam rule, double momentum, double learningRate, int step) : IUpdateRule
    {
        private readonly Real _stepSize = (Real)(learningRate / (1 - Math.Pow(momentum, step)));
        private readonly Real _varianceCorrection = (Real)(1 / (1 - Math.Pow(rule.Beta2, step)));
        private readonly double _beta1 = momentum, _beta2 = rule.Beta2, _epsilon = rule.Epsilon;

        public static int Memories => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke<TLanes>(ref TLanes parameter, TLanes gradient, ref TLanes mean, ref TLanes variance, ref TLanes _)
            where TLanes : struct, ILanes<TLanes>
        {
            mean = UpdateFormulas.RunningMean(mean, gradient, _beta1);
            variance = UpdateFormulas.RunningMeanOfSquares(variance, gradient, _beta2);
            parameter -= TLanes.Broadcast(_stepSize) * mean / (
                TLanes.Sqrt(variance * TLanes.Broadcast(_varianceCorrection)) + TLanes.Broadcast((Real)_epsilon));
        }
    }
}
