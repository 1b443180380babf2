using Backprop.Numerics;

namespace Backprop.Optimizers;

/// <summary>The memory of an optimizer whose formula sees one parameter at a time.</summary>
/// <param name="parameterCount">Number of parameters.</param>
/// <param name="names">Names of the vectors, in the order of the formula.</param>
/// <param name="ruleAt">The formula of a step, from the learning rate and the number of the step: 1, 2, 3, …</param>
internal sealed class ElementwiseState<TRule>(int parameterCount, string[] names, Func<double, int, TRule> ruleAt)
    : OptimizerState(parameterCount, names)
    where TRule : struct, IUpdateRule
{
    protected override void MoveSlice(int offset, Span<Real> parameters, ReadOnlySpan<Real> gradient, double learningRate) =>
        Apply(ruleAt(learningRate, Step), offset, parameters, gradient);
}
