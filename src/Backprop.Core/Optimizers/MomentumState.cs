using Backprop.Numerics;

namespace Backprop.Optimizers;

/// <summary>The memory of an optimizer whose formula sees one parameter at a time, and whose momentum may be scheduled.</summary>
/// <param name="parameterCount">Number of parameters.</param>
/// <param name="names">Names of the vectors, in the order of the formula.</param>
/// <param name="momentum">The momentum; it is multiplied by the factor of the schedule.</param>
/// <param name="ruleAt">The formula of a step, from the learning rate, the momentum and the number of the step: 1, 2, 3, …</param>
internal sealed class MomentumState<TRule>(int parameterCount, string[] names, double momentum, Func<double, double, int, TRule> ruleAt)
    : OptimizerState(parameterCount, names)
    where TRule : struct, IUpdateRule
{
    protected override void MoveSlice(int offset, Span<Real> parameters, ReadOnlySpan<Real> gradient, double learningRate) =>
        Apply(ruleAt(learningRate, momentum * MomentumFactor, Step), offset, parameters, gradient);
}
