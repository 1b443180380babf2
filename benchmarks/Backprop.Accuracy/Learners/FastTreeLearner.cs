using Backprop.Accuracy.Data;
using Backprop.Accuracy.Running;
using Microsoft.ML;
using Microsoft.ML.Trainers.FastTree;

namespace Backprop.Accuracy.Learners;

/// <summary>ML.NET's boosted trees with their defaults; several classes are told apart by one model for each.</summary>
internal sealed record FastTreeLearner() : MLNetLearner("fasttree", "ML.NET FastTree", Trees)
{
    /// <inheritdoc/>
    public override string Recipe(TaskKind task) =>
        $"{PackageOf(typeof(FastTreeRegressionTrainer))}, defaults{(task == TaskKind.Multiclass ? ", one versus all" : "")}; mean for " +
            $"missing, one-hot categories";

    /// <inheritdoc/>
    protected override IEstimator<ITransformer> Pipeline(MLContext ml, Job job) =>
        OneHot(ml, job, MeanForMissing(ml)).Append<ITransformer>(job.Task switch
    {
        TaskKind.Binary => ml.BinaryClassification.Trainers.FastTree(),
        TaskKind.Multiclass => ml.MulticlassClassification.Trainers.OneVersusAll(ml.BinaryClassification.Trainers.FastTree()),
        _ => ml.Regression.Trainers.FastTree(),
    });
}
