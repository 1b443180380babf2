using Backprop.Layers;
using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Training;

/// <summary>Computes the loss and the gradient of a batch, with a team of threads.</summary>
/// <remarks>
/// First every thread processes some rows: forward, loss, and backward to the gradient of every layer's output. Then every thread sums the
/// gradient of some parameters over all rows. So nothing is summed across threads, and one thread computes each element in a fixed order.
/// The result is the same for any number of threads (docs/decisions/0011). With several shards, each has a sum of its own, and these are
/// added in the order of a tree (docs/decisions/0054). With several ranks, this process has the rows of its own shards.
/// </remarks>
internal sealed class GradientPass
{
    private readonly Network _network;
    private readonly TrainingState _state;
    private readonly BatchLoss _loss;
    private readonly Mixup? _mixup;
    private readonly Workspace _workspace;
    private readonly Real[] _gradient;
    private readonly StepPortions _portions;
    private readonly Action[] _rowPhases;
    private readonly Action<int> _evaluateRows;
    private readonly int _seed;
    private readonly BatchShards _shards;
    private readonly RankReducer? _ranks;
    private readonly double[] _shardLosses;
    private Minibatches _batches = null!;
    private Mixture _mixture;
    private BatchPartition _partition;
    private int _batch;

    /// <param name="network">The layers.</param>
    /// <param name="state">The parameters.</param>
    /// <param name="options">Loss, mixup and seed.</param>
    /// <param name="batchSize">Maximum rows of a batch.</param>
    /// <param name="examplesPerRow">Examples of a row (<see cref="Minibatches.ExamplesPerRow"/>).</param>
    /// <param name="portions">The portions of a long computation; it may be abandoned between two portions.</param>
    /// <param name="shards">The shards of a batch.</param>
    /// <param name="ranks">Receives the gradient of this process; null for a single process.</param>
    public GradientPass(
        Network network, TrainingState state, TrainingOptions options, int batchSize, int examplesPerRow,
        StepPortions portions, BatchShards shards, RankReducer? ranks)
    {
        (_shards, _ranks, _shardLosses) = (shards, ranks, new double[shards.Count]);
        (_network, _state) = (network, state);
        (_portions, _seed, _mixup) = (portions, options.Seed, options.Mixup);
        _loss = new BatchLoss(network, options, batchSize, examplesPerRow, shards, ranks);
        _workspace = examplesPerRow == 1 ? new Workspace(network, batchSize) : Workspace.ForMemberBatches(network, batchSize);
        _gradient = new Real[network.ParameterCount];
        _evaluateRows = OfShare(EvaluateRows);
        _rowPhases = [.. RowPhases()];
    }

    /// <summary>The threads. They are set after everything else was allocated, so that no thread remains if an allocation fails.</summary>
    public WorkerTeam Team { get; set; } = null!;

    /// <summary>∂J/∂θ [parameters], for the parameters that were differentiated. With several ranks, those of this process.</summary>
    public Real[] Gradient => _gradient;

    /// <summary>Σ w of the batch.</summary>
    public double TotalWeight => _loss.TotalWeight;

    /// <summary>J of the batch: the weighted mean loss of the rows that were evaluated last.</summary>
    public double MeanLoss => _shards.Count > 1 && _workspace.IsTraining
        ? MeanOfShards()
        : _loss.Mean(_batches[_batch].Weights, _workspace.Rows);

    /// <summary>[examples × outputs]: the scores of the last <see cref="Evaluate"/>, in units of the targets as they were trained
    /// on.</summary>
    public ReadOnlyMatrix EvaluatedScores => _loss.EvaluatedScores(_workspace.Scores);

    /// <summary>[rows × (members · outputs)]: the scores of every member in the last <see cref="Evaluate"/>.</summary>
    public ReadOnlyMatrix MemberScores => _workspace.Scores;

    /// <summary>[rows × members]: the loss of every member before the last step, if the network is a part of an ensemble
    /// (<see cref="Network.Members"/>).</summary>
    public ReadOnlySpan<Real> MemberLosses => _loss.LossesOfMembers(_workspace.Rows);

    /// <summary>Runs forward and backward over all rows of a batch. Must be called before <see cref="Differentiate"/>.</summary>
    public void Run(Minibatches batches, int batch, in StepValues values)
    {
        _loss.Smooth(values.LabelSmoothingFactor);
        if (!Begin(batches, batch, isTraining: true)) return;
        _state.GradientPasses++;
        _workspace.BeginTraining(_network, batches.SizeOf(batch), _seed, _state.GradientPasses, values.DropoutFactor);
        _workspace.Sparse?.Transpose();
        _network.Fusion.Remember(_state.Parameters, _workspace);
        if (_mixup is not null) _mixture = _mixup.At(_seed, _state.GradientPasses, batches.ExampleCount, _shards.Count);
        _portions.Run(_rowPhases);
    }

    /// <summary>Whether a layer adds all shards of this process, without memory for each.</summary>
    public bool AddsOwnShards(int layer) =>
        _shards.Group > 1 && _shards.Group == _shards.OwnCount && _network.AddsShards(layer, _workspace);

    /// <summary>Sums the gradient of some parameters over all rows of this process.</summary>
    public void Differentiate(ParameterShard shard)
    {
        if (_shards.Count == 1)
        {
            DifferentiateRows(shard, (0, _workspace.Rows), _gradient.AsSpan(shard.Offset, shard.Length));
            return;
        }
        if (AddsOwnShards(shard.Layer))
        {
            var own = _ranks is null
                ? _gradient.AsSpan(shard.Offset, shard.Length)
                : _ranks.RoomFor(piece: 0, shard.Offset, shard.Length);
            var hasSeveralOwners = own.IsEmpty;
            if (hasSeveralOwners) own = Scratch.BlocksOfAtLeast(shard.Length).AsSpan(0, shard.Length);
            DifferentiateShards(shard, _shards.First, _shards.Group, own);
            if (hasSeveralOwners) _ranks!.Put(piece: 0, shard.Offset, own);
            return;
        }

        // Either the layer adds the shards of a group, or the sum does.
        var (ofLayer, ofSum) = _network.AddsShards(shard.Layer, _workspace) ? (_shards.Group, 1) : (1, _shards.Group);
        var room = Scratch.BlocksOfAtLeast(checked(_shards.Depth * shard.Length));
        var sum = new TreeSum(room, shard.Length, _shards.First, ofSum);
        for (var i = _shards.First; i < _shards.End; i += ofLayer)
        {
            DifferentiateShards(shard, i, ofLayer, sum.Next);
            sum.Add(i + ofLayer, ofLayer);
        }
        if (_ranks is null) sum.Block(0).CopyTo(_gradient.AsSpan(shard.Offset, shard.Length));
        else for (var piece = 0; piece < _shards.Pieces.Count; piece++) _ranks.Put(piece, shard.Offset, sum.Block(piece));
    }

    /// <summary>Exchanges the gradients and losses of all ranks.</summary>
    public void Exchange()
    {
        _loss.SumShards(_batches, _batch, _shardLosses.AsSpan(_shards.First, _shards.OwnCount));
        _ranks!.Exchange(_shardLosses);
    }

    /// <summary>Adds the gradients of all ranks, for some parameters of this process.</summary>
    public void SumRanks(ParameterShard shard) => _ranks!.Sum(shard.Offset, _gradient.AsSpan(shard.Offset, shard.Length));

    /// <summary>Makes a layer update the statistics that it measured on the batch.</summary>
    public void ObserveStatistics(ParameterShard shard)
    {
        if (_network.Layers[shard.Layer] is not IBatchStatistics layer) return;
        var own = _state.Parameters.AsSpan(shard.Offset, shard.Length);
        layer.Observe(own, _workspace.Statistics(shard.Layer), _workspace.Rows);
    }

    /// <summary>The loss of a batch with <see cref="TrainingState.Predictor"/>, without a gradient.</summary>
    /// <param name="batches">The batches.</param>
    /// <param name="batch">Index of the batch.</param>
    /// <param name="limits">Limits of the scores; null for none.</param>
    public void Evaluate(Minibatches batches, int batch, ScoreLimits? limits)
    {
        if (!Begin(batches, batch, isTraining: false)) return;
        _loss.Limits = limits;
        Team.Run(_evaluateRows);
    }

    // Returns false if training must end before the rows are read.
    private bool Begin(Minibatches batches, int batch, bool isTraining)
    {
        (_batches, _batch) = (batches, batch);
        _portions.Begin(isTraining);
        if (!batches.Prepare(batch))
        {
            _portions.Abandon();
            return false;
        }
        _partition = batches.PartitionOf(batch);
        _loss.Begin(batches, batch, _partition, isTraining);
        _workspace.Begin(_network, batches.SizeOf(batch));
        _workspace.Sparse = batches.Sparse(batch);
        _mixture = default;
        return true;
    }

    // Forward through all stages, the loss, and backward through all stages. All threads finish one phase before any begins the next.
    // Without layers that measure the batch, there is a single phase.
    private IEnumerable<Action> RowPhases()
    {
        var last = _network.StageCount - 1;
        if (last == 0)
        {
            yield return OfRows(ForwardAndBackward);
            yield break;
        }
        yield return OfRows((first, count) =>
        {
            _batches.Gather(_batch, first, count, _mixture);
            ForwardRows(first, count, 0);
        });
        for (var stage = 1; stage < last; stage++)
        {
            var s = stage;
            yield return MeasureForward(s);
            yield return OfRows((first, count) => ForwardRows(first, count, s));
        }
        yield return MeasureForward(last);
        yield return OfRows((first, count) =>
        {
            ForwardRows(first, count, last);
            EvaluateLoss(first, count);
            BackwardRows(first, count, last);
        });
        for (var stage = last; stage > 0; stage--)
        {
            var s = stage;
            yield return OfTeam(
                worker => _network.MeasureBackward(_state.Parameters, _batches[_batch].X, _workspace, s, worker, Team.Size));
            yield return OfRows((first, count) => BackwardRows(first, count, s - 1));
        }
    }

    private Action MeasureForward(int stage) =>
        OfTeam(worker => _network.MeasureForward(_state.Parameters, _batches[_batch].X, _workspace, stage, worker, Team.Size));

    private Action OfTeam(Action<int> work) => () => Team.Run(work);

    private Action OfRows(Action<int, int> work) => OfTeam(OfShare(work));

    // Every part of the batch is computed by itself, so a share in portions has the same bits.
    private Action<int> OfShare(Action<int, int> work) => worker =>
    {
        var (first, count) = ShareOf(worker);
        var end = first + count;
        for (var next = first; next < end && _portions.MayGoOn(worker, next > first);)
        {
            var portion = _partition.PortionFrom(next, end, _portions.MaxRows);
            work(next, portion);
            next += portion;
        }
    };

    // A rank evaluates all rows of a batch, but trains on those of its own shards.
    private (int First, int Count) ShareOf(int worker)
    {
        if (_ranks is null || !_workspace.IsTraining) return _partition.Share(worker, Team.Size);
        var (first, count) = _shards.OwnRows(_batches, _batch);
        var (firstOfShare, own) = Network.Share(count, worker, Team.Size);
        return (first + firstOfShare, own);
    }

    // The sum over neighbouring shards. Several only if the layer adds them.
    private void DifferentiateShards(ParameterShard shard, int first, int shards, Span<Real> gradient)
    {
        var (firstRow, rows) = _shards.RowsOf(first, _batches, _batch);
        if (shards == 1)
        {
            if (rows > 0) DifferentiateRows(shard, (firstRow, rows), gradient);
            else gradient.Clear();
            return;
        }
        Span<int> ends = stackalloc int[shards];
        for (var i = 0; i < ends.Length; i++)
        {
            var (row, count) = _shards.RowsOf(first + i, _batches, _batch);
            ends[i] = row + count - firstRow;
        }
        _network.BackwardPart(_batches[_batch].X, _workspace, firstRow, ends, shard.Layer, shard.First, gradient);
    }

    private void DifferentiateRows(ParameterShard shard, (int First, int Count) rows, Span<Real> gradient) =>
        _network.BackwardPart(_state.Parameters, _batches[_batch].X, _workspace, rows, shard.Layer, shard.First, gradient);

    private double MeanOfShards()
    {
        if (_ranks is null) _loss.SumShards(_batches, _batch, _shardLosses);
        return TreeSum.Of(_shardLosses) / _loss.TotalWeight;
    }

    private void EvaluateRows(int first, int count)
    {
        _batches.Gather(_batch, first, count, _mixture);
        _network.ForwardRows(_state.Predictor, _batches[_batch].X, _workspace, first, count);
        EvaluateLoss(first, count);
    }

    private void ForwardAndBackward(int first, int count)
    {
        _batches.Gather(_batch, first, count, _mixture);
        ForwardRows(first, count, 0);
        EvaluateLoss(first, count);
        BackwardRows(first, count, 0);
    }

    private void ForwardRows(int first, int count, int stage) =>
        _network.ForwardRows(_state.Parameters, _batches[_batch].X, _workspace, first, count, stage);

    private void BackwardRows(int first, int count, int stage) =>
        _network.BackwardRows(_state.Parameters, _batches[_batch].X, _workspace, first, count, stage);

    private void EvaluateLoss(int first, int count) => _loss.Evaluate(_workspace, _batches[_batch], _mixture, first, count);
}
