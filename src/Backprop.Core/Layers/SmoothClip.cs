using System.Runtime.CompilerServices;
using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>y = x / √(1 + (x/limit)²) of the first inputs: nearly x where x is small, and never beyond ±limit. The others are
/// copied unchanged.</summary>
/// <remarks>
/// Outliers keep their order, while a hard limit would make them equal. Holzmüller, Grinsztajn and Steinwart (2024), "Better by default",
/// arXiv:2407.04491, where it follows scaling by median and quartiles, with a limit of 3.
/// </remarks>
public sealed record SmoothClip : ColumnsLayer, ISupportsEnsembles, IReplicable, IDividesMembers, IDescribesInference
{
    /// <summary>Makes a layer.</summary>
    /// <param name="inputs">Number of inputs and outputs per example; at least 1.</param>
    /// <param name="features">How many inputs, from the first on, are clipped; from 1 to <paramref name="inputs"/>.</param>
    /// <param name="limit">The limit of |y|; &gt; 0 and finite.</param>
    public SmoothClip(int inputs, int features, double limit) : base(inputs, inputs)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(features, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(features, inputs);
        if (!((Real)limit > 0 && Real.IsFinite((Real)limit)))
            throw new ArgumentOutOfRangeException(nameof(limit), limit, "must be > 0 and finite");
        (Features, Limit) = (features, limit);
    }

    /// <summary>How many inputs are clipped.</summary>
    public int Features { get; }

    /// <summary>The limit of |y|.</summary>
    public double Limit { get; }

    /// <inheritdoc/>
    public override bool ReadsOutput => false;

    /// <inheritdoc/>
    public bool SupportsEnsembles(int members) => true;

    Layer IReplicable.Replicated(int members) => Features == Inputs
        ? new SmoothClip(Replicate.Times(Inputs, members), Replicate.Times(Features, members), Limit)
        : new PerMember(this, members);

    Layer IDividesMembers.ForMembers(int members, int count) => Features == Inputs
        ? new SmoothClip(Inputs / members * count, Features / members * count, Limit)
        : throw new NotSupportedException($"{Caption} clips the first {Features} of {Inputs} values, which are not those of each member.");

    string IDescribesInference.Describe(InferenceOperations graph, string x, string? earlier, ReadOnlyMemory<Real> parameters) =>
        graph.Add(new ClipSmoothly([x], graph.NewName(), Outputs, Features, Limit));

    /// <inheritdoc/>
    internal override void ForwardColumns(ReadOnlySpan<Real> parameters, ReadOnlyMatrixColumns x, MatrixColumns y)
    {
        for (var row = 0; row < x.Rows; row++)
        {
            var from = x.Row(row);
            var to = y.Row(row);
            Elementwise.Map(new Clipped((Real)Limit), from[..Features], to[..Features]);
            from[Features..].CopyTo(to[Features..]);
        }
    }

    /// <inheritdoc/>
    internal override void BackwardInputColumns(
        ReadOnlySpan<Real> parameters, ReadOnlyMatrixColumns x, ReadOnlyMatrixColumns y, ReadOnlyMatrixColumns dy, MatrixColumns dx)
    {
        for (var row = 0; row < dx.Rows; row++)
        {
            var given = dy.Row(row);
            var to = dx.Row(row);
            Elementwise.Zip(new Derivative((Real)Limit), x.Row(row)[..Features], given[..Features], to[..Features]);
            given[Features..].CopyTo(to[Features..]);
        }
    }

    // Beyond the limit, the inverse quotient is used. Otherwise the square of a large value would be infinite, and the result 0.
    private readonly struct Clipped(Real limit) : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes>
        {
            TLanes one = TLanes.Broadcast(1), bound = TLanes.Broadcast(limit);
            var far = TLanes.Abs(x) / bound;
            var quotient = TLanes.SelectLess(one, far, one / far, far);
            return TLanes.SelectLess(one, far, TLanes.CopySign(bound, x), x) / TLanes.Sqrt(TLanes.MultiplyAdd(quotient, quotient, one));
        }
    }

    // dy·(1 + (x/limit)²)^(−3/2)
    private readonly struct Derivative(Real limit) : IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes x, TLanes dy) where TLanes : struct, ILanes<TLanes>
        {
            var one = TLanes.Broadcast(1);
            var far = TLanes.Abs(x) / TLanes.Broadcast(limit);
            var quotient = TLanes.SelectLess(one, far, one / far, far);
            var share = TLanes.SelectLess(one, far, quotient, one) / TLanes.Sqrt(TLanes.MultiplyAdd(quotient, quotient, one));
            return dy * share * share * share;
        }
    }
}
