using Backprop.Numerics;
using Backprop.Optimizers;

namespace Backprop.Training;

/// <summary>How the steps of an epoch are made.</summary>
internal interface IDescent
{
    /// <summary>Whether no further step can lower the loss.</summary>
    bool IsDone { get; }

    /// <summary>Makes one step. It may be abandoned (<see cref="TrainingStep.IsAbandoned"/>); then the result has no meaning.</summary>
    /// <param name="batch">Index of the batch in the epoch.</param>
    /// <param name="values">The learning rate and other scheduled values.</param>
    /// <returns>The loss of the batch before the step, and its weight in the mean of the epoch.</returns>
    (double Loss, double Weight) Learn(int batch, in StepValues values);

    /// <summary>Shows all memory, except that of the optimizer, to a visitor.</summary>
    void Visit(StateVisitor visitor);

    /// <summary>The descent of an optimizer.</summary>
    static IDescent Of(Optimizer optimizer, TrainingStep step, Minibatches batches, TrainingState state, StopCondition stop) =>
        optimizer is Lbfgs rule ? new LbfgsDescent(rule, step, batches, state.Parameters, stop) : new StochasticDescent(step, batches);
}

/// <summary>One update for every batch, by a <see cref="StepwiseOptimizer"/>.</summary>
internal sealed class StochasticDescent(TrainingStep step, Minibatches batches) : IDescent
{
    public bool IsDone => false;

    public (double Loss, double Weight) Learn(int batch, in StepValues values) => step.Learn(batches, batch, values);

    public void Visit(StateVisitor visitor)
    {
    }
}
