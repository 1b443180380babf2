using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>The data that a layer receives in a training step in addition to its inputs: its position, and the statistics of the
/// batch.</summary>
public readonly ref struct TrainingPass
{
    // This many random numbers stay in the nearest cache until they are used.
    private const int NumbersAtOnce = 512;

    private readonly int _seed, _layer, _step;
    private readonly double _dropoutFactor;

    /// <summary>Describes one layer's share of one step.</summary>
    /// <param name="seed">The seed of the random numbers.</param>
    /// <param name="step">Index of the step; any two steps draw different random numbers.</param>
    /// <param name="layer">Index of the layer in its network.</param>
    /// <param name="firstRow">Index of the first row of x in the batch: a thread may have only some of the rows.</param>
    /// <param name="statistics">
    /// [<see cref="IBatchStatistics.StatisticsLength"/>], filled by <see cref="IBatchStatistics.MeasureForward"/> and
    /// <see cref="IBatchStatistics.MeasureBackward"/>.
    /// </param>
    /// <param name="dropoutFactor">The factor of a schedule: all rates of dropout are multiplied by it.</param>
    public TrainingPass(int seed, int step, int layer, int firstRow, ReadOnlySpan<Real> statistics, double dropoutFactor = 1)
    {
        (_seed, _step, _layer, FirstRow, _dropoutFactor) = (seed, step, layer, firstRow, dropoutFactor);
        Statistics = statistics;
    }

    /// <summary>The members whose columns the layer has: random numbers depend on the column in the whole ensemble. Null for all.</summary>
    internal MemberRange? Members { get; init; }

    /// <summary>Index of the first row of x in the batch.</summary>
    public int FirstRow { get; }

    /// <summary>The statistics that the layer measured over the batch; empty for layers that measure nothing.</summary>
    public ReadOnlySpan<Real> Statistics { get; }

    /// <summary>Random numbers of this layer in this step, each with its own position. The forward and backward computations, and all
    /// threads, draw the same random numbers.</summary>
    public RandomField Random(RandomPurpose purpose) => new(_seed, purpose, _layer, _step);

    /// <summary>The share to drop in this step: the rate times the factor of the schedule.</summary>
    /// <exception cref="InvalidOperationException">The product is not in [0, 1).</exception>
    internal double ScheduledRate(double rate) => rate * _dropoutFactor is var scheduled && scheduled is >= 0 and < 1
        ? scheduled
        : throw new InvalidOperationException(
            $"The schedule of dropout multiplies the rate {rate} of layer {_layer} by {_dropoutFactor} in step {_step}; " +
            $"the product must be in [0, 1).");

    /// <summary>y[i] = f(x[i], chance[i]), where every position in the batch has its own chance, uniform in [0, 1): the same forward and
    /// backward.</summary>
    internal void Mask<TFunction>(TFunction f, int width, ReadOnlySpan<Real> x, Span<Real> y) where TFunction : struct, IFunctionOfTwo
    {
        var random = Random(RandomPurpose.Dropout);
        var members = Members ?? new MemberRange(First: 0, Count: 1, All: 1);
        uint ofAll = (uint)members.WidthOfAll(width), position = (uint)FirstRow * ofAll + (uint)members.FirstColumn(width);
        var together = Members is null ? x.Length : width; // the columns of some members are parts of wider rows
        Span<Real> room = stackalloc Real[NumbersAtOnce];
        for (var first = 0; first < x.Length; first += together, position += ofAll)
            for (var i = 0; i < together; i += NumbersAtOnce)
            {
                var chance = room[..Math.Min(NumbersAtOnce, together - i)];
                random.Fill(position + (uint)i, chance);
                Elementwise.Zip(f, x.Slice(first + i, chance.Length), chance, y.Slice(first + i, chance.Length));
            }
    }
}
