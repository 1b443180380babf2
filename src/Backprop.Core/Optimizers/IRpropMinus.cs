using System.Runtime.CompilerServices;
using Backprop.Numerics;

namespace Backprop.Optimizers;

/// <summary>Every parameter has its own step length. It grows while the sign of the gradient stays the same, and shrinks when the sign
/// changes. The size of the gradient does not matter.</summary>
/// <remarks>
/// Δ ← Δ·1.2 where g·g₋₁ &gt; 0; Δ ← Δ·0.5 and g ← 0 where g·g₋₁ &lt; 0; θ ← θ − α·Δ·sign g, with Δ = 1 at first. Igel and Hüsken (2000),
/// "Improving the Rprop learning algorithm", after Riedmiller and Braun (1993). As PyTorch's Rprop, whose <c>lr</c> is the first step and
/// whose bounds are absolute. Here they are multiples of α, so that a schedule changes them, too. For full batches (<c>BatchSize =
/// FullBatch</c>), because the sign of a minibatch's gradient is too noisy. Default α = 0.01.
/// </remarks>
public sealed record IRpropMinus : StepwiseOptimizer
{
    /// <inheritdoc/>
    public override double DefaultLearningRate => 0.01;

    /// <summary>η⁺: what Δ grows by.</summary>
    /// <value>1.2; ≥ 1 and finite.</value>
    public double Growth
    {
        get;
        init => field = ValueRange.FiniteAtLeastOne.Checked(value);
    } = 1.2;

    /// <summary>η⁻: what Δ shrinks by.</summary>
    /// <value>0.5; in (0, 1).</value>
    public double Shrinkage
    {
        get;
        init => field = ValueRange.BetweenZeroAndOne.Checked(value);
    } = 0.5;

    /// <summary>The smallest Δ.</summary>
    /// <value>1e-4; in (0, 1]. With the default α, steps of 1e-6.</value>
    public double MinFactor
    {
        get;
        init => field = ValueRange.UpToOne.Checked(value);
    } = 1e-4;

    /// <summary>The largest Δ.</summary>
    /// <value>5000; ≥ 1 and finite. With the default α, steps of 50.</value>
    public double MaxFactor
    {
        get;
        init => field = ValueRange.FiniteAtLeastOne.Checked(value);
    } = 5000;

    /// <inheritdoc/>
    public override OptimizerState Start(int parameterCount) =>
        new ElementwiseState<Rule>(
            parameterCount, ["previous sign", "step factor"], (learningRate, step) => new Rule(this, learningRate, step == 1));

    private readonly struct Rule(IRpropMinus rule, double learningRate, bool isFirst) : IUpdateRule
    {
        public static int Memories => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke<TLanes>(ref TLanes parameter, TLanes gradient, ref TLanes previous, ref TLanes factor, ref TLanes _)
            where TLanes : struct, ILanes<TLanes>
        {
            TLanes zero = TLanes.Broadcast(0), one = TLanes.Broadcast(1), least = TLanes.Broadcast((Real)rule.MinFactor),
                greatest = TLanes.Broadcast((Real)rule.MaxFactor);
            if (isFirst) factor = one;

            // Signs, not gradients, are multiplied: the product of two small ones would vanish.
            TLanes sign = Sign(gradient, zero, one), agreement = sign * previous;
            TLanes grown = factor * TLanes.Broadcast((Real)rule.Growth), shrunk = factor * TLanes.Broadcast((Real)rule.Shrinkage);
            grown = TLanes.SelectLess(grown, greatest, grown, greatest);
            shrunk = TLanes.SelectLess(shrunk, least, least, shrunk);
            factor = TLanes.SelectLess(zero, agreement, grown, TLanes.SelectLess(agreement, zero, shrunk, factor));
            previous = TLanes.SelectLess(agreement, zero, zero, sign);
            parameter -= TLanes.Broadcast((Real)learningRate) * factor * previous;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static TLanes Sign<TLanes>(TLanes x, TLanes zero, TLanes one) where TLanes : struct, ILanes<TLanes> =>
            TLanes.SelectLess(x, zero, zero - one, TLanes.SelectLess(zero, x, one, zero));
    }
}
