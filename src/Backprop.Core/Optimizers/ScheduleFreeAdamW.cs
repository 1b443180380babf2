using System.Runtime.CompilerServices;
using Backprop.Numerics;

namespace Backprop.Optimizers;

/// <summary>AdamW that needs no falling learning rate: it steps from one point, averages all of them in another, takes gradients between the two, and predicts with the average.</summary>
/// <remarks>
/// v ← β₂v + (1−β₂)g²; z ← z − α·(g / (√(v/(1−β₂ᵗ)) + ε) + λ·y); x ← x + c·(z − x) with c = α²/Σα²; y = β₁x + (1−β₁)z, where g is taken. Defazio
/// et al. (2024), "The road less scheduled", arXiv:2405.15682; the numbers are those of its reference implementation, which counts the
/// largest α so far in c where this counts the present one. During training the parameters are y; validation and the trained network
/// have x. Wants a constant learning rate, after a warm-up at most. Default α = 0.0025.
/// </remarks>
public sealed record ScheduleFreeAdamW : MomentOptimizer
{
    /// <inheritdoc/>
    public override double DefaultLearningRate => 0.0025;

    /// <inheritdoc/>
    public override OptimizerState Start(int parameterCount) => new State(this, parameterCount);

    private sealed class State(ScheduleFreeAdamW rule, int parameterCount) : OptimizerState
    {
        private readonly Real[] _memory = new Real[checked(Rule.Memories * parameterCount)]; // x, z, v
        private double _squares;
        private int _step;

        public override bool PredictsWithOthers => true;

        public override void Update(Span<Real> parameters, ReadOnlySpan<Real> gradient, double learningRate) => Update(parameters, gradient, learningRate, weightDecay: 0);

        public override void Update(Span<Real> parameters, ReadOnlySpan<Real> gradient, double learningRate, double weightDecay)
        {
            if (_step++ == 0)
            {
                parameters.CopyTo(_memory);
                parameters.CopyTo(_memory.AsSpan(parameterCount));
            }
            _squares += learningRate * learningRate;
            var share = _squares > 0 ? learningRate * learningRate / _squares : 0;
            Elementwise.Update(new Rule(rule, learningRate, weightDecay, share, _step), parameters, gradient, _memory);
        }

        public override void Predictor(ReadOnlySpan<Real> parameters, Span<Real> predictor) => (_step == 0 ? parameters : _memory.AsSpan(0, parameterCount)).CopyTo(predictor);
    }

    private readonly struct Rule(ScheduleFreeAdamW rule, double learningRate, double weightDecay, double share, int step) : IUpdateRule
    {
        private readonly Real _varianceCorrection = (Real)(1 / (1 - Math.Pow(rule.Beta2, step)));

        public static int Memories => 3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke<TLanes>(ref TLanes parameter, TLanes gradient, ref TLanes average, ref TLanes front, ref TLanes squares) where TLanes : struct, ILanes<TLanes>
        {
            squares = UpdateFormulas.RunningMeanOfSquares(squares, gradient, rule.Beta2);
            var direction = gradient / (TLanes.Sqrt(squares * TLanes.Broadcast(_varianceCorrection)) + TLanes.Broadcast((Real)rule.Epsilon));
            front -= TLanes.Broadcast((Real)learningRate) * TLanes.MultiplyAdd(TLanes.Broadcast((Real)weightDecay), parameter, direction);
            average += TLanes.Broadcast((Real)share) * (front - average);
            parameter = front + TLanes.Broadcast((Real)rule.Beta1) * (average - front);
        }
    }
}
