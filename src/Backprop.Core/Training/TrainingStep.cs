using Backprop.Layers;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Optimizers;

namespace Backprop.Training;

/// <summary>One step of training, shared by a team of threads: θ ← θ − α·(what the optimizer makes of ∇J). Allocates only when made.</summary>
/// <remarks>
/// First every thread has some rows of the batch, and takes them forward, through the loss and backward. Then every thread has some of the
/// parameters, sums their gradient over all rows, and moves them. So nothing is added up across threads, every number is computed by one
/// thread in one order, and the result is the same for any number of them (docs/decisions/0011).
/// </remarks>
internal sealed class TrainingStep : IDisposable
{
    // Large parts make for few and large products; but several threads need several parts each, or one would wait for another.
    private const int LeastPartLength = 8 * 1024, PartsPerThread = 8;

    private readonly Network _network;
    private readonly Loss _loss;
    private readonly Real[] _parameters, _gradient, _losses;
    private readonly Workspace _workspace;
    private readonly List<Part> _parts = [];
    private readonly WorkerTeam _team;
    private readonly Action<int> _evaluateRows, _moveParameters;
    private readonly Action<int>[] _phases;
    private Minibatches _batches = null!;
    private readonly int _seed;
    private int _batch, _nextPart, _step;
    private double _totalWeight, _learningRate;

    public TrainingStep(Network network, Real[] parameters, Loss loss, Optimizer optimizer, int batchSize, WorkerTeam team, int seed = 0)
    {
        (_network, _parameters, _loss, _team, _seed) = (network, parameters, loss, team, seed);
        _gradient = new Real[parameters.Length];
        _losses = new Real[batchSize];
        _workspace = new Workspace(network, batchSize);
        var partLength = team.Size == 1 ? int.MaxValue : Math.Max(LeastPartLength, parameters.Length / (PartsPerThread * team.Size));
        for (var l = 0; l < network.Layers.Count; l++) AddParts(l, partLength, optimizer);
        (_evaluateRows, _moveParameters) = (EvaluateRows, MoveParameters);
        _phases = [.. Phases()];
    }

    /// <summary>Learns from one batch.</summary>
    /// <returns>J before the step, and Σ w of the batch.</returns>
    public (double Loss, double Weight) Learn(Minibatches batches, int batch, double learningRate)
    {
        Begin(batches, batch);
        _workspace.BeginTraining(_network, batches.SizeOf(batch), _seed, ++_step);
        _learningRate = learningRate;
        _nextPart = -1;
        foreach (var phase in _phases) _team.Run(phase);
        _team.Run(_moveParameters);
        return (MeanLoss, _totalWeight);
    }

    /// <summary>J of one batch, without learning.</summary>
    /// <returns>J and Σ w of the batch.</returns>
    public (double Loss, double Weight) Evaluate(Minibatches batches, int batch)
    {
        Begin(batches, batch);
        _team.Run(_evaluateRows);
        return (MeanLoss, _totalWeight);
    }

    public void Dispose() => _team.Dispose();

    private double MeanLoss => Loss.Mean(_losses.AsSpan(0, _workspace.Rows), _batches[_batch].Weights, _totalWeight);

    private void AddParts(int layer, int customaryLength, Optimizer optimizer)
    {
        var kind = _network.Layers[layer];
        var count = kind.ParameterCount;
        if (count == 0) return;
        var length = (int)Math.Min(count, (long)kind.PartLength * Math.Max(1, customaryLength / kind.PartLength));
        for (var first = 0; first < count; first += length)
        {
            var end = Math.Min(first + length, count);
            var offset = _network.ParametersOf(layer).Start.Value;
            _parts.Add(new Part(layer, first, offset + first, end - first, [.. GroupsOf(kind, offset, first, end - first, optimizer)], kind.StatisticsLength > 0));
        }
    }

    private void Begin(Minibatches batches, int batch)
    {
        (_batches, _batch) = (batches, batch);
        _totalWeight = batches.TotalWeight(batch);
        _workspace.Begin(_network, batches.SizeOf(batch));
    }

    // Forward through all stages, the loss, and backward through all stages; all threads have done one phase before any begins the next.
    // Without layers that measure the batch, that is a single phase.
    private IEnumerable<Action<int>> Phases()
    {
        var last = _network.StageCount - 1;
        if (last == 0)
        {
            yield return OfRows(OutwardAndBack);
            yield break;
        }
        yield return OfRows((first, count) =>
        {
            _batches.Gather(_batch, first, count);
            ForwardRows(first, count, 0);
        });
        for (var stage = 1; stage < last; stage++)
        {
            var s = stage;
            yield return worker => _network.MeasureForward(_parameters, _batches[_batch].X, _workspace, s, worker, _team.Size);
            yield return OfRows((first, count) => ForwardRows(first, count, s));
        }
        yield return worker => _network.MeasureForward(_parameters, _batches[_batch].X, _workspace, last, worker, _team.Size);
        yield return OfRows((first, count) =>
        {
            ForwardRows(first, count, last);
            EvaluateLoss(first, count);
            BackwardRows(first, count, last);
        });
        for (var stage = last; stage > 0; stage--)
        {
            var s = stage;
            yield return worker => _network.MeasureBackward(_parameters, _batches[_batch].X, _workspace, s, worker, _team.Size);
            yield return OfRows((first, count) => BackwardRows(first, count, s - 1));
        }
    }

    private Action<int> OfRows(Action<int, int> work) => worker =>
    {
        var (first, count) = Network.Share(_workspace.Rows, worker, _team.Size);
        if (count > 0) work(first, count);
    };

    private void EvaluateRows(int worker)
    {
        var (first, count) = Network.Share(_workspace.Rows, worker, _team.Size);
        if (count == 0) return;
        _batches.Gather(_batch, first, count);
        _network.ForwardRows(_parameters, _batches[_batch].X, _workspace, first, count);
        EvaluateLoss(first, count);
    }

    private void OutwardAndBack(int first, int count)
    {
        _batches.Gather(_batch, first, count);
        ForwardRows(first, count, 0);
        EvaluateLoss(first, count);
        BackwardRows(first, count, 0);
    }

    private void ForwardRows(int first, int count, int stage) => _network.ForwardRows(_parameters, _batches[_batch].X, _workspace, first, count, stage);

    private void BackwardRows(int first, int count, int stage) => _network.BackwardRows(_parameters, _batches[_batch].X, _workspace, first, count, stage);

    // The slopes of the rows' own losses become those of J here, in training; a mere evaluation does not look at them.
    private void EvaluateLoss(int first, int count)
    {
        var batch = _batches[_batch];
        var slopes = _workspace.ScoreGradient.RowRange(first, count);
        _loss.EvaluateRows(_workspace.Scores.RowRange(first, count), batch.Y.RowRange(first, count), _losses.AsSpan(first, count), slopes);
        if (_workspace.IsTraining) Loss.ScaleGradient(slopes, batch.Weights.IsEmpty ? [] : batch.Weights.Slice(first, count), _totalWeight);
    }

    // Parts are taken by whoever is free: a thread that was interrupted holds up nobody.
    private void MoveParameters(int worker)
    {
        for (var i = Interlocked.Increment(ref _nextPart); i < _parts.Count; i = Interlocked.Increment(ref _nextPart))
        {
            var part = _parts[i];
            var gradient = _gradient.AsSpan(part.Offset, part.Length);
            _network.BackwardPart(_parameters, _batches[_batch].X, _workspace, part.Layer, part.First, gradient);
            foreach (var group in part.Groups)
                group.Optimizer.Update(_parameters.AsSpan(group.Offset, group.Length), _gradient.AsSpan(group.Offset, group.Length), _learningRate);
            if (part.Observes) _network.Layers[part.Layer].Observe(_parameters.AsSpan(part.Offset, part.Length), _workspace.Statistics(part.Layer), _workspace.Rows);
        }
    }

    // What is measured and not learned has no optimizer. The rest is one group, for all of it is treated alike.
    private static IEnumerable<Group> GroupsOf(Layer layer, int layerOffset, int first, int length, Optimizer optimizer)
    {
        int start = first, block = 0;
        foreach (var (_, blockLength, role) in layer.Blocks)
        {
            int from = Math.Max(start, block), to = Math.Min(first + length, block + blockLength);
            if (role == ParameterRole.Statistic && from < to)
            {
                if (start < from) yield return Make(start, from);
                start = to;
            }
            block += blockLength;
        }
        if (start < first + length) yield return Make(start, first + length);

        Group Make(int from, int to) => new(layerOffset + from, to - from, optimizer.Start(to - from));
    }

    /// <summary>Some neighbouring parameters of one layer.</summary>
    private sealed record Part(int Layer, int First, int Offset, int Length, Group[] Groups, bool Observes);

    /// <summary>Those among them that are treated alike, with the memory of their optimizer.</summary>
    private sealed record Group(int Offset, int Length, OptimizerState Optimizer);
}
