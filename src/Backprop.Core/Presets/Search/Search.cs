using Backprop.Numerics;
using Backprop.Training;

namespace Backprop.Presets;

/// <summary>Trains with other values of some options, too, and blends the best of these networks. Immutable.</summary>
/// <remarks>
/// <para>The first trial has the values of the preset. The others have values that are drawn at random from a <see cref="SearchSpace"/>:
/// Bergstra and Bengio (2012), "Random search for hyper-parameter optimization". Most of them train with a quarter of the epochs. The best
/// half of these train with all epochs: successive halving, Jamieson and Talwalkar (2016), "Non-stochastic best arm identification and
/// hyperparameter optimization", arXiv:1502.07943.</para>
/// <para>Every trial predicts the rows that it held out. At the end, the blend starts with the first trial. Each round adds the trial that
/// lowers the loss of the blended predictions most: Caruana, Niculescu-Mizil, Crew and Ksikes (2004), "Ensemble selection from libraries of
/// models". The result is one model (<see cref="Networks.NetworkBlend"/>).</para>
/// <para>The cost of a trial is computed from its epochs and its network, so the same seed draws and selects the same trials, for any
/// number of threads. A time limit decides by the clock instead.</para>
/// </remarks>
public sealed record Search
{
    internal const double DefaultCost = 6;

    /// <summary>The maximum cost of all trials, as a multiple of the cost of the first one.</summary>
    /// <value>Null: 6 if there is neither a time limit nor <see cref="MaximumTrials"/>, otherwise unlimited. At least 1 and finite.</value>
    public double? MaximumCost
    {
        get;
        init => field = ValueRange.FiniteAtLeastOne.Checked(value);
    }

    /// <summary>The maximum number of trials, including the first. A short trial that trains again, with all epochs, counts once.
    /// </summary>
    /// <value>Null: unlimited. At least 1.</value>
    public int? MaximumTrials
    {
        get;
        init => field = ValueRange.AtLeastOne.Checked(value);
    }

    /// <summary>The options that are varied, and their values.</summary>
    /// <value>Null: <see cref="SearchSpace.For"/> the data. Options that are set on <c>BackpropTrainer.Options</c> are never varied, nor
    /// those that they decide. <see cref="SearchSpace.Without(IEnumerable{string})"/> removes others.</value>
    public SearchSpace? Space { get; init; }

    /// <summary>Whether the best trials are blended. Otherwise, the result is the single best trial.</summary>
    /// <value>True.</value>
    public bool Blends { get; init; } = true;

    /// <summary>Receives each trial when it ends, on the thread that trains.</summary>
    /// <value>Null: none.</value>
    public IProgress<SearchTrial>? Progress { get; init; }

    /// <summary>The limit of the cost for a training with or without a time limit.</summary>
    internal double CostLimit(TimeSpan? timeLimit) =>
        MaximumCost ?? (timeLimit is null && MaximumTrials is null ? DefaultCost : double.PositiveInfinity);
}
