using System.Diagnostics.CodeAnalysis;

namespace Backprop.Distribution;

/// <summary>The processes of one job, and messages between them. A process is called a rank, as in MPI.</summary>
/// <remarks>
/// All ranks run the same program. The package Backprop.ML.Mpi implements this interface for MPI: <c>Mpi.Run</c> starts a program with it.
/// Messages from one rank to another arrive complete and in the order in which they were sent. All members are called by one thread.
/// </remarks>
public interface ICommunicator
{
    /// <summary>The number of this rank, from 0 to <see cref="Size"/> − 1.</summary>
    int Rank { get; }

    /// <summary>The number of ranks, at least 1.</summary>
    int Size { get; }

    /// <summary>The name of the machine that this rank runs on, for messages.</summary>
    string Host { get; }

    /// <summary>The maximum time that a rank waits for a sign of life of another one, above 0.</summary>
    TimeSpan Deadline { get; }

    /// <summary>Starts to send a message, and returns at once. A long message is only sent while <see cref="ContinueSending"/> or
    /// <see cref="TryReceive"/> are called.</summary>
    /// <param name="rank">The receiver; another rank than this one.</param>
    /// <param name="message">The message; it must not change afterwards.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such rank, or it is this one.</exception>
    void Send(int rank, byte[] message);

    /// <summary>Receives the next message of a rank, if it has arrived. Does not wait for a message to begin.</summary>
    /// <param name="rank">The sender; another rank than this one.</param>
    /// <param name="message">The message; null if none has arrived.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such rank, or it is this one.</exception>
    bool TryReceive(int rank, [NotNullWhen(true)] out byte[]? message);

    /// <summary>Continues to send the messages of <see cref="Send"/>, without waiting.</summary>
    /// <returns>Whether all of them have left this rank.</returns>
    bool ContinueSending();

    /// <summary>Sends values to every other rank, receives values from every other rank, and waits until all are sent and
    /// received.</summary>
    /// <remarks>All ranks call this method at the same point of the program. By default, values are sent as messages. An implementation
    /// may send them without a copy.</remarks>
    /// <typeparam name="T">The type of a value.</typeparam>
    /// <param name="outgoing">[<see cref="Size"/>]: the values for each rank. Those for this rank are ignored, and empty ones are not
    /// sent.</param>
    /// <param name="incoming">[<see cref="Size"/>]: overwritten with the values from each rank, each as long as that rank sends.</param>
    /// <exception cref="InvalidOperationException">A rank sent another number of values.</exception>
    /// <exception cref="TimeoutException">A rank sent nothing within <see cref="Deadline"/>.</exception>
    void Exchange<T>(ReadOnlySpan<ReadOnlyMemory<T>> outgoing, ReadOnlySpan<Memory<T>> incoming) where T : unmanaged =>
        MessageExchange.Run(this, outgoing, incoming);

    /// <summary>Ends all ranks at once, because this one cannot continue. It may not return.</summary>
    /// <param name="reason">The cause, as an error message.</param>
    void Abort(string reason);
}
