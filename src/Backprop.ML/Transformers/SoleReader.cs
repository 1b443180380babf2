using System.Runtime.CompilerServices;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Transformers;

/// <summary>Notices when a row that is for one thread at a time is read by several, as happens to a <c>PredictionEngine</c> that threads
/// share.</summary>
/// <remarks>
/// The engine keeps its input row outside of this assembly, so not every interleaving can be noticed: one thread may replace the row before
/// another has read it.
/// What is noticed is certain: two threads inside at once, or one row scored by one thread and read by another. From then on, every
/// prediction throws.
/// </remarks>
/// <param name="row">The row that is read.</param>
internal sealed class SoleReader(DataViewRow row)
{
    // A cursor may be handed from thread to thread at any row; an engine fills in one prediction on one thread.
    private readonly bool _mayChangeThread = row is DataViewRowCursor;
    private int _isReading, _thread;
    private volatile bool _isShared;

    /// <summary>Begins to read a row.</summary>
    /// <exception cref="InvalidOperationException">Another thread reads, or has been seen to.</exception>
    public void Enter()
    {
        if (Interlocked.Exchange(ref _isReading, 1) != 0) _isShared = true;
        if (_isShared) throw Shared();
        _thread = Environment.CurrentManagedThreadId;
    }

    /// <summary>Ends reading, whether or not it succeeded.</summary>
    public void Leave() => Volatile.Write(ref _isReading, 0);

    /// <summary>Makes sure that the row which was read still belongs to this thread.</summary>
    /// <exception cref="InvalidOperationException">Another thread has read it, or has been seen to read at the same time.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Check()
    {
        if (_isShared || (_thread != Environment.CurrentManagedThreadId && !_mayChangeThread)) throw Shared();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private Exception Shared()
    {
        _isShared = true;
        return Contracts.Except(
            "Several threads used this PredictionEngine at the same time, so a prediction could belong to another thread's row. The " +
                "engine refuses further predictions. " +
            "Use ml.Model.CreateThreadSafePredictor, one engine for each thread, or Transform, which any number of threads may call.");
    }
}
