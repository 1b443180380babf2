using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Backprop.Distribution;

namespace Backprop.ML;

/// <summary>All processes of an MPI job.</summary>
/// <remarks>Every call is non-blocking. A blocking call of MPI cannot be ended by a deadline, and uses its processor while it waits.
/// </remarks>
internal sealed class MpiCommunicator : ICommunicator
{
    // MPI_THREAD_FUNNELED: only the thread that started MPI calls it.
    private const int Funneled = 1;

    private static readonly TimeSpan _spin = TimeSpan.FromMicroseconds(200), _yield = TimeSpan.FromMilliseconds(5);

    // MPI_Abort also ends the process of the launcher that forwards the standard error.
    private static readonly TimeSpan _timeToForward = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan _timeToSettle = TimeSpan.FromMilliseconds(50), _maxFinalize = TimeSpan.FromSeconds(3);

    private readonly int _thread = Environment.CurrentManagedThreadId;
    private readonly List<MpiTransfer> _sending = [], _exchanging = [];
    private readonly Func<bool> _haveExchanged;
    private volatile bool _hasFinished;

    private MpiCommunicator(TimeSpan deadline)
    {
        Deadline = deadline;
        NativeMpi.Check(NativeMpi.MPI_Comm_set_errhandler(NativeMpi.Abi.World, NativeMpi.Abi.ErrorsReturn));
        NativeMpi.Check(NativeMpi.MPI_Comm_rank(NativeMpi.Abi.World, out var rank));
        NativeMpi.Check(NativeMpi.MPI_Comm_size(NativeMpi.Abi.World, out var size));
        (Rank, Size) = (rank, size);
        _haveExchanged = HaveExchanged;
        // The launcher of MPICH considers a job successful if a rank leaves with exit code 0 before the others.
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            if (!_hasFinished) _ = NativeMpi.MPI_Abort(NativeMpi.Abi.World, Environment.ExitCode == 0 ? 1 : Environment.ExitCode);
        };
    }

    /// <inheritdoc/>
    public int Rank { get; }

    /// <inheritdoc/>
    public int Size { get; }

    /// <inheritdoc/>
    public string Host => Environment.MachineName;

    /// <inheritdoc/>
    public TimeSpan Deadline { get; }

    /// <summary>Starts MPI. It can be started once in a process.</summary>
    /// <exception cref="DllNotFoundException">No library was found.</exception>
    /// <exception cref="InvalidOperationException">The library is not that of the launcher, or MPI reports an error.</exception>
    public static MpiCommunicator Start(MpiLaunch launch, TimeSpan deadline)
    {
        _ = NativeMpi.Abi; // loads the library, before its first function is called
        NativeMpi.Check(NativeMpi.MPI_Init_thread(0, 0, Funneled, out _));
        var world = new MpiCommunicator(deadline);
        if (launch.AnnouncedSize is { } announced && announced != world.Size)
            throw new InvalidOperationException(
                $"The launcher started {announced} processes, but the library sees {world.Size}: {NativeMpi.Version} "
                + $"({NativeMpi.Abi.Family}) is not the library of the launcher. Start the program with the mpirun of this library, or set "
                + $"{MpiLaunch.LibraryVariable} to the path of the launcher's library.");
        return world;
    }

    /// <inheritdoc/>
    public void Send(int rank, byte[] message)
    {
        CheckCall(rank);
        _sending.Add(MpiTransfer.Send(rank, message));
    }

    /// <inheritdoc/>
    public bool TryReceive(int rank, [NotNullWhen(true)] out byte[]? message)
    {
        CheckCall(rank);
        ContinueSending();
        message = null;
        if (MpiTransfer.LengthOfNext(rank) is not { } length) return false;
        message = GC.AllocateUninitializedArray<byte>(length);
        var transfer = MpiTransfer.Receive(rank, message);
        WaitUntil(transfer.HasEnded, Deadline, $"for the rest of a message of {length} bytes from rank {rank}");
        return true;
    }

    /// <summary>Sends from the caller's memory, and receives into it.</summary>
    /// <inheritdoc/>
    public void Exchange<T>(ReadOnlySpan<ReadOnlyMemory<T>> outgoing, ReadOnlySpan<Memory<T>> incoming) where T : unmanaged
    {
        CheckThread();
        // Every rank begins with its neighbour, so that not all send to the same rank first.
        for (var distance = 1; distance < Size; distance++)
        {
            int to = (Rank + distance) % Size, from = (Rank - distance + Size) % Size;
            if (!incoming[from].IsEmpty) _exchanging.Add(MpiTransfer.ReceiveValues(from, incoming[from]));
            if (!outgoing[to].IsEmpty) _exchanging.Add(MpiTransfer.SendValues(to, outgoing[to]));
        }
        WaitUntil(_haveExchanged, Deadline, "for the values of other ranks");
    }

    /// <inheritdoc/>
    public bool ContinueSending()
    {
        CheckThread();
        _sending.RemoveAll(transfer => transfer.HasEnded());
        return _sending.Count == 0;
    }

    /// <summary>Waits until all ranks have ended their work, and ends MPI.</summary>
    public void Finish()
    {
        // Rank 0 waits for all, and then tells all. Ranks end at different times, for example because rank 0 saves a model. So there is no
        // deadline.
        var partners = Rank == 0 ? Enumerable.Range(1, Size - 1) : [0];
        if (Rank != 0) Send(0, []);
        foreach (var rank in partners) WaitUntil(() => TryReceive(rank, out _), Timeout.InfiniteTimeSpan, "");
        if (Rank == 0)
            foreach (var rank in partners) Send(rank, []);
        WaitUntil(ContinueSending, Deadline, "for its last messages to be received");
        Settle(partners);
        _hasFinished = true;
        // MPICH 4.0 over UCX and TCP sometimes waits forever in MPI_Finalize, for a rank that has left it. All work is done here, so
        // the process may end without it.
        using var watchdog = new Timer(_ => Environment.Exit(0), null, _maxFinalize, Timeout.InfiniteTimeSpan);
        NativeMpi.Check(NativeMpi.MPI_Finalize());
    }

    // Lets the library exchange its own acknowledgements. MPI only does so during calls.
    private static void Settle(IEnumerable<int> ranks)
    {
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < _timeToSettle; Thread.Sleep(1))
            foreach (var rank in ranks) _ = MpiTransfer.LengthOfNext(rank);
    }

    /// <inheritdoc/>
    public void Abort(string reason)
    {
        Console.Error.WriteLine($"Rank {Rank} of {Size} on {Host} ends the job: {reason}");
        Thread.Sleep(_timeToForward);
        _ = NativeMpi.MPI_Abort(NativeMpi.Abi.World, 1);
    }

    private bool HaveExchanged()
    {
        _exchanging.RemoveAll(transfer => transfer.HasEnded());
        return _exchanging.Count == 0;
    }

    // Short waits use the processor. Longer waits leave it to other threads, which may be ranks on the same machine.
    private void WaitUntil(Func<bool> hasEnded, TimeSpan deadline, string what)
    {
        for (var start = Stopwatch.GetTimestamp(); !hasEnded();)
        {
            var waited = Stopwatch.GetElapsedTime(start);
            if (deadline != Timeout.InfiniteTimeSpan && waited > deadline)
                throw new TimeoutException(
                    FormattableString.Invariant($"Rank {Rank} of {Size} on {Host} waited {waited.TotalSeconds:F0} s {what}. A process ")
                    + "hangs, or the network between the machines is down.");
            ContinueSending();
            if (waited > _yield) Thread.Sleep(1);
            else if (waited > _spin) Thread.Yield();
        }
    }

    private void CheckCall(int rank)
    {
        OtherRank.Check(this, rank);
        CheckThread();
    }

    private void CheckThread()
    {
        if (Environment.CurrentManagedThreadId != _thread)
            throw new InvalidOperationException(
                $"A communicator of MPI was used by another thread than the one that called {nameof(Mpi)}.{nameof(Mpi.Run)}. Call Fit on "
                + "that thread, not in a task or after an await, and do not train with a communicator inside a distributed call.");
    }
}
