using Backprop.Accuracy.Data;
using Backprop.Accuracy.Running;
using Microsoft.ML;
using Microsoft.ML.Trainers;

namespace Backprop.Accuracy.Learners;

/// <summary>ML.NET's linear models by stochastic dual coordinate ascent with their defaults.</summary>
internal sealed record SdcaLearner() : MLNetLearner("sdca", "ML.NET Sdca", Linear)
{
    /// <inheritdoc/>
    public override string Recipe(TaskKind task) =>
        $"{PackageOf(typeof(SdcaRegressionTrainer))}, defaults; mean for missing, standardized, one-hot categories";

    /// <inheritdoc/>
    protected override IEstimator<ITransformer> Pipeline(MLContext ml, Job job) =>
        OneHotOfStandardized(ml, job).Append<ITransformer>(job.Task switch
    {
        TaskKind.Binary => ml.BinaryClassification.Trainers.SdcaLogisticRegression(),
        TaskKind.Multiclass => ml.MulticlassClassification.Trainers.SdcaMaximumEntropy(),
        _ => ml.Regression.Trainers.Sdca(),
    });
}
