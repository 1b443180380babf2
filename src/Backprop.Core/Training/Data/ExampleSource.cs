namespace Backprop.Training;

/// <summary>Examples that are read again in every epoch, because they do not fit into memory.</summary>
/// <remarks>A trainer reads them once before the first epoch, to count and measure them. Every reading must return the same examples, in
/// any order. Values must be finite; missing features are NaN.</remarks>
public abstract class ExampleSource
{
    private StreamSummary? _summary;

    /// <summary>Features per example; at least 1.</summary>
    public abstract int FeatureCount { get; }

    /// <summary>Target columns; at least 1.</summary>
    public abstract int TargetCount { get; }

    /// <summary>Whether examples have weights.</summary>
    public abstract bool HasWeights { get; }

    /// <summary>Begins one reading of all examples.</summary>
    /// <param name="pass">0 for the reading that measures, then the epoch: 1, 2, 3, …. Readings with different values may have different
    /// orders. Readings with the same value must have the same order.</param>
    public abstract ExampleReader Open(int pass);

    /// <summary>P: the number of parts that can be read by themselves, such as files. All examples are those of part 0, then those of part
    /// 1, and so on.</summary>
    /// <remarks>With <see cref="Distribution.Distributed.Partitioned"/>, a process reads only the parts of its own shards. If there is a
    /// single part, it reads from the first example to its last one, and skips those of other shards.</remarks>
    /// <value>1, unless a source overrides this property and <see cref="Open(int, int)"/>.</value>
    public virtual int PartCount => 1;

    /// <summary>Begins one reading of the examples of one part.</summary>
    /// <param name="pass">As for <see cref="Open(int)"/>.</param>
    /// <param name="part">From 0 to <see cref="PartCount"/> − 1. The reading that measures opens all parts in this order. Later, several
    /// parts, or the same part several times, may be open at the same time.</param>
    /// <exception cref="NotSupportedException">There are several parts, but the source does not override this method.</exception>
    public virtual ExampleReader Open(int pass, int part) => PartCount == 1
        ? Open(pass)
        : throw new NotSupportedException($"{GetType().Name} has {PartCount} parts, so it must override {nameof(Open)}(pass, part).");

    /// <summary>The statistics of all examples. The first call reads the examples once; later calls return the same
    /// result.</summary>
    /// <exception cref="InvalidOperationException">There are no examples, or a value is out of range; the message names it.</exception>
    internal StreamSummary Summarize(int seed, Action? checkAlive) => _summary ??= StreamSummary.Of(this, seed, checkAlive);
}

/// <summary>One reading of all examples of an <see cref="ExampleSource"/>. Used by one thread at a time, but not always by the same
/// thread.</summary>
public abstract class ExampleReader : IDisposable
{
    /// <summary>Reads the next example.</summary>
    /// <param name="features">[features], overwritten.</param>
    /// <param name="targets">[target columns], overwritten.</param>
    /// <param name="weight">The weight of the example: finite and &gt; 0; 1 where there are no weights.</param>
    /// <returns>False at the end.</returns>
    public abstract bool Read(Span<Real> features, Span<Real> targets, out Real weight);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases the resources of the reading.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }
}
