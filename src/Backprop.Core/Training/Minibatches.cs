using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Training;

/// <summary>Deals out examples in batches, standardized, in the order of the rows or in a random one. Allocates only when made.</summary>
internal sealed class Minibatches
{
    private readonly ExampleSet _examples;
    private readonly Standardization? _inputs, _targets;
    private readonly int _batchSize;
    private readonly int[] _order;
    private readonly Real[] _x, _y, _weights;

    public Minibatches(ExampleSet examples, int batchSize, Standardization? inputs, Standardization? targets)
    {
        (_examples, _inputs, _targets) = (examples, inputs, targets);
        _batchSize = Math.Min(batchSize, examples.Count);
        Count = (examples.Count + _batchSize - 1) / _batchSize;
        _order = [.. Enumerable.Range(0, examples.Count)];
        _x = new Real[checked(_batchSize * examples.FeatureCount)];
        _y = new Real[checked(_batchSize * examples.TargetCount)];
        _weights = examples.Weights.IsEmpty ? [] : new Real[_batchSize];
    }

    /// <summary>Batches of one pass; the last may be smaller.</summary>
    public int Count { get; }

    /// <summary>Most examples of one batch.</summary>
    public int BatchSize => _batchSize;

    /// <summary>Draws the order of one pass. It depends on the sequence alone, not on earlier orders, so any epoch can be repeated by itself.</summary>
    public void Shuffle(RandomSequence random)
    {
        for (var i = 0; i < _order.Length; i++) _order[i] = i;
        random.Shuffle(_order);
    }

    /// <summary>Gathers one batch; it is valid until the next call.</summary>
    public Minibatch this[int index]
    {
        get
        {
            var rows = _order.AsSpan(index * _batchSize, Math.Min(_batchSize, _examples.Count - index * _batchSize));
            var x = new Matrix(_x.AsSpan(0, rows.Length * _examples.FeatureCount), rows.Length, _examples.FeatureCount);
            var y = new Matrix(_y.AsSpan(0, rows.Length * _examples.TargetCount), rows.Length, _examples.TargetCount);
            Gather(_examples.Features, rows, _inputs, x);
            Gather(_examples.Targets, rows, _targets, y);
            var weights = _weights.AsSpan(0, Math.Min(_weights.Length, rows.Length));
            for (var i = 0; i < weights.Length; i++) weights[i] = _examples.Weights[rows[i]];
            return new Minibatch(x, y, weights);
        }
    }

    private static void Gather(ReadOnlyMatrix from, ReadOnlySpan<int> rows, Standardization? standardization, Matrix to)
    {
        for (var i = 0; i < rows.Length; i++)
        {
            if (standardization is null) from.Row(rows[i]).CopyTo(to.Row(i));
            else standardization.Apply(from.Row(rows[i]), to.Row(i));
        }
    }
}

/// <summary>A few examples that are worked on together.</summary>
internal readonly ref struct Minibatch
{
    public Minibatch(ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlySpan<Real> weights)
    {
        X = x;
        Y = y;
        Weights = weights;
    }

    /// <summary>[rows × features], standardized.</summary>
    public ReadOnlyMatrix X { get; }

    /// <summary>[rows × target columns], standardized where the loss allows it.</summary>
    public ReadOnlyMatrix Y { get; }

    /// <summary>[rows], or empty when all count the same.</summary>
    public ReadOnlySpan<Real> Weights { get; }

    /// <summary>What the batch counts for in a mean over many.</summary>
    public double TotalWeight
    {
        get
        {
            if (Weights.IsEmpty) return X.Rows;
            double total = 0;
            foreach (var weight in Weights) total += weight;
            return total;
        }
    }
}
