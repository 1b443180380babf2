using Backprop.Accuracy.Data;
using Backprop.Accuracy.Running;
using Microsoft.ML;
using Microsoft.ML.Trainers.FastTree;

namespace Backprop.Accuracy.Learners;

/// <summary>ML.NET's random forest with its defaults. Its score for two classes is no probability; several classes are told apart by one
/// model for each.</summary>
internal sealed record FastForestLearner() : MLNetLearner("fastforest", "ML.NET FastForest", Trees)
{
    /// <inheritdoc/>
    public override string Recipe(TaskKind task) =>
        $"{PackageOf(typeof(FastForestRegressionTrainer))}, defaults{(task == TaskKind.Multiclass ? ", one versus all" : "")}; mean for " +
            $"missing, one-hot categories";

    /// <inheritdoc/>
    protected override IEstimator<ITransformer> Pipeline(MLContext ml, Job job) =>
        OneHot(ml, job, MeanForMissing(ml)).Append<ITransformer>(job.Task switch
    {
        TaskKind.Binary => ml.BinaryClassification.Trainers.FastForest(),
        TaskKind.Multiclass => ml.MulticlassClassification.Trainers.OneVersusAll(ml.BinaryClassification.Trainers.FastForest()),
        _ => ml.Regression.Trainers.FastForest(),
    });
}
