using System.Runtime.CompilerServices;
using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>A fixed function of one value, y = f(x), for each of the first inputs. The others are copied unchanged.</summary>
public abstract record FeatureFunction : ColumnsLayer, ISupportsEnsembles, IReplicable, IDividesMembers, IDescribesInference
{
    private protected FeatureFunction(int inputs, int features) : base(inputs, inputs)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(features, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(features, inputs);
        Features = features;
    }

    /// <summary>How many inputs, from the first on, the function is applied to.</summary>
    public int Features { get; }

    /// <inheritdoc/>
    public override bool ReadsOutput => false;

    /// <inheritdoc/>
    public bool SupportsEnsembles(int members) => true;

    Layer IReplicable.Replicated(int members) => Features == Inputs ? Of(Replicate.Times(Inputs, members)) : new PerMember(this, members);

    Layer IDividesMembers.ForMembers(int members, int count) => Features == Inputs
        ? Of(Inputs / members * count)
        : throw new NotSupportedException(
            $"{Caption} changes the first {Features} of {Inputs} values, which are not those of each member.");

    string IDescribesInference.Describe(InferenceOperations graph, string x, string? earlier, ReadOnlyMemory<Real> parameters) =>
        graph.Add(Describe(x, graph.NewName()));

    /// <inheritdoc/>
    internal override void ForwardColumns(ReadOnlySpan<Real> parameters, ReadOnlyMatrixColumns x, MatrixColumns y)
    {
        for (var row = 0; row < x.Rows; row++)
        {
            var from = x.Row(row);
            var to = y.Row(row);
            Apply(from[..Features], to[..Features]);
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
            MultiplyByDerivative(x.Row(row)[..Features], given[..Features], to[..Features]);
            given[Features..].CopyTo(to[Features..]);
        }
    }

    /// <summary>The same function of all inputs of a wider layer.</summary>
    private protected abstract FeatureFunction Of(int inputs);

    /// <summary>y = f(x)</summary>
    private protected abstract void Apply(ReadOnlySpan<Real> x, Span<Real> y);

    /// <summary>dx = dy·f'(x)</summary>
    private protected abstract void MultiplyByDerivative(ReadOnlySpan<Real> x, ReadOnlySpan<Real> dy, Span<Real> dx);

    /// <summary>The operation of a trained network.</summary>
    private protected abstract InferenceOperation Describe(string x, string output);

    /// <summary>1/√(1 + (x/scale)²). Beyond the scale, the inverse quotient is used: the square of a large value would be
    /// infinite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private protected static TLanes InverseRoot<TLanes>(TLanes x, Real scale) where TLanes : struct, ILanes<TLanes>
    {
        var one = TLanes.Broadcast(1);
        var far = TLanes.Abs(x) / TLanes.Broadcast(scale);
        var quotient = TLanes.SelectLess(one, far, one / far, far);
        return TLanes.SelectLess(one, far, quotient, one) / TLanes.Sqrt(TLanes.MultiplyAdd(quotient, quotient, one));
    }

    /// <summary>A setting of the function, if it is a positive number of this precision.</summary>
    private protected static double Positive(double value, string name) => (Real)value > 0 && Real.IsFinite((Real)value)
        ? value
        : throw new ArgumentOutOfRangeException(name, value, "must be > 0 and finite");
}
