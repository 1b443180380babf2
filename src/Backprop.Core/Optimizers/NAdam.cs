using System.Runtime.CompilerServices;
using Backprop.Numerics;

namespace Backprop.Optimizers;

/// <summary>Adam with Nesterov's look ahead: the step uses the mean as the next step will see it.</summary>
/// <remarks>Dozat (2016), "Incorporating Nesterov momentum into Adam": μₜ = β₁·(1 − ½·0.96^(t·ψ)), and m̂ = μₜ₊₁·m/(1 − Πμ₁…μₜ₊₁) + (1 − μₜ)·g/(1 − Πμ₁…μₜ); as PyTorch, ψ = 0.004 (Keras: 1). Default α = 0.002.</remarks>
public sealed record NAdam : MomentOptimizer
{
    /// <summary>ψ: how fast μ grows from ½·β₁ to β₁.</summary>
    /// <value>0.004; ≥ 0 and finite.</value>
    public double MomentumDecay
    {
        get;
        init => field = value >= 0 && double.IsFinite(value) ? value : throw new ArgumentOutOfRangeException(nameof(MomentumDecay), value, "must be ≥ 0 and finite");
    } = 0.004;

    /// <inheritdoc/>
    public override double DefaultLearningRate => 0.002;

    /// <inheritdoc/>
    public override OptimizerState Start(int parameterCount) =>
        new ElementwiseState<Rule>(parameterCount, new Momenta(this).RuleAt);

    private double MomentumAt(int step) => Beta1 * (1 - 0.5 * Math.Pow(0.96, step * MomentumDecay));

    // The product of all momenta so far has no closed form.
    private sealed class Momenta(NAdam rule)
    {
        private double _product = 1;

        public Rule RuleAt(double learningRate, int step)
        {
            double now = rule.MomentumAt(step), next = rule.MomentumAt(step + 1);
            _product *= now;
            return new Rule(rule, learningRate * (1 - now) / (1 - _product), learningRate * next / (1 - _product * next), step);
        }
    }

    private readonly struct Rule(NAdam rule, double shareOfGradient, double shareOfMean, int step) : IUpdateRule
    {
        private readonly Real _varianceCorrection = (Real)(1 / (1 - Math.Pow(rule.Beta2, step)));

        public static int Memories => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke<TLanes>(ref TLanes parameter, TLanes gradient, ref TLanes mean, ref TLanes squares, ref TLanes _) where TLanes : struct, ILanes<TLanes>
        {
            mean = UpdateFormulas.RunningMean(mean, gradient, rule.Beta1);
            squares = UpdateFormulas.RunningMeanOfSquares(squares, gradient, rule.Beta2);
            var root = TLanes.Sqrt(squares * TLanes.Broadcast(_varianceCorrection)) + TLanes.Broadcast((Real)rule.Epsilon);
            parameter -= TLanes.MultiplyAdd(TLanes.Broadcast((Real)shareOfGradient), gradient, TLanes.Broadcast((Real)shareOfMean) * mean) / root;
        }
    }
}
