using System.Runtime.CompilerServices;
using Backprop.Numerics;

namespace Backprop.Optimizers;

/// <summary>m ← β₁m + (1−β₁)g; u ← max(β₂u, |g| + ε); θ ← θ − α/(1−β₁ᵗ)·m / u: Adam with the largest gradient instead of the mean of
/// squares.</summary>
/// <remarks>Kingma and Ba (2015), "Adam", arXiv:1412.6980, algorithm 2; as PyTorch. Default α = 0.002.</remarks>
public sealed record AdaMax : MomentOptimizer
{
    /// <inheritdoc/>
    public override double DefaultLearningRate => 0.002;

    /// <inheritdoc/>
    public override OptimizerState Start(int parameterCount) =>
        new ElementwiseState<Rule>(parameterCount, ["mean", "largest"], (learningRate, step) => new Rule(this, learningRate, step));

    private readonly struct Rule(AdaMax rule, double learningRate, int step) : IUpdateRule
    {
        private readonly Real _stepSize = (Real)(learningRate / (1 - Math.Pow(rule.Beta1, step)));

        public static int Memories => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke<TLanes>(ref TLanes parameter, TLanes gradient, ref TLanes mean, ref TLanes largest, ref TLanes _)
            where TLanes : struct, ILanes<TLanes>
        {
            mean = UpdateFormulas.RunningMean(mean, gradient, rule.Beta1);
            TLanes kept = TLanes.Broadcast((Real)rule.Beta2) * largest, seen = TLanes.Abs(gradient) + TLanes.Broadcast((Real)rule.Epsilon);
            largest = TLanes.SelectLess(kept, seen, seen, kept);
            parameter -= TLanes.Broadcast(_stepSize) * mean / largest;
        }
    }
}
