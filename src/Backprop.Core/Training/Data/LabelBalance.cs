using Backprop.Losses;
using Backprop.Metrics;

namespace Backprop.Training;

/// <summary>Class weights of several labels. Each label has its own factors, because a row may be positive for one label and negative for
/// another.</summary>
internal static class LabelBalance
{
    /// <summary>The factors that the options specify; null where they do not matter.</summary>
    /// <remarks>For each label, J = Σ w·c·L / Σ w·c with the factor c of the label's value, as for one label. The sum Σ w·c is that of all
    /// training examples, so the factors are c·Σ w / Σ w·c.</remarks>
    /// <exception cref="ArgumentException">The number of weights is not twice the number of labels.</exception>
    public static LabelFactors? Of(TrainingOptions options, TrainingData training)
    {
        var labels = training.Examples.TargetCount;
        if (labels == 1 || options is { ClassWeights: null, BalancedClassWeights: false }) return null;
        if (options.ClassWeights is { } given && given.Count != 2 * labels)
            throw new ArgumentException(
                $"{nameof(TrainingOptions.ClassWeights)} has {given.Count} weights, but there are {labels} labels. Set two weights for "
                + "each label: for false, then for true.", nameof(training));

        double[] factors = [.. options.ClassWeights ?? Enumerable.Repeat(1.0, 2 * labels)];
        var totals = training.LabelTotals();
        for (var label = 0; label < labels; label++) Normalize(factors.AsSpan(2 * label, 2), totals.AsSpan(2 * label, 2), options);
        return new LabelFactors(factors);
    }

    private static void Normalize(Span<double> factors, ReadOnlySpan<double> totals, TrainingOptions options)
    {
        var total = totals[0] + totals[1];
        if (options.BalancedClassWeights)
        {
            var present = (totals[0] > 0 ? 1 : 0) + (totals[1] > 0 ? 1 : 0);
            for (var k = 0; k < 2; k++) factors[k] *= totals[k] > 0 ? total / (present * totals[k]) : 1;
        }
        var weighted = factors[0] * totals[0] + factors[1] * totals[1];
        foreach (ref var factor in factors) factor *= total / weighted;
    }

    /// <summary>Σ w of the examples where each label is false, and where it is true.</summary>
    /// <returns>[labels × 2]</returns>
    public static double[] Totals(ExampleSet examples)
    {
        var totals = new double[2 * examples.TargetCount];
        for (var row = 0; row < examples.Count; row++) Add(totals, examples.Targets.Row(row), Metric.WeightOf(examples.Weights, row));
        return totals;
    }

    /// <summary>Adds an example to the totals.</summary>
    /// <param name="totals">[labels × 2], changed in place.</param>
    /// <param name="targets">[labels]; a value between 0 and 1 belongs to the nearer of the two.</param>
    /// <param name="weight">The weight of the example.</param>
    public static void Add(Span<double> totals, ReadOnlySpan<Real> targets, double weight)
    {
        for (var label = 0; label < targets.Length; label++)
            if (targets[label] is >= 0 and <= 1) totals[2 * label + (int)Math.Round(targets[label])] += weight;
    }
}
