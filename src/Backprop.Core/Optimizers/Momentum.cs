using System.Runtime.CompilerServices;
using Backprop.Numerics;

namespace Backprop.Optimizers;

/// <summary>v ← μ·v + g; θ ← θ − α·v: a heavy ball that keeps rolling through small bumps.</summary>
/// <remarks>
/// Polyak (1964), "Some methods of speeding up the convergence of iteration methods". The learning rate is outside v, as in PyTorch. In
/// Keras and scikit-learn it is inside; this differs only while α changes. Default α = 0.01.
/// </remarks>
public sealed record Momentum : StepwiseOptimizer
{
    /// <summary>μ: how much of the last step is kept.</summary>
    /// <value>0.9; in [0, 1).</value>
    public double Coefficient
    {
        get;
        init => field = ValueRange.BelowOne.Checked(value);
    } = 0.9;

    /// <inheritdoc/>
    public override double DefaultLearningRate => 0.01;

    /// <inheritdoc/>
    public override bool HasMomentum => true;

    /// <inheritdoc/>
    public override OptimizerState Start(int parameterCount) =>
        new MomentumState<Rule>(parameterCount, ["velocity"], Coefficient, (learningRate, momentum, _) => new Rule(momentum, learningRate));

    private readonly struct Rule(double momentum, double learningRate) : IUpdateRule
    {
        public static int Memories => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke<TLanes>(ref TLanes parameter, TLanes gradient, ref TLanes velocity, ref TLanes _, ref TLanes __)
            where TLanes : struct, ILanes<TLanes>
        {
            velocity = TLanes.MultiplyAdd(TLanes.Broadcast((Real)momentum), velocity, gradient);
            parameter = TLanes.MultiplyAdd(TLanes.Broadcast((Real)(-learningRate)), velocity, parameter);
        }
    }
}
