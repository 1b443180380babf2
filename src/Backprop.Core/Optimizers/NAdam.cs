using System.Runtime.CompilerServices;
using Backprop.Numerics;

namespace Backprop.Optimizers;

/// <summary>Adam with Nesterov momentum: the step uses the mean of the gradients, advanced by one step.</summary>
/// <remarks>Dozat (2016), "Incorporating Nesterov momentum into Adam": μₜ = β₁·(1 − ½·0.96^(t·ψ)), and m̂ = μₜ₊₁·m/(1 − Πμ₁…μₜ₊₁) + (1 −
/// μₜ)·g/(1 − Πμ₁…μₜ); as PyTorch, ψ = 0.004 (Keras: 1). Default α = 0.002.</remarks>
public sealed record NAdam : MomentOptimizer
{
    /// <summary>ψ: how fast μ grows from ½·β₁ to β₁.</summary>
    /// <value>0.004; ≥ 0 and finite.</value>
    public double MomentumDecay
    {
        get;
        init => field = ValueRange.NotNegative.Checked(value);
    } = 0.004;

    /// <inheritdoc/>
    public override double DefaultLearningRate => 0.002;

    /// <inheritdoc/>
    public override OptimizerState Start(int parameterCount) => new State(this, parameterCount);

    private double MomentumAt(int step) => Beta1 * (1 - 0.5 * Math.Pow(0.96, step * MomentumDecay));

    private sealed class State(NAdam rule, int parameterCount) : OptimizerState(parameterCount, "mean", "variance")
    {
        private double _product = 1; // of all momenta so far; it has no closed form

        public override void Visit(StateVisitor visitor)
        {
            base.Visit(visitor);
            visitor.Number("product of momenta", ref _product);
        }

        protected override void PrepareStep(double learningRate) => _product *= rule.MomentumAt(Step);

        protected override void MoveSlice(int offset, Span<Real> parameters, ReadOnlySpan<Real> gradient, double learningRate)
        {
            double now = rule.MomentumAt(Step), next = rule.MomentumAt(Step + 1);
            var ofGradient = learningRate * (1 - now) / (1 - _product);
            var ofMean = learningRate * next / (1 - _product * next);
            Apply(new Rule(rule, ofGradient, ofMean, Step), offset, parameters, gradient);
        }
    }

    private readonly struct Rule(NAdam rule, double shareOfGradient, double shareOfMean, int step) : IUpdateRule
    {
        private readonly Real _varianceCorrection = (Real)(1 / (1 - Math.Pow(rule.Beta2, step)));

        public static int Memories => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke<TLanes>(ref TLanes parameter, TLanes gradient, ref TLanes mean, ref TLanes squares, ref TLanes _)
            where TLanes : struct, ILanes<TLanes>
        {
            mean = UpdateFormulas.RunningMean(mean, gradient, rule.Beta1);
            squares = UpdateFormulas.RunningMeanOfSquares(squares, gradient, rule.Beta2);
            var root = TLanes.Sqrt(squares * TLanes.Broadcast(_varianceCorrection)) + TLanes.Broadcast((Real)rule.Epsilon);
            parameter -= TLanes.MultiplyAdd(
                TLanes.Broadcast((Real)shareOfGradient), gradient, TLanes.Broadcast((Real)shareOfMean) * mean) / root;
        }
    }
}
