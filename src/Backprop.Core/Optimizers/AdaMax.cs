using System.Runtime.CompilerServices;
using Backprop.Numerics;

namespace Backprop.Optimizers;

/// <summary>m ← β₁m + (1−β₁)g; u ← max(β₂u, |g| + ε); θ ← θ − α/(1−β₁ᵗ)·m / u: Adam with the largest gradient in place of the mean of squares.</summary>
/// <remarks>Kingma and Ba (2015), "Adam", arXiv:1412.6980, algorithm 2; as PyTorch. Customary α = 0.002.</remarks>
public sealed record AdaMax : Optimizer
{
    /// <summary>β₁: how slowly the mean of the gradient forgets.</summary>
    /// <value>0.9; in [0, 1).</value>
    public double Beta1
    {
        get;
        init => field = value is >= 0 and < 1 ? value : throw new ArgumentOutOfRangeException(nameof(Beta1), value, "must be in [0, 1)");
    } = 0.9;

    /// <summary>β₂: how slowly the largest gradient is forgotten.</summary>
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
    public override double CustomaryLearningRate => 0.002;

    /// <inheritdoc/>
    public override OptimizerState Start(int parameterCount) => new ElementwiseState<Rule>(parameterCount, (learningRate, step) => new Rule(this, learningRate, step));

    private readonly struct Rule(AdaMax rule, double learningRate, int step) : IUpdateRule
    {
        private readonly Real _stepSize = (Real)(learningRate / (1 - Math.Pow(rule.Beta1, step)));

        public static int Memories => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke<TLanes>(ref TLanes parameter, TLanes gradient, ref TLanes mean, ref TLanes largest, ref TLanes _) where TLanes : struct, ILanes<TLanes>
        {
            mean = UpdateFormulas.RunningMean(mean, gradient, rule.Beta1);
            TLanes kept = TLanes.Broadcast((Real)rule.Beta2) * largest, seen = TLanes.Abs(gradient) + TLanes.Broadcast((Real)rule.Epsilon);
            largest = TLanes.SelectLess(kept, seen, seen, kept);
            parameter -= TLanes.Broadcast(_stepSize) * mean / largest;
        }
    }
}
