namespace Backprop.Distribution;

/// <summary>Distributes a training over several processes. The result has the same bits for any number of them.</summary>
/// <remarks>
/// The trials of a search are distributed: rank 0 assigns the next trial to the next rank that is free. Without a search, each rank trains
/// some members of the ensemble, as many as any other, or one more. Every rank must call <c>Fit</c> with the same options and the same
/// data. This is compared before the first step. All ranks return the same model.
/// </remarks>
public sealed record Distributed
{
    /// <summary>Distributes over these processes.</summary>
    /// <param name="communicator">The processes, which the program receives from <c>Mpi.Run</c> of the package Backprop.ML.Mpi.</param>
    public Distributed(ICommunicator communicator)
    {
        ArgumentNullException.ThrowIfNull(communicator);
        Communicator = communicator;
    }

    /// <summary>The processes.</summary>
    public ICommunicator Communicator { get; }

    /// <summary>The type of the communicator. The number of ranks is not part of the text, because no result depends on it.</summary>
    public override string ToString() => $"{nameof(Distributed)} {{ {nameof(Communicator)} = {Communicator.GetType().Name} }}";
}
