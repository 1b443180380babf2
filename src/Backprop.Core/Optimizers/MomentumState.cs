using Backprop.Numerics;

namespace Backprop.Optimizers;

/// <summary>The memory of an optimizer whose formula looks at one parameter at a time, and whose momentum may be scheduled.</summary>
/// <param name="parameterCount">How many parameters.</param>
/// <param name="momentum">The momentum, to be multiplied by the factor of the schedule.</param>
/// <param name="ruleAt">The formula of a step, from the learning rate, the momentum and the number of the step: 1, 2, 3, …</param>
internal sealed class MomentumState<TRule>(int parameterCount, double momentum, Func<double, double, int, TRule> ruleAt) : OptimizerState where TRule : struct, IUpdateRule
{
    private readonly Real[] _memory = new Real[checked(TRule.Memories * parameterCount)];
    private int _step;

    public override void Update(Span<Real> parameters, ReadOnlySpan<Real> gradient, double learningRate) =>
        Elementwise.Update(ruleAt(learningRate, momentum * MomentumFactor, ++_step), parameters, gradient, _memory);
}
