using System.Runtime.CompilerServices;
using Backprop.Numerics;

namespace Backprop.Optimizers;

/// <summary>Adam that begins with plain momentum, until the mean of squares is based on enough gradients: it needs no warm-up.</summary>
/// <remarks>Liu et al. (2020), "On the variance of the adaptive learning rate and beyond", arXiv:1908.03265, algorithm 2: adaptive once ρₜ
/// &gt; 5; as PyTorch. Default α = 0.001.</remarks>
public sealed record RAdam : MomentOptimizer
{
    /// <inheritdoc/>
    public override double DefaultLearningRate => 0.001;

    /// <inheritdoc/>
    public override OptimizerState Start(int parameterCount) =>
        new ElementwiseState<Rule>(parameterCount, ["mean", "variance"], (learningRate, step) => new Rule(this, learningRate, step));

    // Adaptive steps are rectified by r = √((ρₜ−4)(ρₜ−2)ρ∞ / ((ρ∞−4)(ρ∞−2)ρₜ)); 0 while ρₜ ≤ 5.
    private double RectificationAt(int step)
    {
        double longest = 2 / (1 - Beta2) - 1, power = Math.Pow(Beta2, step), length = longest - 2 * step * power / (1 - power);
        return length > 5 ? Math.Sqrt((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length) * (1 - power)) : 0;
    }

    private readonly struct Rule(RAdam rule, double learningRate, int step) : IUpdateRule
    {
        private readonly Real _stepSize = (Real)(learningRate / (1 - Math.Pow(rule.Beta1, step)));
        private readonly Real _rectification = (Real)rule.RectificationAt(step);

        public static int Memories => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke<TLanes>(ref TLanes parameter, TLanes gradient, ref TLanes mean, ref TLanes squares, ref TLanes _)
            where TLanes : struct, ILanes<TLanes>
        {
            mean = UpdateFormulas.RunningMean(mean, gradient, rule.Beta1);
            squares = UpdateFormulas.RunningMeanOfSquares(squares, gradient, rule.Beta2);
            var move = TLanes.Broadcast(_stepSize) * mean;
            parameter -= _rectification > 0
                ? move * TLanes.Broadcast(_rectification) / (TLanes.Sqrt(squares) + TLanes.Broadcast((Real)rule.Epsilon))
                : move;
        }
    }
}
