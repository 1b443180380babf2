using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>A layer that uses statistics of all rows of the batch in training, such as the mean and the variance of every unit.</summary>
public interface IBatchStatistics : ITrainingBehavior
{
    /// <summary>Length of the statistics.</summary>
    int StatisticsLength { get; }

    /// <summary>Measures some columns over all rows of the batch, before <see cref="ITrainingBehavior.ForwardTraining"/>.</summary>
    /// <param name="parameters">[ParameterCount]</param>
    /// <param name="x">[rows × Inputs], all rows of the batch.</param>
    /// <param name="first">The first column; threads share the columns.</param>
    /// <param name="count">How many columns.</param>
    /// <param name="statistics">[StatisticsLength]; the entries of these columns are overwritten.</param>
    void MeasureForward(ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, int first, int count, Span<Real> statistics);

    /// <summary>Measures some columns over all rows of the batch, before <see cref="ITrainingBehavior.BackwardTraining"/>.</summary>
    /// <param name="parameters">[ParameterCount]</param>
    /// <param name="x">[rows × Inputs], all rows of the batch.</param>
    /// <param name="dy">[rows × Outputs]</param>
    /// <param name="first">The first column.</param>
    /// <param name="count">How many columns.</param>
    /// <param name="statistics">[StatisticsLength]; the entries of these columns are overwritten.</param>
    void MeasureBackward(
        ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, ReadOnlyMatrix dy, int first, int count, Span<Real> statistics);

    /// <summary>Updates the parameters that are <see cref="ParameterRole.Statistic"/>, after a step.</summary>
    /// <param name="parameters">[ParameterCount]; only those may be changed.</param>
    /// <param name="statistics">[StatisticsLength], as measured.</param>
    /// <param name="rows">Rows of the batch.</param>
    void Observe(Span<Real> parameters, ReadOnlySpan<Real> statistics, int rows);
}
