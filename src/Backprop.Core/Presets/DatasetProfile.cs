using Backprop.Losses;
using Backprop.Networks;
using Backprop.Training;

namespace Backprop.Presets;

/// <summary>What a preset depends on: the kind of target, and the size of the data.</summary>
/// <param name="TargetKind">What a target is: a real value, one of two classes, one of several classes, or a relevance.</param>
/// <param name="Rows">Training rows, including those that are held out later.</param>
/// <param name="Features">Features of each row.</param>
public readonly record struct DatasetProfile(TargetKind TargetKind, long Rows, int Features)
{
    /// <summary>A preset whose values depend on the number of rows depends on no more rows than these.</summary>
    internal const int MaxRowsToCount = 50_000;

    /// <summary>With fewer rows, none are held out.</summary>
    internal const int MinRowsToHoldOut = 8;

    /// <summary>Whether each row has several targets: real values, or labels that may all be true.</summary>
    public bool HasSeveralTargets { get; init; }

    /// <summary>Whether there is no target: the network is an autoencoder, which reconstructs its features.</summary>
    public bool ReconstructsFeatures { get; init; }

    /// <summary>Whether there is separate validation data.</summary>
    public bool HasValidation { get; init; }

    /// <summary>Whether each member of an ensemble may have its own held-out rows.</summary>
    /// <value>True. False, for example, for rows that are not all in memory.</value>
    public bool AllowsKFoldBagging { get; init; } = true;

    /// <summary>The network that training continues from. Its shape is kept.</summary>
    /// <value>Null: training starts a new network.</value>
    public Network? Earlier { get; init; }

    /// <summary>Whether each row belongs to one of several classes.</summary>
    public bool HasClasses => TargetKind is TargetKind.Binary or TargetKind.Class && !HasSeveralTargets;

    /// <summary>A multiclass classification of 10,000 rows and 20 features, for values that are shown before there is data.</summary>
    public static DatasetProfile Typical { get; } = new(TargetKind.Class, 10_000, 20);

    /// <summary>The profile of examples in memory.</summary>
    /// <param name="examples">The training rows.</param>
    /// <param name="targetKind">What a target is.</param>
    /// <param name="hasValidation">Whether there is separate validation data.</param>
    public static DatasetProfile Of(ExampleSet examples, TargetKind targetKind, bool hasValidation = false)
    {
        ArgumentNullException.ThrowIfNull(examples);
        return new(targetKind, examples.Count, examples.FeatureCount)
        {
            HasSeveralTargets = examples.TargetCount > 1,
            HasValidation = hasValidation,
        };
    }

    /// <summary>The default loss for these targets.</summary>
    /// <param name="labelSmoothing">ε, in [0, 1); ignored where rows do not have classes.</param>
    internal Loss LossWith(double labelSmoothing) => TargetKind switch
    {
        TargetKind.Real when ReconstructsFeatures => new AbsoluteError(), // the score is the error already, and the target is 0
        TargetKind.Real => new SquaredError(),
        TargetKind.Class => new SoftmaxCrossEntropy { LabelSmoothing = labelSmoothing },
        TargetKind.Relevance => new LambdaRankLoss(),
        _ => new LogisticLoss { LabelSmoothing = HasClasses ? labelSmoothing : 0 },
    };
}
