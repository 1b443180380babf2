namespace Backprop.Losses;

/// <summary>The function that converts scores z into predictions (<see cref="Loss.Predict"/>), for code that writes or differentiates
/// it.</summary>
internal enum LossLink
{
    /// <summary>A custom loss, whose function is not known.</summary>
    Unknown,

    /// <summary>z</summary>
    Identity,

    /// <summary>1 / (1 + e⁻ᶻ), kept above 0 and below 1.</summary>
    Logistic,

    /// <summary>(z + 1) / 2, clipped to [0, 1], and kept above 0 and below 1.</summary>
    Margin,

    /// <summary>eᶻᵏ / Σⱼ eᶻʲ</summary>
    Softmax,

    /// <summary>eᶻ, with z clipped to [−30, 30].</summary>
    Exponential,

    /// <summary>Pairs of scores: z and e^z, with the second z clipped to [−30, 30].</summary>
    MeanAndVariance,

    /// <summary>The scores of each target in ascending order.</summary>
    Sorted,

    /// <summary>For each target, the function of its own loss (<see cref="Loss.OfTarget"/>).</summary>
    PerTarget,
}

/// <summary>How the scores of an ensemble's members are averaged (<see cref="Loss.AverageMembers"/>).</summary>
internal enum MemberAverage
{
    /// <summary>A custom loss, whose average is not known.</summary>
    Unknown,

    /// <summary>The mean of the scores.</summary>
    Mean,

    /// <summary>The logit of the mean of 1 / (1 + e⁻ᶻ).</summary>
    Logit,

    /// <summary>The mean of the scores, clipped to [−1, 1].</summary>
    Margin,

    /// <summary>The logarithm of the mean of softmax(z).</summary>
    Softmax,

    /// <summary>The logarithm of the mean of eᶻ, with z clipped to [−30, 30].</summary>
    Logarithm,

    /// <summary>Pairs of scores: mean and logarithm of the variance of the mixture of normal distributions.</summary>
    Mixture,

    /// <summary>The mean of the scores, after those of each target were sorted.</summary>
    Sorted,

    /// <summary>For each target, the average of its own loss (<see cref="Loss.OfTarget"/>).</summary>
    PerTarget,
}
