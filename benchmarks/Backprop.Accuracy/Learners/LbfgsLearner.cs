using Backprop.Accuracy.Data;
using Backprop.Accuracy.Running;
using Microsoft.ML;
using Microsoft.ML.Trainers;

namespace Backprop.Accuracy.Learners;

/// <summary>ML.NET's linear classifiers by L-BFGS with their defaults. For regression ML.NET has only a Poisson model of this kind, which
/// is for counts.</summary>
internal sealed record LbfgsLearner() : MLNetLearner("lbfgs", "ML.NET Lbfgs", Linear)
{
    /// <inheritdoc/>
    public override bool Suits(TaskKind task) => task != TaskKind.Regression;

    /// <inheritdoc/>
    public override string Recipe(TaskKind task) =>
        $"{PackageOf(typeof(LbfgsMaximumEntropyMulticlassTrainer))}, defaults; mean for missing, standardized, one-hot categories";

    /// <inheritdoc/>
    protected override IEstimator<ITransformer> Pipeline(MLContext ml, Job job) =>
        OneHotOfStandardized(ml, job).Append<ITransformer>(job.Task switch
    {
        TaskKind.Binary => ml.BinaryClassification.Trainers.LbfgsLogisticRegression(),
        _ => ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy(),
    });
}
