using System.Runtime.CompilerServices;
using Backprop.Numerics;

namespace Backprop.Optimizers;

/// <summary>E ← ρ·E + (1−ρ)·g²; Δ = g·√(D + ε) / √(E + ε); D ← ρ·D + (1−ρ)·Δ²; θ ← θ − α·Δ: steps of the size of earlier steps, so α = 1
/// suits any scale.</summary>
/// <remarks>Zeiler (2012), "ADADELTA: an adaptive learning rate method", arXiv:1212.5701; ρ and ε as in PyTorch (H2O: 0.99 and 1e-8).
/// Default α = 1.</remarks>
public sealed record AdaDelta : StepwiseOptimizer
{
    /// <summary>ρ: how slowly both means forget.</summary>
    /// <value>0.9; in [0, 1).</value>
    public double Decay
    {
        get;
        init => field = ValueRange.BelowOne.Checked(value);
    } = 0.9;

    /// <summary>ε: keeps the step finite where the gradient is zero.</summary>
    /// <value>1e-6; &gt; 0 and finite.</value>
    public double Epsilon
    {
        get;
        init => field = ValueRange.Positive.Checked(value);
    } = 1e-6;

    /// <inheritdoc/>
    public override double DefaultLearningRate => 1;

    /// <inheritdoc/>
    public override OptimizerState Start(int parameterCount) =>
        new ElementwiseState<Rule>(
            parameterCount, ["gradient variance", "step variance"], (learningRate, _) => new Rule(this, learningRate));

    private readonly struct Rule(AdaDelta rule, double learningRate) : IUpdateRule
    {
        public static int Memories => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke<TLanes>(ref TLanes parameter, TLanes gradient, ref TLanes squares, ref TLanes steps, ref TLanes _)
            where TLanes : struct, ILanes<TLanes>
        {
            squares = UpdateFormulas.RunningMeanOfSquares(squares, gradient, rule.Decay);
            var epsilon = TLanes.Broadcast((Real)rule.Epsilon);
            var step = gradient * TLanes.Sqrt(steps + epsilon) / TLanes.Sqrt(squares + epsilon);
            steps = UpdateFormulas.RunningMeanOfSquares(steps, step, rule.Decay);
            parameter -= TLanes.Broadcast((Real)learningRate) * step;
        }
    }
}
