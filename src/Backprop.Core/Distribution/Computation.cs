using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace Backprop.Distribution;

/// <summary>A computation by a thread of its own, while the thread that made it exchanges messages.</summary>
/// <typeparam name="T">The result.</typeparam>
internal sealed class Computation<T>
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private T? _result;
    private ExceptionDispatchInfo? _problem;
    private volatile bool _hasEnded;

    /// <summary>Starts to compute.</summary>
    /// <param name="compute">The computation.</param>
    /// <param name="ended">Called after its end, by its thread.</param>
    public Computation(Func<T> compute, Action ended)
    {
        var thread = new Thread(() => Run(compute, ended)) { IsBackground = true, Name = "Backprop distributed work" };
        thread.Start();
    }

    /// <summary>Whether the result, or an exception, is there.</summary>
    public bool HasEnded => _hasEnded;

    /// <summary>How long it took; valid after its end.</summary>
    public TimeSpan Time { get; private set; }

    /// <summary>The result. If the computation threw an exception, this property throws it.</summary>
    public T Result
    {
        get
        {
            _problem?.Throw();
            return _result!;
        }
    }

    private void Run(Func<T> compute, Action ended)
    {
        try
        {
            _result = compute();
        }
        catch (Exception problem)
        {
            _problem = ExceptionDispatchInfo.Capture(problem);
        }
        Time = Stopwatch.GetElapsedTime(_start);
        _hasEnded = true;
        ended();
    }
}
