using Backprop.Layers;
using Backprop.Numerics;

namespace Backprop.Networks;

/// <summary>How a numeric feature becomes several values before the first hidden layer. Immutable.</summary>
/// <remarks>
/// A new embedding is a record here, and an entry in <see cref="All"/>. Gorishniy, Rubachev and Babenko (2022), "On embeddings for
/// numerical features in tabular deep learning", arXiv:2203.05556: the largest known gain for networks on tables. Every feature has weights
/// of its own, so the first hidden layer has features × <see cref="Dimension"/> inputs. <c>ParameterGroups.NumericEmbeddings</c> sets their
/// learning rate.
/// </remarks>
public abstract record NumericEmbedding
{
    /// <summary>Number of values that replace each feature.</summary>
    /// <value>At least 1; of <see cref="PeriodicPhaseEmbedding"/>, at least 2.</value>
    public int Dimension
    {
        get;
        init =>
            field = value >= MinDimension
                ? value
                : throw ValueRange.Refusal(nameof(Dimension), value, $"must be at least {MinDimension}");
    }

    private protected virtual int MinDimension => 1;

    /// <summary>Appends the layers that embed the first <paramref name="features"/> outputs of the last layer.</summary>
    internal abstract void AddTo(NetworkBuilder builder, int features);

    /// <summary>Whether a network has frequencies that all start with the same standard deviation.</summary>
    internal static bool HasEqualFrequencies(Network network) =>
        network.Layers.Any(layer => PerMember.EachOf(layer) is PeriodicEmbeddingLayer { HighestStandardDeviation: null });

    /// <summary>One of each kind.</summary>
    public static IReadOnlyList<NumericEmbedding> All { get; } = [
        new PeriodicEmbedding(), new PeriodicPhaseEmbedding(), new PiecewiseLinearEmbedding()];

    private protected static int AtLeastOne(int value, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, name);
        return value;
    }

    private protected static double Positive(double value, string name) =>
        value > 0 && double.IsFinite(value) ? value : throw ValueRange.Refusal(name, value, "must be > 0 and finite");
}

/// <summary>PLR: ReLU(W·[cos 2πcx, sin 2πcx] + b).</summary>
public sealed record PeriodicEmbedding : NumericEmbedding
{
    /// <summary>Default values; the <see cref="NumericEmbedding.Dimension"/> is 24.</summary>
    public PeriodicEmbedding() => Dimension = 24;

    /// <summary>Number of frequencies for each feature.</summary>
    /// <value>48; at least 1.</value>
    public int Frequencies { get; init => field = AtLeastOne(value, nameof(Frequencies)); } = 48;

    /// <summary>Initial standard deviation of the frequencies. Worth tuning, from 0.01 to 10 in powers of 10.</summary>
    /// <value>0.01; &gt; 0 and finite.</value>
    public double StandardDeviation { get; init => field = Positive(value, nameof(StandardDeviation)); } = 0.01;

    internal override void AddTo(NetworkBuilder builder, int features)
    {
        builder.Add(new PeriodicEmbeddingLayer(builder.Width, features, Frequencies, StandardDeviation, PeriodicForm.CosineAndSine));
        builder.Add(new FeaturewiseDense(builder.Width, features, 2 * Frequencies, Dimension, kept: 0, rectified: true));
    }
}

/// <summary>PBLD: the feature itself, and W·cos(2πwx + b) + c.</summary>
/// <remarks>Holzmüller, Grinsztajn and Steinwart (2024), "Better by default", arXiv:2407.04491, whose networks learn these parameters a
/// tenth as fast as their weights.</remarks>
public sealed record PeriodicPhaseEmbedding : NumericEmbedding
{
    /// <summary>Default values; the <see cref="NumericEmbedding.Dimension"/> is 4, and includes the feature itself.</summary>
    public PeriodicPhaseEmbedding() => Dimension = 4;

    /// <summary>Number of frequencies for each feature.</summary>
    /// <value>16; at least 1.</value>
    public int Frequencies { get; init => field = AtLeastOne(value, nameof(Frequencies)); } = 16;

    /// <summary>Initial standard deviation of the frequencies.</summary>
    /// <value>0.1; &gt; 0 and finite.</value>
    public double StandardDeviation { get; init => field = Positive(value, nameof(StandardDeviation)); } = 0.1;

    /// <summary>Initial standard deviation of the last frequency. From the middle frequency on, the deviation rises by a constant factor up
    /// to this value. So the network can distinguish neighbouring values where that lowers the loss.</summary>
    /// <value>Null: all have the same, as published. Otherwise at least <see cref="StandardDeviation"/> and finite.</value>
    public double? HighestStandardDeviation
    {
        get; init => field = value is null ? null : Positive(value.Value, nameof(HighestStandardDeviation));
    }

    /// <summary>How fast amplitudes fall with the frequency: the factor is (<see cref="StandardDeviation"/> / the frequency's own
    /// deviation) to this power. The larger it is, the smoother the network stays where fine detail does not lower the loss.</summary>
    /// <value>0.5; ≥ 0 and finite. Without <see cref="HighestStandardDeviation"/> it changes nothing.</value>
    public double AmplitudeDecay
    {
        get;
        init => field = ValueRange.NotNegative.Checked(value);
    } = 0.5;

    private protected override int MinDimension => 2;

    internal override void AddTo(NetworkBuilder builder, int features)
    {
        builder.Add(
            new PeriodicEmbeddingLayer(
                builder.Width, features, Frequencies, StandardDeviation, PeriodicForm.CosineWithPhase, HighestStandardDeviation,
                AmplitudeDecay));
        builder.Add(new FeaturewiseDense(builder.Width, features, 1 + Frequencies, Dimension, kept: 1, rectified: false));
    }
}

/// <summary>PLE: ReLU(W·e + b), where e is the share of each bin that the feature exceeds.</summary>
public sealed record PiecewiseLinearEmbedding : NumericEmbedding
{
    /// <summary>Default values; the <see cref="NumericEmbedding.Dimension"/> is 24.</summary>
    public PiecewiseLinearEmbedding() => Dimension = 24;

    /// <summary>Number of bins for each feature, between quantiles of the training data.</summary>
    /// <value>48; at least 1.</value>
    public int Bins { get; init => field = AtLeastOne(value, nameof(Bins)); } = 48;

    internal override void AddTo(NetworkBuilder builder, int features)
    {
        builder.Add(new PiecewiseLinearEncoding(builder.Width, features, Bins));
        builder.Add(new FeaturewiseDense(builder.Width, features, Bins, Dimension, kept: 0, rectified: true));
    }
}
