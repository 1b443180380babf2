using System.Numerics;

namespace Backprop.Training;

/// <summary>Predicts the time of a step whose batch is divided among ranks.</summary>
/// <remarks>
/// <para>T(N) = 6·P·B / (N·F) + 2·(N − 1)/N·s·P / W + 2·⌈log₂ N⌉·a, with P parameters, B rows, N ranks and values of s bytes. For each
/// parameter and row, the scores and the derivatives of inputs and of parameters have a multiplication and an addition each. Then the
/// derivatives travel to the owners of the parameters, and the parameters to all ranks.</para>
/// <para>The exchange begins when all derivatives are known, so the two times are added.</para>
/// </remarks>
internal sealed record ShardCosts
{
    /// <summary>P.</summary>
    public required long Parameters { get; init; }

    /// <summary>B: the rows of a batch, on all ranks together.</summary>
    public required long BatchSize { get; init; }

    /// <summary>F: the operations that a rank computes in a second.</summary>
    public required double OperationsPerSecond { get; init; }

    /// <summary>W: the bytes that a rank sends in a second.</summary>
    public required double BytesPerSecond { get; init; }

    /// <summary>a: the time of the shortest message, in seconds.</summary>
    public required double Latency { get; init; }

    /// <summary>s: the size of a value in bytes.</summary>
    public int BytesPerValue { get; init; } = sizeof(Real);

    /// <summary>The seconds of a step in which a rank computes.</summary>
    public double Computing(int ranks) => 6.0 * Parameters * BatchSize / (ranks * OperationsPerSecond);

    /// <summary>The seconds of a step in which ranks exchange values; 0 for one rank.</summary>
    public double Exchanging(int ranks) =>
        2.0 * (ranks - 1) / ranks * BytesPerValue * Parameters / BytesPerSecond + 2 * LevelsOf(ranks) * Latency;

    /// <summary>T(1) / (N·T(N)): 1 if N ranks need 1/N of the time.</summary>
    public double Efficiency(int ranks) => Computing(1) / (ranks * (Computing(ranks) + Exchanging(ranks)));

    /// <summary>The largest power of two of ranks below a number that has an efficiency; 1 if no other has.</summary>
    public int RanksWith(double efficiency, int below)
    {
        var ranks = 1;
        while (2 * ranks < below && Efficiency(2 * ranks) >= efficiency) ranks *= 2;
        return ranks;
    }

    /// <summary>The smallest power of two of rows of a batch with which some ranks have an efficiency.</summary>
    public long BatchSizeFor(double efficiency, int ranks)
    {
        var computing = Exchanging(ranks) * efficiency / (1 - efficiency);
        var rows = computing * ranks * OperationsPerSecond / (6.0 * Parameters);
        return (long)BitOperations.RoundUpToPowerOf2((ulong)Math.Ceiling(Math.Max(1, rows)));
    }

    /// <summary>⌈log₂ N⌉.</summary>
    public static int LevelsOf(int ranks) => BitOperations.Log2((uint)BitOperations.RoundUpToPowerOf2((uint)ranks));
}
