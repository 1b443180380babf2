using Backprop.Accuracy.Data;
using Backprop.Accuracy.Running;
using Microsoft.ML;
using Microsoft.ML.Trainers.LightGbm;

namespace Backprop.Accuracy.Learners;

/// <summary>ML.NET's LightGBM with its defaults. Missing numbers stay missing; LightGBM knows what to do with them.</summary>
internal sealed record LightGbmLearner() : MLNetLearner("lightgbm", "ML.NET LightGbm", Trees)
{
    /// <inheritdoc/>
    public override string Recipe(TaskKind task) => $"{PackageOf(typeof(LightGbmRegressionTrainer))}, defaults; one-hot categories";

    /// <inheritdoc/>
    protected override IEstimator<ITransformer> Pipeline(MLContext ml, Job job) => OneHot(ml, job).Append<ITransformer>(job.Task switch
    {
        TaskKind.Binary => ml.BinaryClassification.Trainers.LightGbm(),
        TaskKind.Multiclass => ml.MulticlassClassification.Trainers.LightGbm(),
        _ => ml.Regression.Trainers.LightGbm(),
    });
}
