using System.Runtime.CompilerServices;
using Backprop.Numerics;

namespace Backprop.Optimizers;

/// <summary>v ← μ·v + g; θ ← θ − α·(g + μ·v): momentum with the gradient at the position that it is about to reach.</summary>
/// <remarks>Nesterov (1983), "A method for solving the convex programming problem with convergence rate O(1/k²)", in the form of Sutskever
/// et al. (2013); as PyTorch's SGD with nesterov, the learning rate outside v. Default α = 0.01.</remarks>
public sealed record Nesterov : StepwiseOptimizer
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
            parameter -= TLanes.Broadcast((Real)learningRate) * TLanes.MultiplyAdd(TLanes.Broadcast((Real)momentum), velocity, gradient);
        }
    }
}
