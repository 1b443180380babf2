using Backprop.Layers;
using Backprop.Numerics;

namespace Backprop.Training;

/// <summary>The learning rate and the regularization of each kind of parameter, as factors of the values for all parameters.</summary>
/// <remarks>By default weights and embeddings are regularized. Biases and scales are not: decay of these parameters does not simplify the
/// function, it only biases it.</remarks>
public sealed record ParameterGroups
{
    /// <summary>Weights: factors of the learning rate and of regularization.</summary>
    /// <value>1 and 1; each ≥ 0 and finite.</value>
    public ParameterGroup Weights { get; init; } = new(1, 1);

    /// <summary>Biases, and the shifts of normalization layers.</summary>
    /// <value>1 and 0.</value>
    public ParameterGroup Biases { get; init; } = new(1, 0);

    /// <summary>Factors of normalization and scaling layers.</summary>
    /// <value>1 and 0.</value>
    public ParameterGroup Scales { get; init; } = new(1, 0);

    /// <summary>Vectors that represent categories or missing values.</summary>
    /// <value>1 and 1.</value>
    public ParameterGroup Embeddings { get; init; } = new(1, 1);

    /// <summary>Parameters of numeric embeddings, which map one feature to several values: frequencies, phases, and the weights of each
    /// feature.</summary>
    /// <value>1 and 1.</value>
    public ParameterGroup NumericEmbeddings { get; init; } = new(1, 1);

    /// <summary>Parameters of activation functions.</summary>
    /// <value>1 and 0.</value>
    public ParameterGroup Activations { get; init; } = new(1, 0);

    internal IEnumerable<ParameterGroup> All => [Weights, Biases, Scales, Embeddings, NumericEmbeddings, Activations];

    internal ParameterGroup Of(ParameterRole role) => role switch
    {
        ParameterRole.Weight => Weights,
        ParameterRole.Bias => Biases,
        ParameterRole.Scale => Scales,
        ParameterRole.Embedding => Embeddings,
        ParameterRole.NumericEmbedding => NumericEmbeddings,
        ParameterRole.Activation => Activations,
        _ => throw ValueRange.Refusal(nameof(role), role, "is not a role of learned parameters"),
    };
}

/// <summary>Factors of one role.</summary>
public readonly record struct ParameterGroup
{
    /// <summary>Sets both factors.</summary>
    /// <param name="learningRate">Factor of the learning rate; ≥ 0 and finite. 0 keeps the parameters as they are.</param>
    /// <param name="regularization">Factor of L1, L2 and weight decay; ≥ 0 and finite.</param>
    public ParameterGroup(double learningRate, double regularization)
    {
        if (!(learningRate >= 0 && double.IsFinite(learningRate)))
            throw ValueRange.Refusal(nameof(learningRate), learningRate, "must be ≥ 0 and finite");
        if (!(regularization >= 0 && double.IsFinite(regularization)))
            throw ValueRange.Refusal(nameof(regularization), regularization, "must be ≥ 0 and finite");
        (LearningRate, Regularization) = (learningRate, regularization);
    }

    /// <summary>Factor of the learning rate.</summary>
    public double LearningRate { get; }

    /// <summary>Factor of L1, L2 and weight decay.</summary>
    public double Regularization { get; }
}
