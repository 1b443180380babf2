using System.Runtime.CompilerServices;
using Backprop.Numerics;

namespace Backprop.Optimizers;

/// <summary>Adam with the largest mean of squares so far in the denominator: steps never grow again.</summary>
/// <remarks>Reddi, Kale and Kumar (2018), "On the convergence of Adam and beyond"; as PyTorch's Adam with amsgrad. Customary α = 0.001.</remarks>
public sealed record AmsGrad : Optimizer
{
    /// <summary>β₁: how slowly the mean of the gradient forgets.</summary>
    /// <value>0.9; in [0, 1).</value>
    public double Beta1
    {
        get;
        init => field = value is >= 0 and < 1 ? value : throw new ArgumentOutOfRangeException(nameof(Beta1), value, "must be in [0, 1)");
    } = 0.9;

    /// <summary>β₂: how slowly the mean of the squared gradient forgets.</summary>
    /// <value>0.999; in [0, 1).</value>
    public double Beta2
    {
        get;
        init => field = value is >= 0 and < 1 ? value : throw new ArgumentOutOfRangeException(nameof(Beta2), value, "must be in [0, 1)");
    } = 0.999;

    /// <summary>ε: keeps the step finite where the gradient is zero.</summary>
    /// <value>1e-8; &gt; 0 and finite.</value>
    public double Epsilon
    {
        get;
        init => field = value > 0 && double.IsFinite(value) ? value : throw new ArgumentOutOfRangeException(nameof(Epsilon), value, "must be > 0 and finite");
    } = 1e-8;

    /// <inheritdoc/>
    public override double CustomaryLearningRate => 0.001;

    /// <inheritdoc/>
    public override OptimizerState Start(int parameterCount) => new ElementwiseState<Rule>(parameterCount, (learningRate, step) => new Rule(this, learningRate, step));

    private readonly struct Rule(AmsGrad rule, double learningRate, int step) : IUpdateRule
    {
        private readonly Real _stepSize = (Real)(learningRate / (1 - Math.Pow(rule.Beta1, step)));
        private readonly Real _varianceCorrection = (Real)(1 / (1 - Math.Pow(rule.Beta2, step)));

        public static int Memories => 3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke<TLanes>(ref TLanes parameter, TLanes gradient, ref TLanes mean, ref TLanes squares, ref TLanes largest) where TLanes : struct, ILanes<TLanes>
        {
            mean = UpdateFormulas.RunningMean(mean, gradient, rule.Beta1);
            squares = UpdateFormulas.RunningMeanOfSquares(squares, gradient, rule.Beta2);
            largest = TLanes.SelectLess(largest, squares, squares, largest);
            parameter -= TLanes.Broadcast(_stepSize) * mean / (TLanes.Sqrt(largest * TLanes.Broadcast(_varianceCorrection)) + TLanes.Broadcast((Real)rule.Epsilon));
        }
    }
}
