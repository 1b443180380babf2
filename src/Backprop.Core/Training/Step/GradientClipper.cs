using Backprop.Layers;
using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Training;

/// <summary>Measures a gradient with a team of threads, and scales it down. Sums pieces of fixed length in a fixed order, so the bits do
/// not depend on the threads.</summary>
internal sealed class GradientClipper
{
    private const int PieceLength = 4096;

    private readonly GradientClipping _rule;
    private readonly List<Piece> _pieces = [];
    private readonly double[] _squares, _factors;
    private int _next;

    public GradientClipper(GradientClipping rule, Network network)
    {
        _rule = rule;
        var tensors = 0;
        for (var l = 0; l < network.Layers.Count; l++)
        {
            var offset = network.ParametersOf(l).Start.Value;
            foreach (var (_, length, role) in network.Layers[l].Blocks)
            {
                if (role != ParameterRole.Statistic)
                {
                    for (var first = 0; first < length; first += PieceLength)
                        _pieces.Add(new Piece(tensors, offset + first, Math.Min(PieceLength, length - first)));
                    if (rule.Measure == ClippingMeasure.Norm) tensors++;
                }
                offset += length;
            }
        }
        _squares = new double[_pieces.Count];
        _factors = new double[Math.Max(1, tensors)];
    }

    public void Begin() => _next = -1;

    /// <summary>Measures one thread's share of the gradient.</summary>
    public void Measure(ReadOnlySpan<Real> gradient)
    {
        for (var i = Interlocked.Increment(ref _next); i < _pieces.Count; i = Interlocked.Increment(ref _next))
            _squares[i] = Sums.OfSquares(gradient.Slice(_pieces[i].Offset, _pieces[i].Length));
    }

    /// <summary>Computes the factor of each tensor. Must be called after all threads have measured.</summary>
    public void Conclude()
    {
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

    private readonly record struct Piece(int Tensor, int Offset, int Length);
}
