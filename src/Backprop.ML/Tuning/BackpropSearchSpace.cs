using Backprop.Activations;
using Backprop.Networks;
using Microsoft.ML.SearchSpace;

// In the trainer's namespace, not in the folder's: users find it there.
namespace Backprop.ML;

/// <summary>The options that ML.NET's AutoML varies, with the attributes that it reads:
/// <c>new SearchSpace&lt;BackpropSearchSpace&gt;()</c>.</summary>
/// <remarks>docs/guides/automl.md shows a whole experiment. <see cref="BackpropTuner"/> needs no further package, and blends what it
/// finds.</remarks>
public sealed class BackpropSearchSpace
{
    /// <summary>Number of hidden layers.</summary>
    /// <value>3; from 1 to 5.</value>
    [Range(1, 5, init: 3)]
    public int HiddenLayers { get; set; } = 3;

    /// <summary>Units of every hidden layer.</summary>
    /// <value>128; 64, 128, 256 or 512.</value>
    [Choice([64, 128, 256, 512], defaultValue: 128)]
    public int Units { get; set; } = 128;

    /// <summary>The activation f of <see cref="ParametricMix"/>.</summary>
    /// <value>"Mish"; "Mish", "SELU" or "ReLU".</value>
    [Choice(["Mish", "SELU", "ReLU"], defaultValue: "Mish")]
    public string Activation { get; set; } = "Mish";

    /// <summary>α: the learning rate.</summary>
    /// <value>0.06; from 0.01 to 0.5.</value>
    [Range(0.01, 0.5, init: 0.06, logBase: true)]
    public double LearningRate { get; set; } = 0.06;

    /// <summary>The share of units that are dropped in every step.</summary>
    /// <value>0.15; from 0 to 0.5.</value>
    [Range(0.0, 0.5, init: 0.15)]
    public double Dropout { get; set; } = 0.15;

    /// <summary>λ: decoupled weight decay.</summary>
    /// <value>0.02; from 0 to 0.2.</value>
    [Range(0.0, 0.2, init: 0.02)]
    public double WeightDecay { get; set; } = 0.02;

    /// <summary>ε: label smoothing of a classification; ignored for regression.</summary>
    /// <value>0.1; from 0 to 0.2.</value>
    [Range(0.0, 0.2, init: 0.1)]
    public double LabelSmoothing { get; set; } = 0.1;

    /// <summary>Whether every feature is embedded by <see cref="PeriodicPhaseEmbedding"/>.</summary>
    /// <value>True.</value>
    [BooleanChoice(defaultValue: true)]
    public bool NumericEmbedding { get; set; } = true;

    /// <summary>The standard deviation of the frequencies of the embedding.</summary>
    /// <value>0.1; from 0.02 to 0.5.</value>
    [Range(0.02, 0.5, init: 0.1, logBase: true)]
    public double EmbeddingDeviation { get; set; } = 0.1;

    /// <summary>Whether features with concentrated values are replaced by their quantiles.</summary>
    /// <value>False.</value>
    [BooleanChoice(defaultValue: false)]
    public bool QuantileTransform { get; set; }

    /// <summary>Examples per step.</summary>
    /// <value>256; 128, 256 or 512.</value>
    [Choice([128, 256, 512], defaultValue: 256)]
    public int BatchSize { get; set; } = 256;

    /// <summary>Number of members of the ensemble.</summary>
    /// <value>5; 5 or 8.</value>
    [Choice([5, 8], defaultValue: 5)]
    public int EnsembleSize { get; set; } = 5;

    /// <summary>The options of a trainer with these values. Values that other options decide are not used: for example
    /// <see cref="Activation"/> with <see cref="BackpropTrainer.Options.MonotoneConstraints"/>, and <see cref="HiddenLayers"/> with
    /// <see cref="BackpropTrainer.Options.Activations"/>.</summary>
    /// <param name="options">Columns, seed and everything else; copied. Null for the defaults.</param>
    /// <exception cref="ArgumentException"><see cref="Activation"/> is not one of its names.</exception>
    public BackpropTrainer.Options ToOptions(BackpropTrainer.Options? options = null)
    {
        var result = options?.Copy() ?? new BackpropTrainer.Options();
        var activation = new ParametricMix(ActivationOf(Activation));
        var isFree = result.Activations is null;
        if (isFree) result.HiddenLayers = [.. Enumerable.Repeat(Units, HiddenLayers)];
        if (isFree && result.MonotoneConstraints is null) result.Activation = activation; // a learned share might make it decrease
        result.LearningRate = LearningRate;
        if (result.LossFunction is null) result.LabelSmoothing = LabelSmoothing;
        result.NumericEmbedding = NumericEmbedding ? new PeriodicPhaseEmbedding { StandardDeviation = EmbeddingDeviation } : null;
        result.QuantileTransform = QuantileTransform;
        var takesBatches = !result.Optimizer.UsesLineSearch;
        if (takesBatches) (result.Dropout, result.WeightDecay, result.BatchSize) = (Dropout, WeightDecay, BatchSize);
        if (takesBatches && !result.InputSkip) result.EnsembleSize = EnsembleSize;
        return result;
    }

    private static Activation ActivationOf(string name) => name switch
    {
        nameof(Mish) => new Mish(),
        nameof(SELU) => new SELU(),
        nameof(ReLU) => new ReLU(),
        _ => throw new ArgumentException(
            $"{nameof(Activation)} is '{name}'; allowed are '{nameof(Mish)}', '{nameof(SELU)}' and '{nameof(ReLU)}'.", nameof(name)),
    };
}
