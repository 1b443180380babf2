using Backprop.Layers;
using Backprop.Numerics;
using Backprop.Training;

namespace Backprop.Presets;

/// <summary>How rows are prepared for training: which rows are held out, and how features are transformed. Immutable.</summary>
/// <remarks>Scaling is part of <see cref="TrainingOptions"/>; missing values are part of the network.</remarks>
public sealed record DataPreparation
{
    /// <summary>The allowed values of each option: for its check, its message, and docs/reference/options.md.</summary>
    internal static OptionRanges Ranges { get; } = new()
    {
        [nameof(MaximumOneHotValues)] = ValueRange.AtLeastZero,
        [nameof(MaximumIndicatedValues)] = ValueRange.AtLeastZero,
        [nameof(EmbeddingDimension)] = ValueRange.AtLeastOne,
        [nameof(ValidationFraction)] = ValueRange.BelowOne,
        [nameof(ValidationRows)] = ValueRange.Named,
    };

    /// <summary>Whether features with concentrated values are replaced by their quantiles.</summary>
    /// <remarks><see cref="ExampleSet.ConcentratedFeatures"/> finds them.</remarks>
    /// <value>False.</value>
    public bool QuantileTransform { get; init; }

    /// <summary>Maximum number of values of a category that is one-hot encoded. The missing value counts.</summary>
    /// <value>0: no category is one-hot encoded; at least 0.</value>
    public int MaximumOneHotValues { get; init => field = Ranges.Checked(value); }

    /// <summary>Maximum number of different values of a numeric feature for which a column of 0 and 1 is added for each value
    /// (<see cref="ValueIndicators"/>).</summary>
    /// <remarks><see cref="ExampleSet.FewValuedFeatures"/> finds them. If there would be more than 128 such columns, there are none: word
    /// counts and pixels have few values, too.</remarks>
    /// <value>0: no columns; at least 0.</value>
    public int MaximumIndicatedValues { get; init => field = Ranges.Checked(value); }

    /// <summary>The length of the learned vector for a value of any other category.</summary>
    /// <value>Null: <see cref="EmbeddedCategory.DefaultDimension"/>; otherwise at least 1.</value>
    public int? EmbeddingDimension { get; init => field = Ranges.Checked(value); }

    /// <summary>The share of the rows that is held out for validation.</summary>
    /// <value>0: none; in [0, 1).</value>
    public double ValidationFraction { get; init => field = Ranges.Checked(value); }

    /// <summary>Which rows are held out.</summary>
    /// <value><see cref="ValidationRows.Stratified"/>.</value>
    public ValidationRows ValidationRows { get; init => field = Ranges.Checked(value); }
}
