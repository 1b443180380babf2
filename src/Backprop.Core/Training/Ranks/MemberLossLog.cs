using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Backprop.Losses;

namespace Backprop.Training;

/// <summary>The losses of some members of an ensemble in the steps of an epoch, example by example.</summary>
/// <remarks>The loss of an example is the mean over all members, rounded, and the loss of a batch is the sum over its examples in order. So
/// the mean has the bits of one process only if the single losses are known.</remarks>
internal sealed class MemberLossLog
{
    private readonly List<int> _rows = [];
    private readonly List<Real> _losses = [], _weights = [];
    private readonly List<double> _totals = [], _rates = [];

    /// <summary>Whether each member has examples of its own, with weights of their own.</summary>
    public required bool HasOwnExamples { get; init; }

    /// <summary>Whether all parameters of these members are finite.</summary>
    public bool IsFinite { get; set; } = true;

    /// <summary>Number of steps.</summary>
    public int Steps => _rows.Count;

    /// <summary>Adds a step.</summary>
    /// <param name="losses">[rows × members]</param>
    /// <param name="weights">[rows], or empty; [rows × members] of members with examples of their own.</param>
    /// <param name="rows">Rows of the batch.</param>
    /// <param name="total">Σ w of the rows, for members that have the same examples.</param>
    /// <param name="learningRate">The learning rate.</param>
    public void Add(ReadOnlySpan<Real> losses, ReadOnlySpan<Real> weights, int rows, double total, double learningRate)
    {
        _rows.Add(rows);
        _losses.AddRange(losses);
        _weights.AddRange(weights);
        _totals.Add(total);
        _rates.Add(learningRate);
    }

    /// <summary>Forgets all steps.</summary>
    public void Clear()
    {
        _rows.Clear();
        _losses.Clear();
        _weights.Clear();
        _totals.Clear();
        _rates.Clear();
        IsFinite = true;
    }

    /// <summary>What rank 0 needs: whether parameters are finite, the losses, and the weights of examples that rank 0 does not
    /// have.</summary>
    public byte[] ToBytes()
    {
        var losses = MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_losses));
        var weights = HasOwnExamples ? MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_weights)) : [];
        return [(byte)(IsFinite ? 1 : 0), .. losses, .. weights];
    }

    /// <summary>The mean losses of the steps, from the losses of all members.</summary>
    /// <param name="members">The number of members of every rank, in order; the first is this one.</param>
    /// <param name="others">What the other ranks wrote.</param>
    /// <returns>J of every step before it, Σ w, and its learning rate.</returns>
    public IEnumerable<(double Loss, double Weight, double LearningRate)> Combine(int[] members, IReadOnlyList<byte[]> others)
    {
        int all = members.Sum(), rows = _rows.Sum();
        var losses = Together(members, rows, rank => rank == 0 ? [.. _losses] : Numbers(others[rank - 1], 0, rows * members[rank]));
        Real[] weights = HasOwnExamples
            ? Together(
                members, rows,
                rank => rank == 0 ? [.. _weights] : Numbers(others[rank - 1], rows * members[rank], rows * members[rank]))
            : [.. _weights];
        var first = 0;
        for (var step = 0; step < Steps; first += _rows[step++])
            yield return HasOwnExamples
                ? OfOwnExamples(losses, weights, first * all, _rows[step] * all, all, _rates[step])
                : OfSameExamples(losses, weights, first, _rows[step], all, _totals[step], _rates[step]);
        if (others.Any(other => other[0] == 0)) IsFinite = false;
    }

    private static (double, double, double) OfOwnExamples(Real[] losses, Real[] weights, int first, int count, int members, double rate)
    {
        var own = weights.AsSpan(first, count);
        var totals = new double[members];
        for (var i = 0; i < count; i++) totals[i % members] += own[i];
        var total = TensorPrimitives.Sum<double>(totals);
        return (Loss.Mean(losses.AsSpan(first, count), own, total), total, rate);
    }

    private static (double, double, double) OfSameExamples(
        Real[] losses, Real[] weights, int first, int count, int members, double total, double rate)
    {
        var means = new Real[count];
        for (var i = 0; i < count; i++) means[i] = MemberLosses.Mean(losses.AsSpan((first + i) * members, members));
        return (Loss.Mean(means, weights.Length == 0 ? [] : weights.AsSpan(first, count), total), total, rate);
    }

    private static Real[] Numbers(byte[] content, int first, int count) =>
        MemoryMarshal.Cast<byte, Real>(content.AsSpan(1)).Slice(first, count).ToArray();

    // [rows × members] of all ranks.
    private static Real[] Together(int[] members, int rows, Func<int, Real[]> ofRank)
    {
        var all = members.Sum();
        var together = new Real[rows * all];
        for (int rank = 0, column = 0; rank < members.Length; column += members[rank++])
        {
            var own = ofRank(rank);
            for (var row = 0; row < rows; row++)
                own.AsSpan(row * members[rank], members[rank]).CopyTo(together.AsSpan(row * all + column));
        }
        return together;
    }
}
