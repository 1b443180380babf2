using Backprop.Losses;
using Backprop.Networks;

namespace Backprop.Training;

/// <summary>A run that ended while much was left to learn: training and held-out loss both stayed high, and both were still
/// falling.</summary>
/// <remarks>
/// Losses are compared as gains over the best constant prediction, as shares of what a perfect prediction gains. So losses
/// of any scale are comparable. Label smoothing does not count, although it keeps the loss of a perfect prediction above 0.
/// Noise also keeps losses high, but then the held-out loss stops falling early. On 35 runs over 27 ordinary data sets, the
/// last quarter of the epochs brought at most a tenth of the whole gain. On poker hands, whose rule was only just being
/// found, it brought a quarter to a half.
/// </remarks>
/// <param name="Constant">The loss of the best constant prediction.</param>
/// <param name="Perfect">The loss of a perfect prediction.</param>
/// <param name="Training">The mean training loss of the last tenth of the epochs.</param>
/// <param name="HeldOut">The least held-out loss of the last quarter of the epochs.</param>
/// <param name="Fall">By how much that is less than the least one before.</param>
/// <param name="Epochs">Epochs of the run.</param>
internal sealed record Underfitting(double Constant, double Perfect, double Training, double HeldOut, double Fall, int Epochs)
{
    private const int MinEpochs = 10, MaxExamples = 4096;

    // Shares of what a perfect prediction gains: a loss that gains less is high, and a smaller fall may be chance.
    private const double HighGain = 0.8, MinFall = 0.01;

    // The share of the whole gain that the last quarter of the epochs must bring.
    private const double MinShareOfFall = 0.2;

    // A held-out loss further above the training loss, as a share of what training gains, means overfitting.
    private const double MaxGap = 0.65;

    /// <summary>What the history of a run shows; null where it shows no underfitting.</summary>
    /// <param name="history">One report per epoch.</param>
    /// <param name="options">How training went; null is returned for a run that ended before its last epoch.</param>
    /// <param name="examples">What was learned from, or a sample of it, with the weights that count.</param>
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

        var some = examples.Slice(0, Math.Min(MaxExamples, examples.Count));
        var constant = OutputBias.LossOfBest(options.Loss, some, targets, outputs);
        double all = constant - perfect, gained = constant - heldOut, learned = constant - training, fall = earlier - heldOut;
        var staysHigh = Math.Max(gained, learned) < HighGain * all;
        var isFalling = fall > Math.Max(MinShareOfFall * gained, MinFall * all);
        var isOverfitted = heldOut - training > MaxGap * learned;
        return staysHigh && isFalling && !isOverfitted ? new Underfitting(constant, perfect, training, heldOut, fall, history.Count) : null;
    }

    // Of other losses it depends on the targets, or there is none.
    private static double? PerfectLoss(Loss loss, int outputs) => loss switch
    {
        LogisticLoss logistic => Entropy(logistic.LabelSmoothing, 2),
        SoftmaxCrossEntropy softmax => Entropy(softmax.LabelSmoothing, outputs),
        SquaredError or AbsoluteError or HuberLoss or LogCoshLoss or PinballLoss => 0,
        HingeLoss or SquaredHingeLoss or FocalLoss or SoftmaxFocalLoss => 0,
        _ => null,
    };

    // Of a target that is drawn towards all classes alike.
    private static double Entropy(double smoothing, int classes)
    {
        if (smoothing == 0) return 0;
        double other = smoothing / classes, own = 1 - smoothing + other;
        return -own * Math.Log(own) - (classes - 1) * other * Math.Log(other);
    }
}
