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
    private readonly Real[] _losses, _memberLosses, _evaluated, _partnerLosses, _partnerGradient;
    private readonly double[] _totals, _ofShard, _ofShards;
    private readonly BatchShards _shards;
    private readonly RankReducer? _ranks;
    private Loss _scheduledLoss;
    private BatchPartition _partition;
    private bool _hasOwnExamples;
    private double _smoothingFactor = 1;

    /// <param name="network">The network of the scores.</param>
    /// <param name="options">The loss, and whether examples are mixed.</param>
    /// <param name="batchSize">Maximum number of rows.</param>
    /// <param name="examplesPerRow">Examples of a row: 1, or one for each member of the network.</param>
    /// <param name="shards">The shards of a training batch.</param>
    /// <param name="ranks">The ranks that share the shards; null for a single process.</param>
    public BatchLoss(
        Network network, TrainingOptions options, int batchSize, int examplesPerRow, BatchShards shards, RankReducer? ranks = null)
    {
        (_shards, _ranks) = (shards, ranks);
        (_loss, _scheduledLoss, _examplesPerRow, _outputs) = (options.Loss, options.Loss, examplesPerRow, network.Outputs);
        _members = examplesPerRow == 1 ? network.EnsembleSize : 1; // members that score the same example
        _losses = new Real[batchSize * examplesPerRow];
        _memberLosses = network.Members is null || examplesPerRow > 1 ? [] : new Real[checked(batchSize * _members)];
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
    /// <param name="scores">[rows × (members · outputs)]: those that were evaluated.</param>
    public ReadOnlyMatrix EvaluatedScores(Matrix scores) =>
        _members == 1 ? Examples(scores) : new Matrix(_evaluated.AsSpan(0, scores.Rows * _outputs), scores.Rows, _outputs);

    /// <summary>The losses of the members of the last training step: [rows × members]. Only for a part of an ensemble
    /// (<see cref="Network.Members"/>).</summary>
    /// <param name="rows">Rows of the batch.</param>
    public ReadOnlySpan<Real> LossesOfMembers(int rows) =>
        _memberLosses.Length == 0 ? _losses.AsSpan(0, rows * _examplesPerRow) : _memberLosses.AsSpan(0, rows * _members);

    /// <summary>Must be called before the rows of a batch are evaluated.</summary>
    /// <param name="batches">The batches.</param>
    /// <param name="batch">Index of the batch.</param>
    /// <param name="partition">The groups of a <see cref="GroupLoss"/>.</param>
    /// <param name="isTraining">Whether the batch has shards.</param>
    public void Begin(Minibatches batches, int batch, BatchPartition partition, bool isTraining)
    {
        (Limits, _partition, _hasOwnExamples) = (null, partition, batches.HasOwnExamples);
        if (isTraining && _shards.Count > 1) SumWeights(batches, batch);
        else batches.TotalWeights(batch, _totals);
        TotalWeight = TensorPrimitives.Sum<double>(_totals);
    }

    /// <summary>Σ w·L of the rows of each shard of this process, after training on a batch with several shards.</summary>
    /// <param name="batches">The batches.</param>
    /// <param name="batch">Index of the batch.</param>
    /// <param name="sums">[shards of this process], overwritten.</param>
    public void SumShards(Minibatches batches, int batch, Span<double> sums)
    {
        var weights = batches[batch].Weights;
        for (var i = 0; i < _shards.OwnCount; i++)
        {
            var (first, count) = _shards.RowsOf(_shards.First + i, batches, batch);
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
            Matrix scores = workspace.Scores.RowRange(next, size), gradient = workspace.ScoreGradient.RowRange(next, size);
            if (workspace.IsTraining) EvaluateTogether(scores, gradient, batch, mixture, next, size);
            else EvaluateWithoutTraining(scores, gradient.Values, batch, next, size);
        }
    }

    /// <summary>The losses of rows that other ranks have scored, too; without training.</summary>
    /// <param name="scores">[rows × (members · outputs)] of all members.</param>
    /// <param name="room">As long as the scores; overwritten.</param>
    /// <param name="batch">The targets of the rows.</param>
    public void Evaluate(Matrix scores, Span<Real> room, Minibatch batch) =>
        EvaluateWithoutTraining(scores, room, batch, first: 0, scores.Rows);

    // There are as many gradients as evaluated scores; the next step overwrites them.
    private void EvaluateWithoutTraining(Matrix rows, Span<Real> gradient, Minibatch batch, int first, int count)
    {
        var scores = Examples(rows);
        (first, count) = (first * _examplesPerRow, count * _examplesPerRow);
        var evaluated = ToEvaluate(scores, first);
        Limits?.Apply(evaluated);
        _loss.EvaluateRows(
            evaluated, batch.Y.RowRange(first, count), _losses.AsSpan(first, count),
            new Matrix(gradient[..evaluated.Values.Length], count, _outputs));
    }

    private void EvaluateTogether(Matrix rows, Matrix rowGradient, Minibatch batch, Mixture mixture, int first, int count)
    {
        Matrix scores = Examples(rows), gradient = Examples(rowGradient);
        (first, count) = (first * _examplesPerRow, count * _examplesPerRow);
        var losses = _losses.AsSpan(first, count);
        var own = _memberLosses.Length == 0 ? [] : _memberLosses.AsSpan(first * _members, count * _members);
        MemberLosses.EvaluateRows(_scheduledLoss, scores, _members, batch.Y.RowRange(first, count), losses, gradient, own);
        if (mixture.PartnerShare > 0) Mix(scores, batch.PartnerY.RowRange(first, count), mixture, first, losses, gradient);
        var weights = batch.Weights.IsEmpty ? [] : batch.Weights.Slice(first, count);
        if (_hasOwnExamples) MemberLosses.ScaleGradient(gradient, weights, _totals);
        else Loss.ScaleGradient(gradient, weights, TotalWeight);
    }

    // The weights of a shard are a chain; those of all shards are added in the order of their tree. Without weights, they are counts.
    private void SumWeights(Minibatches batches, int batch)
    {
        var count = _shards.Count;
        var (from, to) = batches.HasAllRows || !batches.HasWeights ? (0, count) : (_shards.First, _shards.End);
        for (var shard = from; shard < to; shard++)
        {
            var (first, rows) = _shards.RowsOf(shard, batches, batch);
            batches.TotalWeights(batch, first, rows, _ofShard);
            for (var i = 0; i < _ofShard.Length; i++) _ofShards[i * count + shard] = _ofShard[i];
        }
        if (to - from < count) _ranks!.GatherShards(_ofShards); // a row has a single example
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
