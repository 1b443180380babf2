using System.Runtime.CompilerServices;
using Backprop.Numerics;

namespace Backprop.Optimizers;

/// <summary>c = β₁m + (1−β₁)g; θ ← θ − α·sign c; m ← β₂m + (1−β₂)g: the steps of all parameters have the same size.</summary>
/// <remarks>Chen et al. (2023), "Symbolic discovery of optimization algorithms", arXiv:2302.06675; found by a search among programs. Use
/// a weight decay several times that of AdamW. Default α = 0.0001.</remarks>
public sealed record Lion : StepwiseOptimizer
{
    /// <summary>β₁: the weight of the mean in the direction.</summary>
    /// <value>0.9; in [0, 1).</value>
    public double Beta1
    {
        get;
        init => field = ValueRange.BelowOne.Checked(value);
    } = 0.9;

    /// <summary>β₂: how slowly the mean of the gradient forgets.</summary>
    /// <value>0.99; in [0, 1).</value>
    public double Beta2
    {
        get;
        init => field = ValueRange.BelowOne.Checked(value);
    } = 0.99;

    /// <inheritdoc/>
    public override double DefaultLearningRate => 0.0001;

    /// <inheritdoc/>
    public override OptimizerState Start(int parameterCount) =>
        new ElementwiseState<Rule>(parameterCount, ["mean"], (learningRate, _) => new Rule(this, learningRate));

    private readonly struct Rule(Lion rule, double learningRate) : IUpdateRule
    {
        public static int Memories => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke<TLanes>(ref TLanes parameter, TLanes gradient, ref TLanes mean, ref TLanes _, ref TLanes __)
            where TLanes : struct, ILanes<TLanes>
        {
            TLanes zero = TLanes.Broadcast(0), size = TLanes.Broadcast((Real)learningRate),
                direction = UpdateFormulas.RunningMean(mean, gradient, rule.Beta1);
            parameter -= TLanes.SelectLess(zero, direction, size, TLanes.SelectLess(direction, zero, zero - size, zero));
            mean = UpdateFormulas.RunningMean(mean, gradient, rule.Beta2);
        }
    }
}
