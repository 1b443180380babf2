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
