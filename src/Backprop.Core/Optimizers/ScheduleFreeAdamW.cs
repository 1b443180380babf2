using System.Runtime.CompilerServices;
using Backprop.Numerics;

namespace Backprop.Optimizers;

/// <summary>AdamW that needs no falling learning rate: it steps from one point z, averages these points in x, computes gradients at y
/// between the two, and predicts with x.</summary>
/// <remarks>
/// v ← β₂v + (1−β₂)g²; z ← z − α·(g / (√(v/(1−β₂ᵗ)) + ε) + λ·y); x ← x + c·(z − x) with c = α²/Σα²; y = β₁x + (1−β₁)z, where g is computed.
/// Defazio et al. (2024), "The road less scheduled", arXiv:2405.15682. The defaults are those of its reference implementation. That
/// implementation uses the largest α so far in c; this one uses the current α. During training the parameters are y; validation and the
/// trained network use x. Use a constant learning rate, except for a warm-up. Default α = 0.0025.
/// </remarks>
public sealed record ScheduleFreeAdamW : MomentOptimizer
{
    /// <inheritdoc/>
    public override double DefaultLearningRate => 0.0025;

    /// <inheritdoc/>
    public override OptimizerState Start(int parameterCount) => new State(this, parameterCount);

    private sealed class State(ScheduleFreeAdamW rule, int parameterCount) : OptimizerState(parameterCount, "average", "front", "variance")
    {
        private double _squares, _share;

        public override bool PredictsWithOthers => true;

        public override void UpdateSlice(
            int offset, Span<Real> parameters, ReadOnlySpan<Real> gradient, double learningRate, double weightDecay)
        {
            if (Step == 1)
            {
                parameters.CopyTo(Vector(0, offset, parameters.Length));
                parameters.CopyTo(Vector(1, offset, parameters.Length));
            }
            Apply(new Rule(rule, learningRate, weightDecay, _share, Step), offset, parameters, gradient);
        }

        public override void Predictor(int offset, ReadOnlySpan<Real> parameters, Span<Real> predictor)
        {
            if (Step == 0) parameters.CopyTo(predictor);
            else Vector(0, offset, parameters.Length).CopyTo(predictor);
        }

        public override void Visit(StateVisitor visitor)
        {
            base.Visit(visitor);
            visitor.Number("sum of squared learning rates", ref _squares);
        }

        // The factor of a parameter group is part of every α of the group, so it cancels in c.
        protected override void PrepareStep(double learningRate)
        {
            _squares += learningRate * learningRate;
            _share = _squares > 0 ? learningRate * learningRate / _squares : 0;
        }

        protected override void MoveSlice(int offset, Span<Real> parameters, ReadOnlySpan<Real> gradient, double learningRate) =>
            UpdateSlice(offset, parameters, gradient, learningRate, weightDecay: 0);
    }

    private readonly struct Rule(ScheduleFreeAdamW rule, double learningRate, double weightDecay, double share, int step) : IUpdateRule
    {
        private readonly Real _varianceCorrection = (Real)(1 / (1 - Math.Pow(rule.Beta2, step)));

        public static int Memories => 3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke<TLanes>(ref TLanes parameter, TLanes gradient, ref TLanes average, ref TLanes front, ref TLanes squares)
            where TLanes : struct, ILanes<TLanes>
        {
            squares = UpdateFormulas.RunningMeanOfSquares(squares, gradient, rule.Beta2);
            var direction = gradient / (
                TLanes.Sqrt(squares * TLanes.Broadcast(_varianceCorrection)) + TLanes.Broadcast((Real)rule.Epsilon));
            front -= TLanes.Broadcast((Real)learningRate) * TLanes.MultiplyAdd(TLanes.Broadcast((Real)weightDecay), parameter, direction);
            average += TLanes.Broadcast((Real)share) * (front - average);
            parameter = front + TLanes.Broadcast((Real)rule.Beta1) * (average - front);
        }
    }
}
