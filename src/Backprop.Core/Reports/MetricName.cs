using Backprop.Metrics;

namespace Backprop.Reports;

/// <summary>The names of metrics as a reader knows them.</summary>
internal static class MetricName
{
    /// <summary>The name; the name of the type for a custom metric.</summary>
    public static string Of(Metric metric) => metric switch
    {
        AreaUnderRocCurve => "Area under the ROC curve",
        AreaUnderPrecisionRecallCurve => "Area under the precision-recall curve",
        F1Score => "F1 score",
        LogLoss => "Log-loss",
        MacroAccuracy => "Balanced accuracy",
        MeanAbsoluteError => "Mean absolute error",
        RootMeanSquaredError => "Root mean squared error",
        RSquared => "R²",
        _ => metric.GetType().Name,
    };
}
