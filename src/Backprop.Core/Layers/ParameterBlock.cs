namespace Backprop.Layers;

/// <summary>What parameters are for; it decides whether they are decayed, and which learning rate they get.</summary>
public enum ParameterRole
{
    /// <summary>Factors between units: W.</summary>
    Weight,

    /// <summary>Constants that are added: b.</summary>
    Bias,

    /// <summary>Factors of a unit's or a feature's own: of normalization and scaling layers.</summary>
    Scale,

    /// <summary>What an activation function learns.</summary>
    Activation,

    /// <summary>Vectors for categories or missing values.</summary>
    Embedding,

    /// <summary>What makes several numbers of one: frequencies, phases, and the weights of each feature's own.</summary>
    NumericEmbedding,

    /// <summary>Not learned but measured on the way, such as running means. Optimizers leave them alone.</summary>
    Statistic,
}

/// <summary>Neighbouring parameters of one layer that are for the same.</summary>
/// <param name="Name">What they are, such as "weights".</param>
/// <param name="Length">How many.</param>
/// <param name="Role">What they are for.</param>
public readonly record struct ParameterBlock(string Name, int Length, ParameterRole Role);
