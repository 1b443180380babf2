using Backprop.Activations;

namespace Backprop.Networks;

/// <summary>How hidden units are normalized, between the weights and the activation.</summary>
public enum Normalization
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary><see cref="Layers.BatchNormalization"/>: each unit over the batch.</summary>
    Batch,

    /// <summary><see cref="Layers.LayerNormalization"/>: each example over the units.</summary>
    Layer,
}

/// <summary>The usual feed-forward network: hidden layers of weights, normalization, activation and dropout, and weights alone at the end. Immutable.</summary>
/// <remarks>For any other order of layers, see <see cref="NetworkBuilder"/>.</remarks>
public sealed record MultilayerPerceptron
{
    /// <summary>Units of every hidden layer, first to last.</summary>
    /// <value>64, 64; each at least 1. None makes a linear model.</value>
    public IReadOnlyList<int> HiddenLayers
    {
        get;
        init => field = value is not null && value.All(units => units >= 1) ? [.. value] : throw new ArgumentOutOfRangeException(nameof(HiddenLayers), value is null ? null : string.Join(", ", value), "every hidden layer needs at least 1 unit");
    } = [64, 64];

    /// <summary>The non-linearity of the hidden layers.</summary>
    /// <value><see cref="ReLU"/>.</value>
    public Activation Activation { get; init; } = new ReLU();

    /// <summary>An activation for every hidden layer, first to last.</summary>
    /// <value>Null: <see cref="Activation"/> for all of them. Otherwise as many as there are hidden layers.</value>
    public IReadOnlyList<Activation>? Activations
    {
        get;
        init => field = value is null ? null : value.Any(activation => activation is null) ? throw new ArgumentException("One of the activations is missing (null).", nameof(Activations)) : [.. value];
    }

    /// <summary>How hidden units are normalized.</summary>
    /// <value><see cref="Normalization.None"/>.</value>
    public Normalization Normalization
    {
        get;
        init => field = Enum.IsDefined(value) ? value : throw new ArgumentOutOfRangeException(nameof(Normalization), value, "is not known");
    }

    /// <summary>The share of hidden units that is dropped in a step of training.</summary>
    /// <value>0; in [0, 1). 0.1 to 0.5 are customary against overfitting.</value>
    public double Dropout
    {
        get;
        init => field = value is >= 0 and < 1 ? value : throw new ArgumentOutOfRangeException(nameof(Dropout), value, "must be in [0, 1)");
    }

    /// <summary>The share of features that is dropped in a step of training.</summary>
    /// <value>0; in [0, 1).</value>
    public double InputDropout
    {
        get;
        init => field = value is >= 0 and < 1 ? value : throw new ArgumentOutOfRangeException(nameof(InputDropout), value, "must be in [0, 1)");
    }

    /// <summary>Makes the layers.</summary>
    /// <param name="inputs">Features per example; at least 1.</param>
    /// <param name="outputs">Scores per example; at least 1.</param>
    /// <exception cref="ArgumentException">There would be too many parameters, or there are not as many activations as hidden layers.</exception>
    public Network Build(int inputs, int outputs)
    {
        CheckActivations();
        var builder = new NetworkBuilder(inputs);
        if (InputDropout > 0) builder.Dropout(InputDropout);
        for (var l = 0; l < HiddenLayers.Count; l++)
        {
            builder.Dense(HiddenLayers[l]);
            if (Normalization == Normalization.Batch) builder.BatchNormalization();
            if (Normalization == Normalization.Layer) builder.LayerNormalization();
            builder.Activation(Activations?[l] ?? Activation);
            if (Dropout > 0) builder.Dropout(Dropout);
        }
        return builder.Dense(outputs).Build();
    }

    /// <exception cref="ArgumentException">There are not as many activations as hidden layers.</exception>
    internal void CheckActivations()
    {
        if (Activations is { } given && given.Count != HiddenLayers.Count)
            throw new ArgumentException($"{nameof(Activations)} has {given.Count} entries; there are {HiddenLayers.Count} hidden layers.", nameof(Activations));
    }
}
