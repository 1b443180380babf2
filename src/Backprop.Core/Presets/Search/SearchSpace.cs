using Backprop.Activations;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Training;

namespace Backprop.Presets;

/// <summary>The options that a search varies. Immutable.</summary>
/// <remarks>docs/reference/search-space.md lists the values and their sources.</remarks>
public sealed class SearchSpace
{
    private const double MinFactor = 0.3, MaxFactor = 3;
    private const int MaxDimensions = 64;

    private SearchSpace(IReadOnlyList<SearchDimension> dimensions) => Dimensions = dimensions;

    /// <summary>The options, in the order in which their values are drawn.</summary>
    public IReadOnlyList<SearchDimension> Dimensions { get; }

    /// <summary>The default space, around <see cref="TrainingPreset.Default"/>.</summary>
    /// <param name="profile">The kind of target and the size of the data.</param>
    public static SearchSpace For(DatasetProfile profile) =>
        new([.. DimensionsFor(profile).Select((dimension, index) => dimension.At(index))]);

    /// <summary>The same space without some options.</summary>
    /// <param name="options">The names of the options. Names that are not in the space are ignored.</param>
    public SearchSpace Without(params IEnumerable<string> options)
    {
        var names = options.ToHashSet(StringComparer.Ordinal);
        return new SearchSpace([.. Dimensions.Where(dimension => !names.Contains(dimension.Option))]);
    }

    /// <summary>The same space without the options that other values of a preset decide. Another value would be refused, or have no
    /// effect.</summary>
    /// <param name="preset">The values.</param>
    internal SearchSpace Without(PresetValues preset) => Without(DecidedBy(preset));

    /// <summary>Draws a value for every option. The same seed and number lead to the same values.</summary>
    /// <param name="preset">The values of the preset.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="number">The number of the trial; at least 0.</param>
    /// <returns>The name of each option, and its value.</returns>
    public IReadOnlyDictionary<string, object?> Draw(PresetValues preset, int seed, int number)
    {
        ArgumentNullException.ThrowIfNull(preset);
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        // One sequence for each option: an option more or less leaves the values of the others as they are.
        var values = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var dimension in Dimensions)
            values[dimension.Option] = dimension.Draw(
                preset, new RandomSequence(seed, RandomPurpose.Search, unchecked(number * MaxDimensions + dimension.Index)));
        return values;
    }

    /// <summary>The values of a preset with drawn values.</summary>
    /// <param name="preset">The values of the preset.</param>
    /// <param name="values">The names of options, and their values. Names that are not in the space are ignored.</param>
    public PresetValues Apply(PresetValues preset, IReadOnlyDictionary<string, object?> values)
    {
        ArgumentNullException.ThrowIfNull(preset);
        ArgumentNullException.ThrowIfNull(values);
        foreach (var dimension in Dimensions)
            if (values.TryGetValue(dimension.Option, out var value)) preset = dimension.Apply(preset, value);
        return preset;
    }

    private static IEnumerable<string> DecidedBy(PresetValues preset)
    {
        var (network, training) = (preset.Architecture, preset.Training);
        if (network.Activations is not null)
        {
            yield return nameof(MultilayerPerceptron.HiddenLayers);
            yield return nameof(MultilayerPerceptron.Activation);
        }
        if (network.IsConstrained) yield return nameof(MultilayerPerceptron.Activation);
        if (PresetValues.SmoothingOf(training.Loss) is null) yield return nameof(PresetValues.LabelSmoothing);
        if (!training.Optimizer.UsesLineSearch) yield break;
        yield return nameof(TrainingOptions.BatchSize);
        yield return nameof(MultilayerPerceptron.Dropout);
        yield return nameof(TrainingOptions.WeightDecay);
    }

    private static IEnumerable<SearchDimension> DimensionsFor(DatasetProfile profile)
    {
        yield return SearchDimension.Drawn<int[]>(
            nameof(MultilayerPerceptron.HiddenLayers), "128 × 3, 256 × 2, 64 × 5, 512, 128 × 2",
            (_, random) => random.NextIndex(5) switch
            {
                0 => [128, 128, 128],
                1 => [256, 256],
                2 => [64, 64, 64, 64, 64],
                3 => [512],
                _ => [128, 128],
            },
            (preset, layers) => WithArchitecture(preset, preset.Architecture with { HiddenLayers = layers }));
        yield return SearchDimension.Drawn<Activation>(
            nameof(MultilayerPerceptron.Activation), "ParametricMix of SELU, Mish or ReLU",
            (_, random) => new ParametricMix(random.NextIndex(3) switch
            {
                0 => new SELU(),
                1 => new Mish(),
                _ => new ReLU(),
            }),
            (preset, f) => WithArchitecture(preset, preset.Architecture with { Activation = f }));
        yield return SearchDimension.Drawn(
            nameof(TrainingOptions.LearningRate), $"the preset's, times {MinFactor} to {MaxFactor}, log-uniform",
            (preset, random) => Rounded(RateOf(preset.Training) * LogUniform(random, MinFactor, MaxFactor)),
            (preset, rate) => WithTraining(preset, preset.Training with { LearningRate = rate }));
        yield return SearchDimension.Choice(
            nameof(MultilayerPerceptron.Dropout),
            (preset, rate) => WithArchitecture(preset, preset.Architecture with { Dropout = rate }), 0.0, 0.15, 0.3);
        yield return SearchDimension.Choice(
            nameof(TrainingOptions.WeightDecay),
            (preset, decay) => WithTraining(preset, preset.Training with { WeightDecay = decay }), 0.0, 0.02, 0.1);
        if (profile.HasClasses)
            yield return SearchDimension.Choice(
                nameof(PresetValues.LabelSmoothing), (preset, smoothing) => preset.WithLabelSmoothing(smoothing), 0.0, 0.1);
        yield return SearchDimension.Drawn(
            nameof(MultilayerPerceptron.NumericEmbedding),
            "the preset's, none, periodic with deviation 0.05 to 0.5, piecewise linear",
            (preset, random) => random.NextIndex(4) switch
            {
                0 => preset.Architecture.NumericEmbedding,
                1 => null,
                2 => new PeriodicPhaseEmbedding { StandardDeviation = Rounded(LogUniform(random, 0.05, 0.5)) },
                _ => new PiecewiseLinearEmbedding(),
            },
            (preset, embedding) => WithArchitecture(preset, preset.Architecture with { NumericEmbedding = embedding }));
        yield return SearchDimension.Choice(
            nameof(MultilayerPerceptron.InputScale),
            (preset, scales) => WithArchitecture(preset, preset.Architecture with { InputScale = scales }), true, true, false);
        yield return SearchDimension.Choice(
            nameof(DataPreparation.QuantileTransform),
            (preset, transforms) => preset with { Preparation = preset.Preparation with { QuantileTransform = transforms } }, true, false);
        yield return SearchDimension.Choice<int?>(
            nameof(TrainingOptions.BatchSize), (preset, rows) => WithTraining(preset, preset.Training with { BatchSize = rows }),
            128, 256, 512);
    }

    private static PresetValues WithArchitecture(PresetValues preset, MultilayerPerceptron architecture) =>
        preset with { Architecture = architecture };

    private static PresetValues WithTraining(PresetValues preset, TrainingOptions training) => preset with { Training = training };

    private static double RateOf(TrainingOptions training) => training.LearningRate ?? training.Optimizer.DefaultLearningRate;

    private static double LogUniform(RandomSequence random, double low, double high) =>
        low * Math.Exp(random.NextUniform() * Math.Log(high / low));

    // Three digits are easier to read and to copy, and more have no effect.
    private static double Rounded(double value)
    {
        var unit = Math.Pow(10, Math.Floor(Math.Log10(value)) - 2);
        return Math.Round(Math.Round(value / unit) * unit, 12);
    }
}
