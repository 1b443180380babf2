using System.Runtime.CompilerServices;
using Backprop.Numerics;

namespace Backprop.Optimizers;

/// <summary>E ← ρ·E + (1−ρ)·g²; θ ← θ − α·g / (√E + ε): steps of about α, whatever the scale of the gradient.</summary>
/// <remarks>Tieleman and Hinton (2012), Coursera lecture 6.5; centred after Graves (2013), arXiv:1308.0850. As PyTorch, ε outside the root;
/// Keras has it inside, ρ = 0.9 and α = 0.001. Default α = 0.01.</remarks>
public sealed record RmsProp : StepwiseOptimizer
{
    /// <summary>ρ: how slowly the mean of squares forgets.</summary>
    /// <value>0.99; in [0, 1).</value>
    public double Decay
    {
        get;
        init => field = ValueRange.BelowOne.Checked(value);
    } = 0.99;

    /// <summary>ε: keeps the step finite where the gradient is zero.</summary>
    /// <value>1e-8; &gt; 0 and finite.</value>
    public double Epsilon
    {
        get;
        init => field = ValueRange.Positive.Checked(value);
    } = 1e-8;

    /// <summary>μ: how much of the last step is kept.</summary>
    /// <value>0; in [0, 1).</value>
    public double Momentum
    {
        get;
        init => field = ValueRange.BelowOne.Checked(value);
    }

    /// <summary>Whether the square of the mean gradient is subtracted from the mean of squares, so that E is a variance.</summary>
    /// <value>False.</value>
    public bool Centered { get; init; }

    /// <inheritdoc/>
    public override double DefaultLearningRate => 0.01;

    /// <inheritdoc/>
    public override OptimizerState Start(int parameterCount) =>
        new ElementwiseState<Rule>(parameterCount, ["variance", "mean", "velocity"], (learningRate, _) => new Rule(this, learningRate));

    private readonly struct Rule(RmsProp rule, double learningRate) : IUpdateRule
    {
        public static int Memories => 3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke<TLanes>(ref TLanes parameter, TLanes gradient, ref TLanes squares, ref TLanes mean, ref TLanes velocity)
            where TLanes : struct, ILanes<TLanes>
        {
            squares = UpdateFormulas.RunningMeanOfSquares(squares, gradient, rule.Decay);
            var variance = squares;
            if (rule.Centered)
            {
                mean = UpdateFormulas.RunningMean(mean, gradient, rule.Decay);
                variance -= mean * mean;

                // Rounding can leave a variance of almost nothing below zero.
                variance = TLanes.SelectLess(variance, TLanes.Broadcast(0), TLanes.Broadcast(0), variance);
            }
            velocity = TLanes.MultiplyAdd(
                TLanes.Broadcast((Real)rule.Momentum), velocity, gradient / (TLanes.Sqrt(variance) + TLanes.Broadcast((Real)rule.Epsilon)));
            parameter -= TLanes.Broadcast((Real)learningRate) * velocity;
        }
    }
}
