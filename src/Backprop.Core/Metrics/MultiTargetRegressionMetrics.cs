using Backprop.Numerics;

namespace Backprop.Metrics;

/// <summary>How well one of several targets is predicted.</summary>
/// <param name="Name">The name of the target; its index, from 0 on, if it has no name.</param>
/// <param name="MeanAbsoluteError">Mean of |prediction − target|. All metrics are NaN for a target that no row has.</param>
/// <param name="MeanSquaredError">Mean of (prediction − target)².</param>
/// <param name="RootMeanSquaredError">Its square root, in units of the target.</param>
/// <param name="RSquared">The share of the target's variance that is explained; NaN or −∞ for a target that is constant.</param>
public sealed record TargetMetrics(
    string Name, double MeanAbsoluteError, double MeanSquaredError, double RootMeanSquaredError, double RSquared);

/// <summary>How well several targets are predicted: each by itself, and the plain mean over those that some row has.</summary>
/// <remarks>The means are scikit-learn's <c>multioutput='uniform_average'</c>. Errors have the units of their targets, so their mean is
/// meaningful only if all targets have similar units.</remarks>
public sealed class MultiTargetRegressionMetrics
{
    private readonly TargetMetrics[] _known;

    private MultiTargetRegressionMetrics(TargetMetrics[] targets, Func<int, bool> isKnown) =>
        (Targets, _known) = (targets, [.. targets.Where((_, target) => isKnown(target))]);

    /// <summary>The metrics of every target, in the order of the label column.</summary>
    public IReadOnlyList<TargetMetrics> Targets { get; }

    /// <summary>Mean of the targets' mean absolute errors.</summary>
    public double MeanAbsoluteError => Mean(target => target.MeanAbsoluteError);

    /// <summary>Mean of the targets' mean squared errors.</summary>
    public double MeanSquaredError => Mean(target => target.MeanSquaredError);

    /// <summary>Mean of the targets' root mean squared errors.</summary>
    public double RootMeanSquaredError => Mean(target => target.RootMeanSquaredError);

    /// <summary>Mean of the targets' R².</summary>
    public double RSquared => Mean(target => target.RSquared);

    /// <summary>Computes the metrics.</summary>
    /// <param name="predictions">[rows × (targets · predictions of each)]; of several predictions of a target, the first one is
    /// used.</param>
    /// <param name="targets">[rows × targets]; at least one row. NaN if missing: each target is measured on the rows that have
    /// it.</param>
    /// <param name="names">[targets], or empty.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static MultiTargetRegressionMetrics Measure(
        ReadOnlyMatrix predictions, ReadOnlyMatrix targets, params IReadOnlyList<string> names) =>
        Measure(predictions, targets, names, meter: null);

    /// <summary>The same. Counts the work.</summary>
    internal static MultiTargetRegressionMetrics Measure(
        ReadOnlyMatrix predictions, ReadOnlyMatrix targets, IReadOnlyList<string> names, WorkMeter? meter)
    {
        if (targets.Rows == 0 || predictions.Rows != targets.Rows || predictions.Columns % targets.Columns != 0)
            throw new ArgumentException(
                $"{predictions.Rows} × {predictions.Columns} predictions do not fit {targets.Rows} × {targets.Columns} targets.",
                nameof(predictions));
        var errors = new Errors(predictions, targets, [], meter);
        return new MultiTargetRegressionMetrics(
            [.. Enumerable.Range(0, targets.Columns).Select(j => errors.Of(j, Metric.NameOf(names, j)))], errors.IsKnown);
    }

    private double Mean(Func<TargetMetrics, double> metric) => _known.Select(metric).DefaultIfEmpty(double.NaN).Average();
}
