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
    private readonly Action<int> _evaluateRows, _differentiateRows, _moveParameters;
    private Minibatches _batches = null!;
    private int _batch, _nextPart;
    private double _totalWeight, _learningRate;

    public TrainingStep(Network network, Real[] parameters, Loss loss, Optimizer optimizer, int batchSize, WorkerTeam team)
    {
        (_network, _parameters, _loss, _team) = (network, parameters, loss, team);
        _gradient = new Real[parameters.Length];
        _losses = new Real[batchSize];
        _workspace = new Workspace(network, batchSize);
        var partLength = team.Size == 1 ? int.MaxValue : Math.Max(LeastPartLength, parameters.Length / (PartsPerThread * team.Size));
        for (var l = 0; l < network.Layers.Count; l++) AddParts(l, partLength, optimizer);
        (_evaluateRows, _differentiateRows, _moveParameters) = (EvaluateRows, DifferentiateRows, MoveParameters);
    }

    /// <summary>Learns from one batch.</summary>
    /// <returns>J before the step, and Σ w of the batch.</returns>
    public (double Loss, double Weight) Learn(Minibatches batches, int batch, double learningRate)
    {
        Begin(batches, batch);
        _learningRate = learningRate;
        _nextPart = -1;
        _team.Run(_differentiateRows);
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
            _parts.Add(new Part(layer, first, _network.ParametersOf(layer).Start.Value + first, end - first, optimizer.Start(end - first)));
        }
    }

    private void Begin(Minibatches batches, int batch)
    {
        (_batches, _batch) = (batches, batch);
        _totalWeight = batches.TotalWeight(batch);
        _workspace.Begin(_network, batches.SizeOf(batch));
    }

    private (int First, int Count) RowsOf(int worker)
    {
        int first = (int)((long)_workspace.Rows * worker / _team.Size), end = (int)((long)_workspace.Rows * (worker + 1) / _team.Size);
        return (first, end - first);
    }

    private void EvaluateRows(int worker)
    {
        var (first, count) = RowsOf(worker);
        if (count == 0) return;
        _batches.Gather(_batch, first, count);
        var batch = _batches[_batch];
        _network.ForwardRows(_parameters, batch.X, _workspace, first, count);
        _loss.EvaluateRows(_workspace.Scores.RowRange(first, count), batch.Y.RowRange(first, count), _losses.AsSpan(first, count), _workspace.ScoreGradient.RowRange(first, count));
    }

    private void DifferentiateRows(int worker)
    {
        var (first, count) = RowsOf(worker);
        if (count == 0) return;
        EvaluateRows(worker);
        var batch = _batches[_batch];
        Loss.ScaleGradient(_workspace.ScoreGradient.RowRange(first, count), batch.Weights.IsEmpty ? [] : batch.Weights.Slice(first, count), _totalWeight);
        _network.BackwardRows(_parameters, batch.X, _workspace, first, count);
    }

    // Parts are taken by whoever is free: a thread that was interrupted holds up nobody.
    private void MoveParameters(int worker)
    {
        for (var i = Interlocked.Increment(ref _nextPart); i < _parts.Count; i = Interlocked.Increment(ref _nextPart))
        {
            var part = _parts[i];
            var gradient = _gradient.AsSpan(part.Offset, part.Length);
            _network.BackwardPart(_parameters, _batches[_batch].X, _workspace, part.Layer, part.First, gradient);
            part.Optimizer.Update(_parameters.AsSpan(part.Offset, part.Length), gradient, _learningRate);
        }
    }

    /// <summary>Some neighbouring parameters of one layer, with the memory of their optimizer.</summary>
    private sealed record Part(int Layer, int First, int Offset, int Length, OptimizerState Optimizer);
}
