using System.Diagnostics;
using System.Runtime.InteropServices;
using Backprop.Distribution;
using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Training;

/// <summary>Adds the gradients of several ranks, and shares the updated parameters.</summary>
/// <remarks>
/// <para>Every rank owns a contiguous range of the parameters. It receives the derivatives of its range from all ranks, adds them in the
/// order of the tree over shards, and updates these parameters. Then all ranks receive all parameters. So the memory and the work of the
/// optimizer are divided, as by Rajbhandari et al. (2020), "ZeRO: memory optimizations toward training trillion parameter models",
/// arXiv:1910.02054, stage 1.</para>
/// <para>The losses of the shards, and the clock and the token of rank 0, travel with the gradients. The sum of the library that carries
/// the messages is not used, because its order may depend on the number of ranks.</para>
/// </remarks>
internal sealed class RankReducer
{
    // So many sums of ranks stay in the nearest cache.
    private const int ParametersAtOnce = 1024;

    private readonly ICommunicator _ranks;
    private readonly StopCondition? _stop;
    private readonly (int First, int Count)[] _parts, _shardsOfRanks;
    private readonly IReadOnlyList<BatchShards.Piece>[] _pieces;

    // For each rank: its pieces of the parameters that the other one owns, the losses of its shards, and a notice. Messages to this rank
    // itself are written where messages from it are read.
    private readonly Real[][] _outgoing, _incoming;
    private readonly ReadOnlyMemory<Real>[] _sent;
    private readonly Memory<Real>[] _received;
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly long _bytesOfStep;
    private long _bytes, _waiting, _steps;

    /// <param name="ranks">The ranks.</param>
    /// <param name="shards">The shards of a batch.</param>
    /// <param name="network">The network, whose parameters are divided.</param>
    /// <param name="stop">Receives the clock and the token of rank 0; null for none.</param>
    public RankReducer(ICommunicator ranks, BatchShards shards, Network network, StopCondition? stop)
    {
        (_ranks, Shards, _stop) = (ranks, shards, stop);
        Owned = ParameterPiece.Ranges(network, ranks.Size);
        _parts = [.. Owned.Select(range => (range.First, range.End - range.First))];
        _pieces = [.. Enumerable.Range(0, ranks.Size).Select(shards.PiecesOf)];
        _shardsOfRanks = [.. Enumerable.Range(0, ranks.Size).Select(shards.OfRank)];
        _outgoing = [.. Enumerable.Range(0, ranks.Size).Select(rank => new Real[LengthOf(ranks.Rank, rank)])];
        _incoming = [.. Enumerable.Range(0, ranks.Size).Select(rank => new Real[LengthOf(rank, ranks.Rank)])];
        _bytesOfStep = sizeof(Real) * _outgoing.Where((_, rank) => rank != ranks.Rank).Sum(values => (long)values.Length);
        _incoming[ranks.Rank] = _outgoing[ranks.Rank];
        _sent = [.. _outgoing.Select(values => (ReadOnlyMemory<Real>)values)];
        _received = [.. _incoming.Select(values => values.AsMemory())];
    }

    /// <summary>The ranks.</summary>
    public ICommunicator Ranks => _ranks;

    /// <summary>The shards of a batch.</summary>
    public BatchShards Shards { get; }

    /// <summary>The range of parameters of each rank.</summary>
    public (int First, int End)[] Owned { get; }

    /// <summary>The range of parameters of this rank.</summary>
    public (int First, int End) Own => Owned[_ranks.Rank];

    /// <summary>Describes the work of this rank.</summary>
    public string Summary =>
        RankLink.Describe(_ranks, $"steps {_steps}, shards {Shards.OwnCount} of {Shards.Count}", Computing, Waiting, _bytes);

    /// <summary>The time that this rank spent in exchanges, including the time that it waited for slower ranks.</summary>
    public TimeSpan Waiting => Stopwatch.GetElapsedTime(0, _waiting);

    /// <summary>All other time since the start.</summary>
    public TimeSpan Computing => Stopwatch.GetElapsedTime(_start) - Waiting;

    /// <summary>The memory where a part of a piece of the gradient is kept, to be written without <see cref="Put"/>.</summary>
    /// <param name="piece">The index of the piece.</param>
    /// <param name="offset">The index of the first parameter.</param>
    /// <param name="length">The number of parameters.</param>
    /// <returns>Empty if several ranks own the parameters.</returns>
    public Span<Real> RoomFor(int piece, int offset, int length)
    {
        var rank = OwnerOf(offset);
        var (first, count) = _parts[rank];
        return offset + length <= first + count ? _outgoing[rank].AsSpan(piece * count + offset - first, length) : [];
    }

    /// <summary>Keeps a part of a piece of the gradient of this rank, to be sent. Threads may call it for different parameters at the same
    /// time.</summary>
    /// <param name="piece">The index of the piece.</param>
    /// <param name="offset">The index of the first parameter.</param>
    /// <param name="derivatives">The derivatives of this parameter and the next ones.</param>
    public void Put(int piece, int offset, ReadOnlySpan<Real> derivatives)
    {
        for (var rank = OwnerOf(offset); !derivatives.IsEmpty; rank++)
        {
            var (first, count) = _parts[rank];
            var some = derivatives[..Math.Min(derivatives.Length, first + count - offset)];
            some.CopyTo(_outgoing[rank].AsSpan(piece * count + offset - first));
            offset += some.Length;
            derivatives = derivatives[some.Length..];
        }
    }

    /// <summary>Exchanges everything that was put, and the losses.</summary>
    /// <param name="losses">[S]: the losses of the shards of this rank. Overwritten with those of all shards.</param>
    public void Exchange(Span<double> losses)
    {
        for (var rank = 0; rank < _ranks.Size; rank++)
        {
            var header = HeaderOf(_outgoing[rank], Shards.OwnCount);
            losses.Slice(Shards.First, Shards.OwnCount).CopyTo(header);
            if (_stop is null) continue;
            var notice = _stop.OwnNotice;
            header[^2] = BitConverter.Int64BitsToDouble(notice.Ticks);
            header[^1] = (notice.IsCancelled ? 1 : 0) + (notice.Throws ? 2 : 0);
        }
        var begin = Stopwatch.GetTimestamp();
        _ranks.Exchange<Real>(_sent, _received);
        _waiting += Stopwatch.GetTimestamp() - begin;
        _bytes += _bytesOfStep;
        for (var rank = 0; rank < _ranks.Size; rank++)
        {
            var (first, count) = _shardsOfRanks[rank];
            HeaderOf(_incoming[rank], count)[..count].CopyTo(losses[first..]);
        }
        var ofZero = HeaderOf(_incoming[0], Shards.OfRank(0).Count);
        _stop?.Receive(new StopNotice(BitConverter.DoubleToInt64Bits(ofZero[^2]), ofZero[^1] is 1 or 3, ofZero[^1] >= 2));
        _steps++;
    }

    /// <summary>Adds the derivatives of all ranks. Threads may call it for different parameters at the same time.</summary>
    /// <param name="offset">The index of the first parameter; this rank owns all of them.</param>
    /// <param name="gradient">Overwritten with the derivatives of this parameter and the next ones.</param>
    public void Sum(int offset, Span<Real> gradient)
    {
        var (firstOfOwn, count) = _parts[_ranks.Rank];
        var room = Scratch.BlocksOfAtLeast((int.Log2(Shards.Count) + 1) * ParametersAtOnce);
        for (int at = 0, length; at < gradient.Length; at += length)
        {
            length = Math.Min(ParametersAtOnce, gradient.Length - at);
            var sum = new TreeSum(room, length, first: 0);
            for (var rank = 0; rank < _ranks.Size; rank++)
                for (var i = 0; i < _pieces[rank].Count; i++)
                {
                    _incoming[rank].AsSpan(i * count + offset - firstOfOwn + at, length).CopyTo(sum.Next);
                    sum.Add(_pieces[rank][i].End, _pieces[rank][i].Size);
                }
            sum.Block(0).CopyTo(gradient.Slice(at, length));
        }
    }

    /// <summary>Measures the exchange of a step before the first step. All ranks call this method together.</summary>
    /// <returns>The time of gradients and parameters together, and the time of one exchange of single values.</returns>
    public (TimeSpan Step, TimeSpan Latency) Rehearse()
    {
        var values = new Real[_parts[^1].First + _parts[^1].Count];
        var single = new Real[_ranks.Size];
        (int, int)[] singleParts = [.. Enumerable.Range(0, _ranks.Size).Select(rank => (rank, 1))];
        var latency = Fastest(() => RankValues.Gather<Real>(_ranks, single, singleParts));
        var step = Fastest(() =>
        {
            _ranks.Exchange<Real>(_sent, _received);
            RankValues.Gather<Real>(_ranks, values, _parts);
        });
        return (step, latency);
    }

    /// <summary>Receives each rank's range of a vector with one value for each parameter.</summary>
    /// <param name="values">[parameters]: this rank's own range is sent, and the other ranges are overwritten.</param>
    public void Gather(Memory<Real> values) => Gather(values, _parts);

    /// <summary>Receives the values of the other ranks' shards.</summary>
    /// <param name="values">[S]: those of this rank's shards are sent, and the others are overwritten.</param>
    public void GatherShards(Memory<double> values) => Gather(values, _shardsOfRanks);

    /// <summary>Receives each rank's part of some values.</summary>
    /// <param name="values">This rank's own part is sent, and the other parts are overwritten.</param>
    /// <param name="parts">The part of each rank.</param>
    public void Gather<T>(Memory<T> values, ReadOnlySpan<(int First, int Count)> parts) where T : unmanaged
    {
        var begin = Stopwatch.GetTimestamp();
        RankValues.Gather(_ranks, values, parts);
        _waiting += Stopwatch.GetTimestamp() - begin;
        var (first, count) = parts[_ranks.Rank];
        _bytes += (long)MemoryMarshal.AsBytes(values.Span.Slice(first, count)).Length * (_ranks.Size - 1);
    }

    // The first times include compilation and the start of the network.
    private static TimeSpan Fastest(Action exchange)
    {
        const int rounds = 5;
        var best = TimeSpan.MaxValue;
        for (var round = 0; round < rounds; round++)
        {
            var start = Stopwatch.GetTimestamp();
            exchange();
            var time = Stopwatch.GetElapsedTime(start);
            if (time < best) best = time;
        }
        return best;
    }

    // The values of a message from one rank to another. Two doubles follow the losses.
    private int LengthOf(int from, int to) =>
        checked(_pieces[from].Count * _parts[to].Count + HeaderValues(Shards.OfRank(from).Count));

    private static Span<double> HeaderOf(Real[] message, int shards) =>
        MemoryMarshal.Cast<Real, double>(message.AsSpan(message.Length - HeaderValues(shards)));

    private static int HeaderValues(int shards) => (shards + 2) * sizeof(double) / sizeof(Real);

    private int OwnerOf(int parameter)
    {
        int low = 0, high = Owned.Length - 1;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (parameter < Owned[middle].End) high = middle;
            else low = middle + 1;
        }
        return low;
    }
}
