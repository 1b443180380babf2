using Backprop.Numerics;

namespace Backprop.Optimizers;

/// <summary>The memory of an optimizer whose formula looks at one parameter at a time.</summary>
/// <param name="parameterCount">How many parameters.</param>
/// <param name="ruleAt">The formula of a step, from the learning rate and the number of the step: 1, 2, 3, …</param>
internal sealed class ElementwiseState<TRule>(int parameterCount, Func<double, int, TRule> ruleAt) : OptimizerState where TRule : struct, IUpdateRule
{
    private readonly Real[] _memory = new Real[checked(TRule.Memories * parameterCount)];
    private int _step;

    public override void Update(Span<Real> parameters, ReadOnlySpan<Real> gradient, double learningRate) =>
        Elementwise.Update(ruleAt(learningRate, ++_step), parameters, gradient, _memory);
}
