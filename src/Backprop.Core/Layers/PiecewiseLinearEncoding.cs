using System.Runtime.CompilerServices;
using Backprop.Initializers;
using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>Replaces each of the first inputs by one value per bin: 1 for bins below it, 0 for bins above it. The bin that contains the
/// input holds the share of the bin below the input. The other inputs are copied unchanged to the end.</summary>
/// <remarks>
/// eₜ = (x − bₜ₋₁) / (bₜ − bₜ₋₁), clipped to [0, 1], except the first bin below and the last bin above. The boundaries b are quantiles of
/// the training data, [bins + 1] for every input; they are measured, not learned. A bin without width holds 0 below its boundary, otherwise
/// 1. Gorishniy, Rubachev and Babenko (2022), "On embeddings for numerical features in tabular deep learning", arXiv:2203.05556, §3.2
/// (PLE). A <see cref="FeaturewiseDense"/> follows.
/// </remarks>
public sealed record PiecewiseLinearEncoding : Layer, IFitsTrainingData, IDescribesInference
{
    /// <summary>Makes a layer with bins.</summary>
    /// <param name="inputs">Inputs per example; at least 1.</param>
    /// <param name="features">How many inputs, from the first on, are encoded; from 1 to <paramref name="inputs"/>.</param>
    /// <param name="bins">Bins of each input; at least 1.</param>
    public PiecewiseLinearEncoding(int inputs, int features, int bins)
        : base(inputs, FeatureGroups.Outputs(inputs, features, AtLeastOne(bins)))
    {
        if ((bins + 1L) * features > Array.MaxLength)
            throw new ArgumentOutOfRangeException(
                nameof(bins), bins, $"with {features} features, there would be more than {Array.MaxLength} boundaries");
        (Features, Bins) = (features, bins);
    }

    /// <summary>How many of the inputs are encoded.</summary>
    public int Features { get; }

    /// <summary>Bins of each encoded input.</summary>
    public int Bins { get; }

    /// <inheritdoc/>
    public override int ParameterCount => Features * (Bins + 1);

    /// <inheritdoc/>
    public override bool ReadsOutput => false;

    /// <inheritdoc/>
    public bool IsFitted => true;

    /// <inheritdoc/>
    public override IReadOnlyList<ParameterBlock> Blocks => [new("boundaries of bins", ParameterCount, ParameterRole.Statistic)];

    /// <summary>Even steps from −3 to 3, until examples are measured.</summary>
    public override void Initialize(Span<Real> parameters, Initializer initializer, RandomSequence random)
    {
        for (var i = 0; i < parameters.Length; i++) parameters[i] = (Real)(6.0 * (i % (Bins + 1)) / Bins - 3);
    }

    /// <summary>Sets the boundaries to quantiles, from the smallest to the largest value.</summary>
    /// <inheritdoc/>
    public void Fit(Span<Real> parameters, ReadOnlyMatrix examples) => ((IFitsTrainingData)this).Fit(parameters, examples, meter: null);

    void IFitsTrainingData.Fit(Span<Real> parameters, ReadOnlyMatrix examples, WorkMeter? meter)
    {
        var column = new Real[examples.Rows];
        for (var j = 0; j < Features; j++)
        {
            for (var row = 0; row < column.Length; row++) column[row] = examples.Row(row)[j];
            ChunkedSort.Sort(column, meter);
            for (var t = 0; t <= Bins; t++)
            {
                var (whole, part) = Math.DivRem((long)t * (column.Length - 1), Bins);
                var lower = column[whole];
                parameters[j * (Bins + 1) + t] = part == 0
                    ? lower
                    : (Real)(lower + (double)part / Bins * ((double)column[whole + 1] - lower));
            }
        }
    }

    string IDescribesInference.Describe(InferenceOperations graph, string x, string? earlier, ReadOnlyMemory<Real> parameters) =>
        graph.Add(new EncodeBins([x], graph.NewName(), Outputs, Features, Bins, parameters));

    /// <inheritdoc/>
    public override void Forward(ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, Matrix y)
    {
        for (var row = 0; row < x.Rows; row++)
        {
            var from = x.Row(row);
            var to = y.Row(row);
            for (var j = 0; j < Features; j++)
            {
                var boundaries = BoundariesOf(parameters, j);
                var shares = to.Slice(j * Bins, Bins);
                Elementwise.Zip(new Share(from[j]), boundaries[..^1], boundaries[1..], shares);
                if (from[j] < boundaries[0] && boundaries[0] < boundaries[1])
                    shares[0] = (from[j] - boundaries[0]) / (boundaries[1] - boundaries[0]);
                if (from[j] > boundaries[^1] && boundaries[^2] < boundaries[^1])
                    shares[^1] = (from[j] - boundaries[^2]) / (boundaries[^1] - boundaries[^2]);
            }
            from[Features..].CopyTo(to[(Features * Bins)..]);
        }
    }

    /// <inheritdoc/>
    public override void Backward(
        ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlyMatrix dy, Matrix dx, Span<Real> dParameters)
    {
        dParameters.Clear();
        for (var row = 0; row < dx.Rows; row++)
        {
            var given = dy.Row(row);
            var to = dx.Row(row);
            for (var j = 0; j < Features; j++) to[j] = Derivative(x.Row(row)[j], BoundariesOf(parameters, j), given.Slice(j * Bins, Bins));
            given[(Features * Bins)..].CopyTo(to[Features..]);
        }
    }

    private static int AtLeastOne(int bins)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 1);
        return bins;
    }

    // Only one bin has a nonzero derivative: the one that contains x. Outside all bins, it is the first or the last bin.
    private static Real Derivative(Real x, ReadOnlySpan<Real> boundaries, ReadOnlySpan<Real> dy)
    {
        var t = 0;
        while (t < dy.Length - 1 && x >= boundaries[t + 1]) t++;
        var width = boundaries[t + 1] - boundaries[t];
        return width > 0 ? dy[t] / width : 0;
    }

    private ReadOnlySpan<Real> BoundariesOf(ReadOnlySpan<Real> parameters, int feature) => parameters.Slice(feature * (Bins + 1), Bins + 1);

    private readonly struct Share(Real x) : IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes lower, TLanes upper) where TLanes : struct, ILanes<TLanes>
        {
            TLanes value = TLanes.Broadcast(x), zero = TLanes.Broadcast(0), one = TLanes.Broadcast(1);
            var share = new Arithmetic.Clamp(0, 1).Invoke((value - lower) / (upper - lower));
            return TLanes.SelectLess(lower, upper, share, TLanes.SelectLess(value, lower, zero, one));
        }
    }
}
