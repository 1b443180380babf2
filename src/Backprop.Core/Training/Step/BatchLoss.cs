using System.Numerics.Tensors;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Training;

/// <summary>The losses of the rows of a batch, and in training the gradient of J. Every thread of a team evaluates its own rows. Allocates
/// only in the constructor.</summary>
internal sealed class BatchLoss
{
    private readonly Loss _loss;
    private readonly int _examplesPerRow, _members, _outputs;
    private readonly Real[] _losses, _evaluated, _partnerLosses, _partnerGradient;
    private readonly double[] _totals, _ofShard, _ofShards;
    private readonly BatchShards _shards;
    private Loss _scheduledLoss;
    private BatchPartition _partition;
    private double _smoothingFactor = 1;

    /// <param name="network">The network of the scores.</param>
    /// <param name="options">The loss, and whether examples are mixed.</param>
    /// <param name="batchSize">Maximum number of rows.</param>
    /// <param name="examplesPerRow">Examples of a row: 1, or one for each member of the network.</param>
    /// <param name="shards">The shards of a training batch.</param>
    public BatchLoss(Network network, TrainingOptions options, int batchSize, int examplesPerRow, BatchShards shards)
    {
        _shards = shards;
        (_loss, _scheduledLoss, _examplesPerRow, _outputs) = (options.Loss, options.Loss, examplesPerRow, network.Outputs);
        _members = examplesPerRow == 1 ? network.EnsembleSize : 1; // members that score the same example
        _losses = new Real[batchSize * examplesPerRow];
        _evaluated = _members == 1 ? [] : new Real[checked(batchSize * _outputs)];
        (_partnerLosses, _partnerGradient) = options.Mixup is null
            ? ([], [])
            : (new Real[batchSize], new Real[checked(batchSize * network.MemberOutputs)]);
        _totals = new double[examplesPerRow];
        (_ofShard, _ofShards) = shards.Count == 1 ? ([], []) : (new double[examplesPerRow], new double[examplesPerRow * shards.Count]);
    }

    /// <summary>Σ w of the batch.</summary>
    public double TotalWeight { get; private set; }

    /// <summary>Must be called when label smoothing changes.</summary>
    /// <param name="factor">The factor of its schedule; used only in training.</param>
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
        _members == 1 ? Examples(workspace.Scores) : new Matrix(_evaluated.AsSpan(0, workspace.Rows * _outputs), workspace.Rows, _outputs);

    /// <summary>Must be called before <see cref="Evaluate"/>.</summary>
    /// <param name="batches">The batches.</param>
    /// <param name="batch">Index of the batch.</param>
    /// <param name="partition">The groups of a <see cref="GroupLoss"/>.</param>
    /// <param name="isTraining">Whether the batch has shards.</param>
    public void Begin(Minibatches batches, int batch, BatchPartition partition, bool isTraining)
    {
        (Limits, _partition) = (null, partition);
        if (isTraining && _shards.Count > 1) SumWeights(batches, batch);
        else batches.TotalWeights(batch, _totals);
        TotalWeight = TensorPrimitives.Sum<double>(_totals);
    }

    /// <summary>Σ w·L of the rows of each shard of this process, after training on a batch with several shards.</summary>
    /// <param name="weights">[examples], or empty.</param>
    /// <param name="rows">Rows of the batch.</param>
    /// <param name="sums">[shards of this process], overwritten.</param>
    public void SumShards(ReadOnlySpan<Real> weights, int rows, Span<double> sums)
    {
        for (var i = 0; i < _shards.OwnCount; i++)
        {
            var (first, count) = _shards.RowsOf(_shards.First + i, rows);
            (first, count) = (first * _examplesPerRow, count * _examplesPerRow);
            sums[i] = Loss.Mean(_losses.AsSpan(first, count), weights.IsEmpty ? [] : weights.Slice(first, count), totalWeight: 1);
        }
    }

    /// <summary>J of the rows that were evaluated.</summary>
    /// <param name="weights">[examples], or empty.</param>
    /// <param name="rows">Rows of the batch.</param>
    public double Mean(ReadOnlySpan<Real> weights, int rows) => Loss.Mean(_losses.AsSpan(0, rows * _examplesPerRow), weights, TotalWeight);

    /// <summary>The losses of some rows; in training, also the gradient of J. An evaluation without training does not use
    /// gradients. For a <see cref="GroupLoss"/>, the rows are whole groups.</summary>
    public void Evaluate(Workspace workspace, Minibatch batch, Mixture mixture, int first, int count)
    {
        var end = first + count;
        for (int next = first, size; next < end; next += size)
        {
            size = _loss is GroupLoss ? _partition.RowsOfPart(next) : count;
            EvaluateTogether(workspace, batch, mixture, next, size);
        }
    }

    private void EvaluateTogether(Workspace workspace, Minibatch batch, Mixture mixture, int first, int count)
    {
        Matrix scores = Examples(workspace.Scores.RowRange(first, count)),
            gradient = Examples(workspace.ScoreGradient.RowRange(first, count));
        (first, count) = (first * _examplesPerRow, count * _examplesPerRow);
        var losses = _losses.AsSpan(first, count);
        if (!workspace.IsTraining)
        {
            // There are as many gradients as evaluated scores; the next step overwrites them.
            var evaluated = ToEvaluate(scores, first);
            Limits?.Apply(evaluated);
            _loss.EvaluateRows(
                evaluated, batch.Y.RowRange(first, count), losses, new Matrix(gradient.Values[..evaluated.Values.Length], count, _outputs));
            return;
        }
        MemberLosses.EvaluateRows(_scheduledLoss, scores, _members, batch.Y.RowRange(first, count), losses, gradient);
        if (mixture.PartnerShare > 0) Mix(scores, batch.PartnerY.RowRange(first, count), mixture, first, losses, gradient);
        var weights = batch.Weights.IsEmpty ? [] : batch.Weights.Slice(first, count);
        if (_examplesPerRow == 1) Loss.ScaleGradient(gradient, weights, TotalWeight);
        else MemberLosses.ScaleGradient(gradient, weights, _totals);
    }

    // The weights of a shard are a chain; those of all shards are added in the order of their tree.
    private void SumWeights(Minibatches batches, int batch)
    {
        var (count, rows) = (_shards.Count, batches.SizeOf(batch));
        for (var shard = 0; shard < count; shard++)
        {
            var (first, own) = _shards.RowsOf(shard, rows);
            batches.TotalWeights(batch, first, own, _ofShard);
            for (var i = 0; i < _ofShard.Length; i++) _ofShards[i * count + shard] = _ofShard[i];
        }
        for (var i = 0; i < _totals.Length; i++) _totals[i] = TreeSum.Of(_ofShards.AsSpan(i * count, count));
    }

    // If members have different examples, each row contains the scores of one example per member, which are adjacent in memory.
    private Matrix Examples(Matrix rows) => _examplesPerRow == 1 ? rows : new Matrix(rows.Values, rows.Rows * _examplesPerRow, _outputs);

    // An ensemble is validated on its combined prediction.
    private Matrix ToEvaluate(Matrix scores, int first)
    {
        if (_members == 1) return scores;
        var evaluated = new Matrix(_evaluated.AsSpan(first * _outputs, scores.Rows * _outputs), scores.Rows, _outputs);
        _loss.AverageMembers(new Matrix(scores.Values, scores.Rows * _members, _outputs), evaluated);
        return evaluated;
    }

    private void Mix(ReadOnlyMatrix scores, ReadOnlyMatrix partnerTargets, Mixture mixture, int first, Span<Real> losses, Matrix gradient)
    {
        var partnerLosses = _partnerLosses.AsSpan(first, losses.Length);
        var partnerValues = _partnerGradient.AsSpan(first * gradient.Columns, gradient.Values.Length);
        var partnerGradient = new Matrix(partnerValues, gradient.Rows, gradient.Columns);
        MemberLosses.EvaluateRows(_scheduledLoss, scores, _members, partnerTargets, partnerLosses, partnerGradient);
        var mix = new Arithmetic.PartOfTheWay((Real)mixture.PartnerShare);
        Elementwise.Zip(mix, losses, partnerLosses, losses);
        Elementwise.Zip(mix, gradient.Values, partnerGradient.Values, gradient.Values);
    }
}
