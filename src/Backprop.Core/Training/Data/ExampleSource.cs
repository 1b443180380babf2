namespace Backprop.Training;

/// <summary>Examples that are read anew in every pass, because memory cannot hold them.</summary>
/// <remarks>A trainer reads them once before the first pass, to count and measure them. Every pass must give the same examples, in whatever
/// order; numbers must be finite, features NaN where they are missing.</remarks>
public abstract class ExampleSource
{
    private StreamSummary? _summary;

    /// <summary>Features per example; at least 1.</summary>
    public abstract int FeatureCount { get; }

    /// <summary>Target columns; at least 1.</summary>
    public abstract int TargetCount { get; }

    /// <summary>Whether examples have weights.</summary>
    public abstract bool HasWeights { get; }

    /// <summary>Begins a pass.</summary>
    /// <param name="pass">0 for the one that measures, then 1, 2, 3, …; each may have an order of its own, but always the same one.</param>
    public abstract ExampleReader Open(int pass);

    /// <summary>What was found by reading all examples once; that happens when it is first asked for.</summary>
    /// <exception cref="InvalidOperationException">There is none, or a number is out of range; the message names it.</exception>
    internal StreamSummary Summarize(int seed, Action? checkAlive) => _summary ??= StreamSummary.Of(this, seed, checkAlive);
}

/// <summary>One pass over an <see cref="ExampleSource"/>. Used by one thread at a time, but not always the same.</summary>
public abstract class ExampleReader : IDisposable
{
    /// <summary>Reads the next example.</summary>
    /// <param name="features">[features], overwritten.</param>
    /// <param name="targets">[target columns], overwritten.</param>
    /// <param name="weight">What it counts for: finite and &gt; 0; 1 where there are no weights.</param>
    /// <returns>False at the end.</returns>
    public abstract bool Read(Span<Real> features, Span<Real> targets, out Real weight);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Lets go of what is read.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }
}
