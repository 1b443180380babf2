using System.Runtime.ExceptionServices;

namespace Backprop.Training;

/// <summary>A few threads, including the caller's, that repeatedly work in parallel. Allocates only in the constructor.</summary>
/// <remarks>
/// Between two calls a thread first spins for a moment, because the next call is usually a few microseconds away. Then it yields to other
/// threads. Then it waits until it is notified. A long spin would be a little faster on an idle machine, but very slow on a busy one.
/// There, a spinning thread occupies the processor that another thread needs, while all threads wait for that thread.
/// </remarks>
internal sealed class WorkerTeam : IDisposable
{
    private const int Spins = 50, Phase = 20;

    private readonly object _bell = new();
    private readonly List<Thread> _threads;
    private readonly Exception?[] _problems;
    private Action<int>? _work;
    private int _called, _unfinished, _finished, _sleeping;
    private bool _stop;

    /// <summary>Starts <paramref name="size"/> − 1 threads; the caller of <see cref="Run"/> is the first of the team.</summary>
    public WorkerTeam(int size) : this(size, Start)
    {
    }

    /// <summary>The same with threads that the caller starts.</summary>
    /// <param name="size">Number of threads, including the caller's; at least 1.</param>
    /// <param name="start">Starts a thread that calls the work with the index.</param>
    internal WorkerTeam(int size, Func<int, Action<int>, Thread> start)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        Size = size;
        _problems = new Exception?[size];
        _threads = new List<Thread>(size - 1);
        try
        {
            for (var index = 1; index < size; index++) _threads.Add(start(index, WorkUntilStopped));
        }
        catch
        {
            Dispose(); // ends the threads that were started already
            throw;
        }
    }

    /// <summary>Number of threads, including the caller's.</summary>
    public int Size { get; }

    /// <summary>Calls work(0) on this thread and work(1) … work(Size − 1) on the others, and returns when all are done.</summary>
    /// <exception cref="Exception">The exception of the lowest index, thrown after all threads have ended their work.</exception>
    public void Run(Action<int> work)
    {
        if (Size == 1)
        {
            work(0);
            return;
        }

        _work = work;
        _unfinished = Size - 1;
        var call = _called + 1;
        Announce(ref _called, call);
        Try(work, 0);
        Await(ref _finished, call);
        ThrowFirstProblem();
    }

    /// <summary>Ends the threads and waits for them.</summary>
    public void Dispose()
    {
        _stop = true;
        Announce(ref _called, _called + 1);
        foreach (var thread in _threads) thread.Join();
    }

    private static Thread Start(int index, Action<int> work)
    {
        var thread = new Thread(() => work(index)) { IsBackground = true, Name = $"Backprop {index}" };
        thread.Start();
        return thread;
    }

    private void WorkUntilStopped(int index)
    {
        for (var call = 1; ; call++)
        {
            Await(ref _called, call);
            if (_stop) return;
            Try(_work!, index);
            if (Interlocked.Decrement(ref _unfinished) == 0) Announce(ref _finished, call);
        }
    }

    // A waiter increments _sleeping before its final check; the notifier writes the value before it reads _sleeping. One of
    // them must see the other.
    private void Await(ref int number, int value)
    {
        for (var waited = 0; Volatile.Read(ref number) != value; waited++)
        {
            if (waited < Spins) Thread.SpinWait(1);
            else if (waited < Spins + Phase) Thread.Yield();
            else
            {
                lock (_bell)
                {
                    Interlocked.Increment(ref _sleeping);
                    if (Volatile.Read(ref number) != value) Monitor.Wait(_bell);
                    Interlocked.Decrement(ref _sleeping);
                }
            }
        }
    }

    private void Announce(ref int number, int value)
    {
        Interlocked.Exchange(ref number, value);
        if (Volatile.Read(ref _sleeping) == 0) return;
        lock (_bell) Monitor.PulseAll(_bell);
    }

    private void Try(Action<int> work, int index)
    {
        try
        {
            work(index);
        }
        catch (Exception problem)
        {
            _problems[index] = problem;
        }
    }

    private void ThrowFirstProblem()
    {
        if (Array.Find(_problems, problem => problem is not null) is not { } first) return;
        Array.Clear(_problems);
        ExceptionDispatchInfo.Throw(first);
    }
}
