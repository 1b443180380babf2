using Backprop.Losses;
using Backprop.Networks;

namespace Backprop.Training;

/// <summary>A run that ended too early: training loss and held-out loss were both high, and both were still falling.</summary>
/// <remarks>
/// Losses are compared as gains over the best constant prediction, as shares of the gain of a perfect prediction. So losses of any scale
/// are comparable. Label smoothing, which keeps the loss of a perfect prediction above 0, is corrected for. Noise also keeps losses high,
/// but then the held-out loss stops falling early. On 35 runs over 27 ordinary data sets, the last quarter of the epochs contributed at
/// most a tenth of the total gain. On poker hands, where training had just begun to find the rule, it contributed a quarter to a half.
/// </remarks>
/// <param name="Constant">The loss of the best constant prediction.</param>
/// <param name="Perfect">The loss of a perfect prediction.</param>
/// <param name="Training">The mean training loss of the last tenth of the epochs.</param>
/// <param name="HeldOut">The smallest held-out loss of the last quarter of the epochs.</param>
/// <param name="Fall">How much that is below the smallest held-out loss before.</param>
/// <param name="Epochs">Epochs of the run.</param>
internal sealed record Underfitting(double Constant, double Perfect, double Training, double HeldOut, double Fall, int Epochs)
{
    private const int MinEpochs = 10, MaxExamples = 4096;

    // Shares of the gain of a perfect prediction. A loss with a smaller gain is high; a smaller fall may be chance.
    private const double HighGain = 0.8, MinFall = 0.01;

    // With a smaller share, a network has learned almost nothing yet.
    private const double MinGain = 0.05;

    // The share of the total gain that the last quarter of the epochs must contribute.
    private const double MinShareOfFall = 0.2;

    // A larger gap between held-out and training loss, as a share of the gain of training, means overfitting.
    private const double MaxGap = 0.65;

    /// <summary>The underfitting that the history of a run shows; null for none.</summary>
    /// <param name="history">One report per epoch.</param>
    /// <param name="options">The options of the run. For a run that ended before its last epoch, the result is null.</param>
    /// <param name="examples">The training examples, or a sample of them, with the weights that were used.</param>
    /// <param name="targets">How targets were scaled.</param>
    /// <param name="outputs">Scores per example.</param>
    public static Underfitting? Of(
        IReadOnlyList<EpochReport> history, TrainingOptions options, ExampleSet examples, Standardization? targets, int outputs)
    {
        if (history.Count < Math.Max(MinEpochs, options.NumberOfIterations)) return null;
        if (PerfectLoss(options.Loss, outputs) is not { } perfect) return null;
        int lastQuarter = history.Count - history.Count / 4, lastTenth = history.Count - Math.Max(1, history.Count / 10);
        if (history.Take(lastQuarter).Min(report => report.ValidationLoss) is not { } earlier) return null;
        if (history.Skip(lastQuarter).Min(report => report.ValidationLoss) is not { } heldOut) return null;
        var training = history.Skip(lastTenth).Average(report => report.TrainingLoss);
        if (!(heldOut < earlier && training < history.Take(lastQuarter).Min(report => report.TrainingLoss))) return null;

        var constant = LossOfConstant(options.Loss, examples, targets, outputs);
        double all = constant - perfect, gained = constant - heldOut, learned = constant - training, fall = earlier - heldOut;
        var staysHigh = Math.Max(gained, learned) < HighGain * all;
        var isFalling = fall > Math.Max(MinShareOfFall * gained, MinFall * all);
        var isOverfitted = heldOut - training > MaxGap * learned;
        return staysHigh && isFalling && !isOverfitted ? new Underfitting(constant, perfect, training, heldOut, fall, history.Count) : null;
    }

    /// <summary>The held-out loss above which a network has learned almost nothing: it is close to the best constant prediction. A rule
    /// over categories is often found late, and all at once. Until then, the loss is above this.</summary>
    /// <returns>+∞ for losses without a known smallest value.</returns>
    public static double LossOfNothingLearned(Loss loss, ExampleSet examples, Standardization? targets, int outputs)
    {
        if (PerfectLoss(loss, outputs) is not { } perfect) return double.PositiveInfinity;
        var constant = LossOfConstant(loss, examples, targets, outputs);
        return constant - MinGain * (constant - perfect);
    }

    // Rows from all parts of the data: they may be sorted by their label.
    private static double LossOfConstant(Loss loss, ExampleSet examples, Standardization? targets, int outputs) =>
        OutputBias.LossOfBest(loss, examples.Spread(MaxExamples), targets, outputs);

    // For other losses, the smallest loss depends on the targets, or there is none.
    private static double? PerfectLoss(Loss loss, int outputs) => loss switch
    {
        TargetwiseLoss each => PerfectLoss(each.Of, outputs),
        LogisticLoss logistic => Entropy(logistic.LabelSmoothing, 2),
        SoftmaxCrossEntropy softmax => Entropy(softmax.LabelSmoothing, outputs),
        SquaredError or AbsoluteError or HuberLoss or LogCoshLoss or PinballLoss => 0,
        HingeLoss or SquaredHingeLoss or FocalLoss or SoftmaxFocalLoss => 0,
        _ => null,
    };

    // The entropy of a smoothed target.
    private static double Entropy(double smoothing, int classes)
    {
        if (smoothing == 0) return 0;
        double other = smoothing / classes, own = 1 - smoothing + other;
        return -own * Math.Log(own) - (classes - 1) * other * Math.Log(other);
    }
}
