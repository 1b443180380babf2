using Backprop.Numerics;
using Backprop.Schedules;

namespace Backprop.Training;

/// <summary>Predicts with an average of the parameters during training: average ← average + w·(θ − average) after every step. The average
/// is nearer to the middle of a valley of the loss than any single θ.</summary>
/// <remarks>Training itself continues from θ; validation and the trained network use the average. Running means of batch
/// normalization are not averaged again.</remarks>
public abstract record WeightAveraging
{
    /// <summary>w: the weight of a step's parameters in the average; 1 restarts the average.</summary>
    /// <param name="moment">The moment of the step.</param>
    /// <returns>In [0, 1].</returns>
    public abstract double ShareAt(TrainingMoment moment);

    /// <summary>One of each kind in this assembly; the contract tests run over this list.</summary>
    public static IReadOnlyList<WeightAveraging> All { get; } = [new ExponentialMovingAverage(), new StochasticWeightAveraging()];
}

/// <summary>EMA: the average forgets older parameters at a constant rate, average ← d·average + (1 − d)·θ. It begins with the parameters
/// after the first step.</summary>
/// <remarks>Polyak and Juditsky (1992); as PyTorch's AveragedModel with its EMA function, and Keras's <c>use_ema</c>, which both have 0.99
/// or 0.999 in their examples.</remarks>
public sealed record ExponentialMovingAverage : WeightAveraging
{
    /// <summary>d: how slowly the average forgets.</summary>
    /// <value>0.99; in [0, 1).</value>
    public double Decay
    {
        get;
        init => field = ValueRange.BelowOne.Checked(value);
    } = 0.99;

    /// <inheritdoc/>
    public override double ShareAt(TrainingMoment moment) => moment.Step == 0 ? 1 : 1 - Decay;
}

/// <summary>SWA: the plain mean of the parameters after every step of the last part of training.</summary>
/// <remarks>Izmailov et al. (2018), "Averaging weights leads to wider optima and better generalization", arXiv:1803.05407,
/// which averages once in every epoch. Before that part begins, the average is θ itself.</remarks>
public sealed record StochasticWeightAveraging : WeightAveraging
{
    /// <summary>The share of training after which the average begins.</summary>
    /// <value>0.75; in [0, 1).</value>
    public double StartShare
    {
        get;
        init => field = ValueRange.BelowOne.Checked(value);
    } = 0.75;

    /// <inheritdoc/>
    public override double ShareAt(TrainingMoment moment) =>
        1 / Math.Max(1.0, moment.Step + 1 - Math.Floor(StartShare * moment.TotalSteps));
}
