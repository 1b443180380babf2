using Backprop.Layers;
using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Training;

/// <summary>Measures a gradient with a team of threads, and scales it down. Sums pieces of fixed length in a fixed order, so the bits
/// depend neither on the threads nor on the ranks.</summary>
internal sealed class GradientClipper
{
    private readonly GradientClipping _rule;
    private readonly RankReducer? _ranks;
    private readonly Piece[] _pieces;
    private readonly (int First, int Count)[] _ofRanks;
    private readonly double[] _squares, _factors;
    private readonly int _end;
    private int _next;

    /// <param name="rule">What is limited.</param>
    /// <param name="network">The layers.</param>
    /// <param name="ranks">The owners of the parameters; null for a single process.</param>
    public GradientClipper(GradientClipping rule, Network network, RankReducer? ranks)
    {
        (_rule, _ranks) = (rule, ranks);
        var ofTensors = rule.Measure == ClippingMeasure.Norm;
        _pieces =
        [
            .. ParameterPiece.Of(network).Where(piece => piece.Role != ParameterRole.Statistic)
                .Select(piece => new Piece(ofTensors ? piece.Block : 0, piece.Offset, piece.Length)),
        ];
        _squares = new double[_pieces.Length];
        _factors = new double[_pieces.Select(piece => piece.Tensor).DefaultIfEmpty(0).Max() + 1];
        _ofRanks = [.. (ranks?.Owned ?? [(0, network.ParameterCount)]).Select(PiecesIn)];
        _end = Own.First + Own.Count;
    }

    private (int First, int Count) Own => _ofRanks[_ranks?.Shards.Rank ?? 0];

    public void Begin() => _next = Own.First - 1;

    /// <summary>Measures one thread's share of the gradient of this process.</summary>
    public void Measure(ReadOnlySpan<Real> gradient)
    {
        for (var i = Interlocked.Increment(ref _next); i < _end; i = Interlocked.Increment(ref _next))
            _squares[i] = Sums.OfSquares(gradient.Slice(_pieces[i].Offset, _pieces[i].Length));
    }

    /// <summary>Computes the factor of each tensor. Must be called after all threads have measured.</summary>
    public void Conclude()
    {
        _ranks?.Gather<double>(_squares, _ofRanks);
        Array.Clear(_factors);
        for (var i = 0; i < _squares.Length; i++) _factors[_pieces[i].Tensor] += _squares[i];
        foreach (ref var factor in _factors.AsSpan())
        {
            // If the norm is not finite, the factor must not make the gradient finite, so that the loss shows the divergence.
            var norm = Math.Sqrt(factor);
            factor = norm <= _rule.Threshold ? 1 : _rule.Threshold / norm;
        }
    }

    /// <summary>Clips consecutive elements of the gradient.</summary>
    /// <param name="gradient">The elements, changed in place.</param>
    /// <param name="offset">Index of the first element in the gradient of all parameters.</param>
    public void Clip(Span<Real> gradient, int offset)
    {
        if (_rule.Measure == ClippingMeasure.Value)
        {
            Elementwise.Map(new Arithmetic.Clamp((Real)(-_rule.Threshold), (Real)_rule.Threshold), gradient, gradient);
            return;
        }
        foreach (var (tensor, start, length) in _pieces)
        {
            int from = Math.Max(start, offset), to = Math.Min(start + length, offset + gradient.Length);
            if (from >= to || _factors[tensor] == 1) continue;
            var part = gradient[(from - offset)..(to - offset)];
            Elementwise.Map(new Arithmetic.Multiple((Real)_factors[tensor]), part, part);
        }
    }

    private (int First, int Count) PiecesIn((int First, int End) range)
    {
        var first = Array.FindIndex(_pieces, piece => piece.Offset >= range.First);
        return first < 0 ? (0, 0) : (first, _pieces.Skip(first).TakeWhile(piece => piece.Offset < range.End).Count());
    }

    private readonly record struct Piece(int Tensor, int Offset, int Length);
}
