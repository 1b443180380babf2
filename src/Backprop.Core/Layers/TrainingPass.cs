using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>What a layer is told in a step of training beside its numbers: where it stands, and what was measured of the whole batch.</summary>
public readonly ref struct TrainingPass
{
    private readonly int _seed, _layer, _step;

    /// <summary>Describes one layer's share of one step.</summary>
    /// <param name="seed">Where random numbers start.</param>
    /// <param name="step">Number of the step; any two steps draw different numbers.</param>
    /// <param name="layer">Place of the layer in its network.</param>
    /// <param name="firstRow">Place of the first row of x in the batch: a thread may have only some of the rows.</param>
    /// <param name="statistics">[<see cref="Layer.StatisticsLength"/>], as filled by <see cref="Layer.MeasureForward"/> and <see cref="Layer.MeasureBackward"/>.</param>
    public TrainingPass(int seed, int step, int layer, int firstRow, ReadOnlySpan<Real> statistics)
    {
        (_seed, _step, _layer, FirstRow) = (seed, step, layer, firstRow);
        Statistics = statistics;
    }

    /// <summary>Place of the first row of x in the batch.</summary>
    public int FirstRow { get; }

    /// <summary>What the layer measured of the whole batch; empty for layers that measure nothing.</summary>
    public ReadOnlySpan<Real> Statistics { get; }

    /// <summary>Random numbers of this layer in this step, each with a place of its own: forward and backward, and any thread, find the same.</summary>
    public RandomField Random(RandomPurpose purpose) => new(_seed, purpose, _layer, _step);
}
