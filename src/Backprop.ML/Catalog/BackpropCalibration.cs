using Backprop.Metrics;
using Backprop.ML;
using Backprop.ML.Data;
using Backprop.Numerics;
using Microsoft.ML.Data;

// In ML.NET's own namespace, not in the folder's: users find evaluators there.
namespace Microsoft.ML;

/// <summary>How well probabilities agree with how often events occur, for scored data of any trainer.</summary>
public static class BackpropCalibration
{
    /// <summary>Measures the calibration of a binary classification: reliability curve, expected and maximum calibration error, Brier
    /// score.</summary>
    /// <remarks><see cref="CalibrationMetrics"/> has the formulas. Calibration errors depend on the number of bins and of rows, so compare
    /// models by the same bins and rows.</remarks>
    /// <param name="catalog">The binary catalog.</param>
    /// <param name="data">The scored data, held out from training.</param>
    /// <param name="labelColumnName">The label: Boolean.</param>
    /// <param name="probabilityColumnName">The probability of true: Single.</param>
    /// <param name="numberOfBins">Number of bins, from 1 on.</param>
    /// <param name="binning">How the edges of the bins are chosen.</param>
    /// <exception cref="ArgumentException">A column is missing or has the wrong type, a value is not a probability, or the number of bins
    /// is out of range.</exception>
    /// <exception cref="InvalidOperationException">There is no row, or a probability is not finite.</exception>
    public static CalibrationMetrics EvaluateCalibration(
        this BinaryClassificationCatalog catalog, IDataView data, string labelColumnName = DefaultColumnNames.Label,
        string probabilityColumnName = DefaultColumnNames.Probability, int numberOfBins = CalibrationMetrics.DefaultBins,
        ProbabilityBinning binning = ProbabilityBinning.EqualWidth)
    {
        var scored = new ScoredData(
            CatalogHost.Of(catalog, nameof(BackpropCalibration)), data,
            ScoredColumn.Scalar("label", labelColumnName, BooleanDataViewType.Instance),
            ScoredColumn.Scalar("probability", probabilityColumnName, NumberDataViewType.Single));
        return CalibrationMetrics.Measure(scored[1].Values, scored[0].Values, numberOfBins, binning, labelColumnName);
    }

    /// <summary>Measures the calibration of a multiclass classification: of the most probable class, and of every class.</summary>
    /// <remarks><see cref="MulticlassCalibrationMetrics"/> has the formulas. Classes of the label are matched with the scores by name. If
    /// one side has no names, they are matched by index.</remarks>
    /// <param name="catalog">The multiclass catalog.</param>
    /// <param name="data">The scored data, held out from training. Rows with a missing label are skipped, and reported on
    /// <c>MLContext.Log</c>.</param>
    /// <param name="labelColumnName">The label: a key.</param>
    /// <param name="scoreColumnName">The probabilities: a vector of Single with one slot for every class, with the sum 1.</param>
    /// <param name="numberOfBins">Number of bins, from 1 on.</param>
    /// <param name="binning">How the edges of the bins are chosen.</param>
    /// <exception cref="ArgumentException">A column is missing or has the wrong type, the scores are not probabilities, a label is none of
    /// their classes, or the number of bins is out of range.</exception>
    /// <exception cref="InvalidOperationException">No row has a label, or a score is not finite.</exception>
    public static MulticlassCalibrationMetrics EvaluateCalibration(
        this MulticlassClassificationCatalog catalog, IDataView data, string labelColumnName = DefaultColumnNames.Label,
        string scoreColumnName = DefaultColumnNames.Score, int numberOfBins = CalibrationMetrics.DefaultBins,
        ProbabilityBinning binning = ProbabilityBinning.EqualWidth)
    {
        var host = CatalogHost.Of(catalog, nameof(BackpropCalibration));
        var scored = new ScoredData(
            host, data, ScoredColumn.Key("label", labelColumnName),
            ScoredColumn.Vector("score", scoreColumnName, NumberDataViewType.Single));
        var classes = new ScoreSlots(host, data.Schema[labelColumnName], data.Schema[scoreColumnName]);
        var slots = classes.Of(scored[0].Values);
        return MulticlassCalibrationMetrics.Measure(
            scored[1], new ReadOnlyMatrix(slots, slots.Length, 1), numberOfBins, binning, classes.Names);
    }

    /// <summary>Measures the calibration of a multi-label classification: of every label.</summary>
    /// <param name="catalog">The multiclass catalog.</param>
    /// <param name="data">The scored data, held out from training.</param>
    /// <param name="labelColumnName">The labels: a vector of Boolean of known size.</param>
    /// <param name="probabilityColumnName">The probabilities: a vector of Single of the same size.</param>
    /// <param name="numberOfBins">Number of bins, from 1 on.</param>
    /// <param name="binning">How the edges of the bins are chosen.</param>
    /// <returns>The calibration of every label, in the order of the label column.</returns>
    /// <exception cref="ArgumentException">A column is missing or has the wrong type, they do not fit, a value is not a probability, or the
    /// number of bins is out of range.</exception>
    /// <exception cref="InvalidOperationException">There is no row, or a probability is not finite.</exception>
    public static IReadOnlyList<CalibrationMetrics> EvaluateMultiLabelCalibration(
        this MulticlassClassificationCatalog catalog, IDataView data, string labelColumnName = DefaultColumnNames.Label,
        string probabilityColumnName = DefaultColumnNames.Probability, int numberOfBins = CalibrationMetrics.DefaultBins,
        ProbabilityBinning binning = ProbabilityBinning.EqualWidth)
    {
        var scored = new ScoredData(
            CatalogHost.Of(catalog, nameof(BackpropCalibration)), data,
            ScoredColumn.Vector("label", labelColumnName, BooleanDataViewType.Instance),
            ScoredColumn.Vector("probability", probabilityColumnName, NumberDataViewType.Single));
        return CalibrationMetrics.MeasureColumns(scored[1], scored[0], numberOfBins, binning, scored.LabelNames);
    }
}
