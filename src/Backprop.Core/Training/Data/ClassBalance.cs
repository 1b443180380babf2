using Backprop.Losses;
using Backprop.Metrics;

namespace Backprop.Training;

/// <summary>What the examples of every class count for, beside their own weights.</summary>
internal sealed class ClassBalance
{
    private readonly double[] _factors;

    private ClassBalance(double[] factors) => _factors = factors;

    /// <summary>The balance that the options specify; null where classes do not matter.</summary>
    /// <exception cref="ArgumentException">The targets are no classes, or there are not as many weights as classes.</exception>
    public static ClassBalance? Of(TrainingOptions options, TrainingData training, int outputs)
    {
        if (options is { ClassWeights: null, BalancedClassWeights: false }) return null;
        var classes = options.Loss.TargetKind == TargetKind.Binary ? 2 : outputs;
        if (options.Loss.TargetKind == TargetKind.Real || training.Examples.TargetCount > 1)
            throw new ArgumentException(
                $"Classes are weighed, but the targets are {training.Examples.TargetCount} columns of {options.Loss.TargetKind} numbers " +
                    $"under {options.Loss}; one column of classes is needed.",
                nameof(training));
        if (options.ClassWeights is { } given && given.Count != classes)
            throw new ArgumentException(
                $"{nameof(TrainingOptions.ClassWeights)} has {given.Count} weights; there are {classes} classes.", nameof(training));

        double[] factors = [.. options.ClassWeights ?? Enumerable.Repeat(1.0, classes)];
        if (options.BalancedClassWeights)
        {
            var totals = training.ClassTotals(classes);
            double total = totals.Sum(), present = totals.Count(each => each > 0);
            for (var k = 0; k < classes; k++) factors[k] *= totals[k] > 0 ? total / (present * totals[k]) : 1;
        }
        return new ClassBalance(factors);
    }

    /// <summary>Σ w of the examples of every class.</summary>
    public static double[] Totals(ExampleSet examples, int classes)
    {
        var totals = new double[classes];
        for (var row = 0; row < examples.Count; row++)
            totals[ClassOf(examples.Targets.Row(row)[0])] += Metric.WeightOf(examples.Weights, row);
        return totals;
    }

    /// <summary>What an example of the class counts for.</summary>
    public double FactorOf(Real target) => _factors[ClassOf(target)];

    /// <summary>The examples with weights that take their class into account.</summary>
    public ExampleSet Weigh(ExampleSet examples)
    {
        var weights = new Real[examples.Count];
        for (var row = 0; row < weights.Length; row++)
            weights[row] = (Real)(Metric.WeightOf(examples.Weights, row) * FactorOf(examples.Targets.Row(row)[0]));
        return examples.WithWeights(weights);
    }

    // A binary target may be a probability; it counts for the likelier class.
    private static int ClassOf(Real target) => (int)Math.Round(target);
}
