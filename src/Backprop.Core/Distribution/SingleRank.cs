using System.Diagnostics.CodeAnalysis;

namespace Backprop.Distribution;

/// <summary>The only process of a program that no launcher started.</summary>
/// <param name="deadline">The deadline, which is never over.</param>
internal sealed class SingleRank(TimeSpan deadline) : ICommunicator
{
    /// <inheritdoc/>
    public int Rank => 0;

    /// <inheritdoc/>
    public int Size => 1;

    /// <inheritdoc/>
    public string Host => Environment.MachineName;

    /// <inheritdoc/>
    public TimeSpan Deadline => deadline;

    /// <inheritdoc/>
    public void Send(int rank, byte[] message) => throw NoOther(rank);

    /// <inheritdoc/>
    public bool TryReceive(int rank, [NotNullWhen(true)] out byte[]? message) => throw NoOther(rank);

    /// <inheritdoc/>
    public bool ContinueSending() => true;

    /// <inheritdoc/>
    public void Abort(string reason)
    {
        // There are no others. The caller's exception ends this process.
    }

    private static ArgumentOutOfRangeException NoOther(int rank) => new(nameof(rank), rank, "There is no other rank than 0.");
}
