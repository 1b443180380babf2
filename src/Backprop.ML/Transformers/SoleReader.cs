using System.Runtime.CompilerServices;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Transformers;

/// <summary>Detects that several threads read a row that is for one thread at a time, for example in a shared
/// <c>PredictionEngine</c>.</summary>
/// <remarks>
/// The input row of the engine is outside of this assembly, so not every interleaving can be detected: one thread may replace the row
/// before another has read it. A detection is always right: two threads were reading at the same time, or one thread scored a row and
/// another read it. From then on, every prediction throws.
/// </remarks>
/// <param name="row">The row that is read.</param>
internal sealed class SoleReader(DataViewRow row)
{
    // A cursor may change its thread at any row. An engine computes one prediction on one thread.
    private readonly bool _mayChangeThread = row is DataViewRowCursor;
    private int _isReading, _thread;
    private volatile bool _isShared;

    /// <summary>Begins to read a row.</summary>
    /// <exception cref="InvalidOperationException">Another thread is reading, or was detected before.</exception>
    public void Enter()
    {
        if (Interlocked.Exchange(ref _isReading, 1) != 0) _isShared = true;
        if (_isShared) throw Shared();
        _thread = Environment.CurrentManagedThreadId;
    }

    /// <summary>Ends reading, whether or not it succeeded.</summary>
    public void Leave() => Volatile.Write(ref _isReading, 0);

    /// <summary>Checks that this thread has read the current row.</summary>
    /// <exception cref="InvalidOperationException">Another thread has read it, or was detected before.</exception>
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
