using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>A layer whose computation in training differs from that in scoring: it drops units, or normalizes by the batch.</summary>
public interface ITrainingBehavior
{
    /// <summary>Whether a step of training draws random numbers here, so that the loss changes from step to step.</summary>
    bool IsRandom { get; }

    /// <summary>Writes y in a step of training.</summary>
    /// <param name="parameters">[ParameterCount]</param>
    /// <param name="pass">The step, and the position of the rows in the batch.</param>
    /// <param name="x">[rows × Inputs]</param>
    /// <param name="y">[rows × Outputs], overwritten.</param>
    void ForwardTraining(ReadOnlySpan<Real> parameters, TrainingPass pass, ReadOnlyMatrix x, Matrix y);

    /// <summary>Writes dx and dParameters: the gradients of <see cref="ForwardTraining"/> with the same
    /// <see cref="TrainingPass"/>.</summary>
    /// <inheritdoc cref="Layer.Backward"/>
    void BackwardTraining(
        ReadOnlySpan<Real> parameters, TrainingPass pass, ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlyMatrix dy, Matrix dx,
        Span<Real> dParameters);

    /// <summary>Writes a contiguous part of the dParameters of <see cref="BackwardTraining"/>. By default, it is all of them.</summary>
    /// <inheritdoc cref="IGradientParts.BackwardPart"/>
    void BackwardPartTraining(
        ReadOnlySpan<Real> parameters, TrainingPass pass, ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlyMatrix dy, int first,
        Span<Real> dPart) => BackwardTraining(parameters, pass, x, y, dy, default, dPart);
}
