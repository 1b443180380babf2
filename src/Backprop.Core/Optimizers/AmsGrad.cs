using System.Runtime.CompilerServices;
using Backprop.Numerics;

namespace Backprop.Optimizers;

/// <summary>Adam with the largest mean of squares so far in the denominator: steps never grow again.</summary>
/// <remarks>Reddi, Kale and Kumar (2018), "On the convergence of Adam and beyond"; as PyTorch's Adam with amsgrad. Default α =
/// 0.001.</remarks>
public sealed record AmsGrad : MomentOptimizer
{
    /// <inheritdoc/>
    public override double DefaultLearningRate => 0.001;

    /// <inheritdoc/>
    public override bool HasMomentum => true;

    /// <inheritdoc/>
    public override OptimizerState Start(int parameterCount) =>
        new MomentumState<Rule>(
            parameterCount, ["mean", "variance", "largest variance"], Beta1,
            (learningRate, momentum, step) => new Rule(this, momentum, learningRate, step));

    private readonly struct Rule(AmsGrad rule, double momentum, double learningRate, int step) : IUpdateRule
    {
        private readonly Real _stepSize = (Real)(learningRate / (1 - Math.Pow(momentum, step)));
        private readonly Real _varianceCorrection = (Real)(1 / (1 - Math.Pow(rule.Beta2, step)));

        public static int Memories => 3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke<TLanes>(ref TLanes parameter, TLanes gradient, ref TLanes mean, ref TLanes squares, ref TLanes largest)
            where TLanes : struct, ILanes<TLanes>
        {
            mean = UpdateFormulas.RunningMean(mean, gradient, momentum);
            squares = UpdateFormulas.RunningMeanOfSquares(squares, gradient, rule.Beta2);
            largest = TLanes.SelectLess(largest, squares, squares, largest);
            parameter -= TLanes.Broadcast(_stepSize) * mean / (
                TLanes.Sqrt(largest * TLanes.Broadcast(_varianceCorrection)) + TLanes.Broadcast((Real)rule.Epsilon));
        }
    }
}
