using System.Collections.Concurrent;
using Microsoft.ML;

namespace Backprop.ML;

/// <summary>Predicts single rows on any number of threads at the same time. Created by <c>ml.Model.CreateThreadSafePredictor</c>.</summary>
/// <remarks>
/// ML.NET's <c>PredictionEngine</c> is for one thread at a time. This class keeps as many engines as there are concurrent predictions. Each
/// prediction uses one of them. For many rows at once, <c>Transform</c> is faster.
/// </remarks>
/// <typeparam name="TSrc">A class with the input columns.</typeparam>
/// <typeparam name="TDst">A class with the required output columns.</typeparam>
public sealed class ThreadSafePredictor<TSrc, TDst> : IDisposable where TSrc : class where TDst : class, new()
{
    private readonly Func<PredictionEngine<TSrc, TDst>> _makeEngine;
    private readonly ConcurrentBag<PredictionEngine<TSrc, TDst>> _idle = [];
    private volatile bool _isDisposed;

    // The first engine is created in the constructor, so that columns that do not fit cause an exception there.
    internal ThreadSafePredictor(Func<PredictionEngine<TSrc, TDst>> makeEngine)
    {
        _makeEngine = makeEngine;
        var first = makeEngine();
        OutputSchema = first.OutputSchema;
        _idle.Add(first);
    }

    /// <summary>The columns of a prediction.</summary>
    public DataViewSchema OutputSchema { get; }

    /// <summary>Predicts one row.</summary>
    /// <param name="example">The row.</param>
    /// <returns>A new object.</returns>
    /// <exception cref="ObjectDisposedException">The predictor is disposed.</exception>
    public TDst Predict(TSrc example)
    {
        var prediction = new TDst();
        Predict(example, ref prediction);
        return prediction;
    }

    /// <summary>Predicts one row into an existing object. Does not allocate.</summary>
    /// <param name="example">The row.</param>
    /// <param name="prediction">The object that is overwritten; different threads must use different objects. Null for a new one.</param>
    /// <exception cref="ObjectDisposedException">The predictor is disposed.</exception>
    public void Predict(TSrc example, ref TDst prediction)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (!_idle.TryTake(out var engine)) engine = _makeEngine();
        try
        {
            engine.Predict(example, ref prediction);
        }
        finally
        {
            _idle.Add(engine);
            if (_isDisposed) DisposeEngines();
        }
    }

    /// <summary>Disposes the engines. The model can still be used.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        DisposeEngines();
    }

    private void DisposeEngines()
    {
        while (_idle.TryTake(out var engine)) engine.Dispose();
    }
}
