using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Optimizers;

namespace Backprop.Training;

/// <summary>The values that determine the next steps of a training. <see cref="Visit"/> lists them by name.</summary>
/// <remarks>
/// With the same options and data, the values that a visitor receives determine every bit of the next steps. They do not depend on the
/// number of threads. They include neither the clock of a run with a time limit nor the conditions that end a run.
/// </remarks>
internal sealed class TrainingState
{
    /// <param name="parameters">The parameters to start from; they are changed in place.</param>
    /// <param name="options">Optimizer, averaging and schedules.</param>
    /// <param name="network">The layers that the parameters belong to.</param>
    public TrainingState(Real[] parameters, TrainingOptions options, Network network)
    {
        Parameters = parameters;
        Optimizer = (options.Optimizer as StepwiseOptimizer)?.Start(
            parameters.Length, options.ParameterGroups.Weights.LearningRate == 0 ? [] : network.HiddenWeights);
        Average = options.WeightAveraging is null ? null : [.. parameters];
        Predictor = Average is not null || Optimizer is { PredictsWithOthers: true } ? [.. parameters] : parameters;
        Schedules = new ScheduledValues(options);
    }

    /// <summary>θ.</summary>
    public Real[] Parameters { get; }

    /// <summary>The memory of the optimizer; null for an optimizer with its own <see cref="IDescent"/>.</summary>
    public OptimizerState? Optimizer { get; }

    /// <summary>The average of the parameters; null without <see cref="TrainingOptions.WeightAveraging"/>.</summary>
    public Real[]? Average { get; }

    /// <summary>The parameters to predict with, as <see cref="TrainingStep.UpdatePredictor"/> has computed them: θ itself, unless it is
    /// averaged or the optimizer predicts with others.</summary>
    public Real[] Predictor { get; }

    /// <summary>The schedules.</summary>
    public ScheduledValues Schedules { get; }

    /// <summary>The best parameters so far; null if no validation data selects them.</summary>
    public EarlyStopping.BestSoFar? Best { get; init; }

    /// <summary>The rule that compares the cycles of the learning rate; null for none.</summary>
    public EarlyStopping.CycleWatch? Cycles { get; init; }

    /// <summary>The rule that watches the training loss; null for none.</summary>
    public LossTolerance.Watch? Tolerance { get; init; }

    /// <summary>One report for every epoch that ended.</summary>
    public List<EpochReport> History { get; } = [];

    /// <summary>The epoch that is trained: 1, 2, 3, …; 0 before the first.</summary>
    public int Epoch { get; set; }

    /// <summary>Steps that were made.</summary>
    public long Steps { get; set; }

    /// <summary>The planned steps of the run, as of the last step, if a time limit has shortened its plan; 0 for all.</summary>
    public long ShortenedSteps { get; set; }

    /// <summary>Gradient computations that were begun. Dropout, noise and mixup draw their random numbers from this
    /// count.</summary>
    public int GradientPasses { get; set; }

    /// <summary>The learning rate of the last step.</summary>
    public double LearningRate { get; set; }

    /// <summary>The highest learning rate of all steps.</summary>
    public double HighestLearningRate { get; set; }

    /// <summary>The descent, if it has memory in addition to that of its optimizer; otherwise null.</summary>
    public IDescent? Descent { get; set; }

    /// <summary>Shows every value to a visitor, by name.</summary>
    public void Visit(StateVisitor visitor)
    {
        visitor.Vector("parameters", Parameters);
        if (Optimizer is not null) visitor.Part("optimizer", Optimizer.Visit);
        if (Average is not null) visitor.Vector("average", Average);
        if (Predictor != Parameters) visitor.Vector("predictor", Predictor);
        visitor.Part("schedules", Schedules.Visit);
        if (Best is not null) visitor.Part("best", Best.Visit);
        if (Cycles is not null) visitor.Part("cycles", Cycles.Visit);
        if (Tolerance is not null) visitor.Part("loss tolerance", Tolerance.Visit);
        if (Descent is not null) visitor.Part("descent", Descent.Visit);
        VisitCounts(visitor);
        visitor.Part("history", VisitHistory);
    }

    private void VisitCounts(StateVisitor visitor)
    {
        (int epoch, long steps, long shortened, int passes) = (Epoch, Steps, ShortenedSteps, GradientPasses);
        (double rate, double highest) = (LearningRate, HighestLearningRate);
        visitor.Count("epoch", ref epoch);
        visitor.Count("steps", ref steps);
        visitor.Count("shortened steps", ref shortened);
        visitor.Count("gradient passes", ref passes);
        visitor.Number("learning rate", ref rate);
        visitor.Number("highest learning rate", ref highest);
        (Epoch, Steps, ShortenedSteps, GradientPasses) = (epoch, steps, shortened, passes);
        (LearningRate, HighestLearningRate) = (rate, highest);
    }

    // A value that an epoch does not have is NaN.
    private void VisitHistory(StateVisitor visitor)
    {
        List<double> epochs = [.. History.Select(report => (double)report.Epoch)];
        List<double> rates = [.. History.Select(report => report.LearningRate)];
        List<double> losses = [.. History.Select(report => report.TrainingLoss)];
        List<double> validations = [.. History.Select(report => report.ValidationLoss ?? double.NaN)];
        List<double> metrics = [.. History.Select(report => report.ValidationMetric ?? double.NaN)];
        var before = History.ToArray();
        visitor.Series("epochs", epochs);
        visitor.Series("learning rates", rates);
        visitor.Series("training losses", losses);
        visitor.Series("validation losses", validations);
        visitor.Series("validation metrics", metrics);
        History.Clear();
        for (var i = 0; i < epochs.Count; i++)
        {
            var report = new EpochReport((int)epochs[i], rates[i], losses[i], Known(validations[i]), Known(metrics[i]));
            History.Add(i < before.Length ? report with { Diagnostics = before[i].Diagnostics } : report);
        }

        static double? Known(double number) => double.IsNaN(number) ? null : number;
    }
}
