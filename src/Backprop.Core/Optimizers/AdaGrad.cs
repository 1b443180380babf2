using System.Runtime.CompilerServices;
using Backprop.Numerics;

namespace Backprop.Optimizers;

/// <summary>G ← G + g²; θ ← θ − α·g / (√G + ε): the steps of parameters that have moved far become ever smaller.</summary>
/// <remarks>Duchi, Hazan and Singer (2011), "Adaptive subgradient methods", JMLR 12; as PyTorch. Default α = 0.01.</remarks>
public sealed record AdaGrad : StepwiseOptimizer
{
    /// <summary>ε: keeps the step finite where the gradient is zero.</summary>
    /// <value>1e-10; &gt; 0 and finite.</value>
    public double Epsilon
    {
        get;
        init => field = ValueRange.Positive.Checked(value);
    } = 1e-10;

    /// <inheritdoc/>
    public override double DefaultLearningRate => 0.01;

    /// <inheritdoc/>
    public override OptimizerState Start(int parameterCount) =>
        new ElementwiseState<Rule>(parameterCount, ["sum of squares"], (learningRate, _) => new Rule(this, learningRate));

    private readonly struct Rule(AdaGrad rule, double learningRate) : IUpdateRule
    {
        public static int Memories => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke<TLanes>(ref TLanes parameter, TLanes gradient, ref TLanes sum, ref TLanes _, ref TLanes __)
            where TLanes : struct, ILanes<TLanes>
        {
            sum = TLanes.MultiplyAdd(gradient, gradient, sum);
            parameter -= TLanes.Broadcast((Real)learningRate) * gradient / (TLanes.Sqrt(sum) + TLanes.Broadcast((Real)rule.Epsilon));
        }
    }
}
