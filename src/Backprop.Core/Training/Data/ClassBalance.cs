using Backprop.Losses;
using Backprop.Metrics;

namespace Backprop.Training;

/// <summary>A factor for each class. It multiplies the weights of the examples of the class.</summary>
internal sealed class ClassBalance
{
    private readonly double[] _factors;

    private ClassBalance(double[] factors) => _factors = factors;

    /// <summary>The balance that the options specify; null where classes do not matter. Several labels have
    /// <see cref="LabelBalance"/>.</summary>
    /// <exception cref="ArgumentException">The targets have no classes, or the number of weights is not the number of classes.</exception>
    public static ClassBalance? Of(TrainingOptions options, TrainingData training, int outputs)
    {
        if (options is { ClassWeights: null, BalancedClassWeights: false }) return null;
        var classes = options.Loss.TargetKind == TargetKind.Binary ? 2 : outputs;
        if (!options.Loss.HasClasses)
            throw new ArgumentException(
                $"{nameof(TrainingOptions.ClassWeights)} and {nameof(TrainingOptions.BalancedClassWeights)} need targets that are classes, "
                + $"but {options.Loss} has targets of kind {options.Loss.TargetKind}.", nameof(training));
        if (training.Examples.TargetCount > 1 && options.Loss.TargetKind == TargetKind.Class)
            throw new ArgumentException(
                $"{nameof(TrainingOptions.ClassWeights)} and {nameof(TrainingOptions.BalancedClassWeights)} need one class per example, "
                + $"but the targets are {training.Examples.TargetCount} probabilities. Set weights of the examples instead.",
                nameof(training));
        if (training.Examples.TargetCount > 1) return null;
        if (options.ClassWeights is { } given && given.Count != classes)
            throw new ArgumentException(
                $"{nameof(TrainingOptions.ClassWeights)} has {given.Count} weights, but there are {classes} classes. Set one weight for " +
                    $"each class.", nameof(training));

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

    /// <summary>The factor of the target's class.</summary>
    public double FactorOf(Real target) => _factors[ClassOf(target)];

    /// <summary>The examples with their weights multiplied by the factors of their classes.</summary>
    public ExampleSet Weigh(ExampleSet examples)
    {
        var weights = new Real[examples.Count];
        for (var row = 0; row < weights.Length; row++)
            weights[row] = (Real)(Metric.WeightOf(examples.Weights, row) * FactorOf(examples.Targets.Row(row)[0]));
        return examples.WithWeights(weights);
    }

    // A binary target may be a probability; then it belongs to the likelier class.
    private static int ClassOf(Real target) => (int)Math.Round(target);
}
