using System.Numerics.Tensors;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Training;

/// <summary>The losses of the rows of a batch, and in training the gradient of J. Every thread of a team evaluates rows of
/// its own. Allocates only when made.</summary>
internal sealed class BatchLoss
{
    private readonly Loss _loss;
    private readonly int _abreast, _members, _outputs;
    private readonly Real[] _losses, _judged, _partnerLosses, _partnerSlopes;
    private readonly double[] _totals;
    private Loss _scheduledLoss;
    private double _smoothingFactor = 1;

    /// <param name="network">Whose scores they are.</param>
    /// <param name="options">Which loss, and whether examples are mixed.</param>
    /// <param name="batchSize">Most rows.</param>
    /// <param name="abreast">Examples of a row: 1, or one for each member of the network.</param>
    public BatchLoss(Network network, TrainingOptions options, int batchSize, int abreast)
    {
        (_loss, _scheduledLoss, _abreast, _outputs) = (options.Loss, options.Loss, abreast, network.Outputs);
        _members = abreast == 1 ? network.EnsembleSize : 1; // of an example
        _losses = new Real[batchSize * abreast];
        _judged = _members == 1 ? [] : new Real[checked(batchSize * _outputs)];
        (_partnerLosses, _partnerSlopes) = options.Mixup is null
            ? ([], [])
            : (new Real[batchSize], new Real[checked(batchSize * network.MemberOutputs)]);
        _totals = new double[abreast];
    }

    /// <summary>Σ w of the batch.</summary>
    public double TotalWeight { get; private set; }

    /// <summary>To be called when label smoothing changes.</summary>
    /// <param name="factor">What its schedule multiplies it by; counts in training alone.</param>
    public void Smooth(double factor)
    {
        if (factor != _smoothingFactor) (_smoothingFactor, _scheduledLoss) = (factor, _loss.WithSmoothingTimes(factor));
    }

    /// <summary>The limits of scores in an evaluation without training, applied before the losses; null for none.</summary>
    public ScoreLimits? Limits { get; set; }

    /// <summary>[examples × outputs]: the scores whose losses were computed without training. They are the network's
    /// scores, within its limits. For an ensemble, they are its predictions, or each member's predictions on its own
    /// examples.</summary>
    public ReadOnlyMatrix EvaluatedScores(Workspace workspace) =>
        _members == 1 ? Examples(workspace.Scores) : new Matrix(_judged.AsSpan(0, workspace.Rows * _outputs), workspace.Rows, _outputs);

    /// <summary>To be called before <see cref="Evaluate"/>.</summary>
    public void Begin(Minibatches batches, int batch)
    {
        Limits = null;
        batches.TotalWeights(batch, _totals);
        TotalWeight = TensorPrimitives.Sum<double>(_totals);
    }

    /// <summary>J of the rows that were evaluated.</summary>
    /// <param name="weights">[examples], or empty.</param>
    /// <param name="rows">Rows of the batch.</param>
    public double Mean(ReadOnlySpan<Real> weights, int rows) => Loss.Mean(_losses.AsSpan(0, rows * _abreast), weights, TotalWeight);

    /// <summary>The losses of some rows; in training, also the gradient of J. An evaluation without training does not use
    /// gradients.</summary>
    public void Evaluate(Workspace workspace, Minibatch batch, Mixture mixture, int first, int count)
    {
        Matrix scores = Examples(workspace.Scores.RowRange(first, count)),
            slopes = Examples(workspace.ScoreGradient.RowRange(first, count));
        (first, count) = (first * _abreast, count * _abreast);
        var losses = _losses.AsSpan(first, count);
        if (!workspace.IsTraining)
        {
            // There are as many gradients as evaluated scores; the next step overwrites them.
            var judged = Judged(scores, first);
            Limits?.Apply(judged);
            _loss.EvaluateRows(
                judged, batch.Y.RowRange(first, count), losses, new Matrix(slopes.Values[..judged.Values.Length], count, _outputs));
            return;
        }
        MemberLosses.EvaluateRows(_scheduledLoss, scores, _members, batch.Y.RowRange(first, count), losses, slopes);
        if (mixture.PartnerShare > 0) Mix(scores, batch.PartnerY.RowRange(first, count), mixture, first, losses, slopes);
        var weights = batch.Weights.IsEmpty ? [] : batch.Weights.Slice(first, count);
        if (_abreast == 1) Loss.ScaleGradient(slopes, weights, TotalWeight);
        else MemberLosses.ScaleGradient(slopes, weights, _totals);
    }

    // Scores of members that have examples of their own are those of as many examples, member after member in memory too.
    private Matrix Examples(Matrix rows) => _abreast == 1 ? rows : new Matrix(rows.Values, rows.Rows * _abreast, _outputs);

    // An ensemble is validated on its combined prediction.
    private Matrix Judged(Matrix scores, int first)
    {
        if (_members == 1) return scores;
        var judged = new Matrix(_judged.AsSpan(first * _outputs, scores.Rows * _outputs), scores.Rows, _outputs);
        _loss.AverageMembers(new Matrix(scores.Values, scores.Rows * _members, _outputs), judged);
        return judged;
    }

    private void Mix(ReadOnlyMatrix scores, ReadOnlyMatrix partnerTargets, Mixture mixture, int first, Span<Real> losses, Matrix slopes)
    {
        var partnerLosses = _partnerLosses.AsSpan(first, losses.Length);
        var partnerSlopes = new Matrix(_partnerSlopes.AsSpan(first * slopes.Columns, slopes.Values.Length), slopes.Rows, slopes.Columns);
        MemberLosses.EvaluateRows(_scheduledLoss, scores, _members, partnerTargets, partnerLosses, partnerSlopes);
        var mix = new Arithmetic.PartOfTheWay((Real)mixture.PartnerShare);
        Elementwise.Zip(mix, losses, partnerLosses, losses);
        Elementwise.Zip(mix, slopes.Values, partnerSlopes.Values, slopes.Values);
    }
}
