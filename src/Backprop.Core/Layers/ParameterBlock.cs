namespace Backprop.Layers;

/// <summary>The role of parameters. It decides whether they are decayed, and which learning rate they have.</summary>
public enum ParameterRole
{
    /// <summary>Factors between units: W.</summary>
    Weight,

    /// <summary>Constants that are added: b.</summary>
    Bias,

    /// <summary>One factor for each unit or feature: of normalization and scaling layers.</summary>
    Scale,

    /// <summary>Parameters of an activation function.</summary>
    Activation,

    /// <summary>Vectors for categories or missing values.</summary>
    Embedding,

    /// <summary>Embeddings of numeric features: frequencies, phases, and weights of a single feature.</summary>
    NumericEmbedding,

    /// <summary>Measured during training and not learned, such as running means. Optimizers do not change them.</summary>
    Statistic,
}

/// <summary>Neighbouring parameters of one layer with the same role.</summary>
/// <param name="Name">The name of the parameters, such as "weights".</param>
/// <param name="Length">Number of parameters.</param>
/// <param name="Role">The role of the parameters.</param>
public readonly record struct ParameterBlock(string Name, int Length, ParameterRole Role);
