using Backprop.Layers;
using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Training;

/// <summary>One step of training, shared by a team of threads: θ ← θ − α·(what the optimizer makes of ∇J). Allocates only when made.</summary>
/// <remarks>
/// First every thread has some rows of the batch, and takes them forward, through the loss and backward. Then every thread has some of the
/// parameters, sums their gradient over all rows, and moves them. So nothing is added up across threads, every number is computed by one
/// thread in one order, and the result is the same for any number of them (docs/decisions/0011).
/// </remarks>
internal sealed class TrainingStep : IDisposable
{
    private readonly Network _network;
    private readonly BatchLoss _loss;
    private readonly Real[] _parameters, _predictor, _gradient;
    private readonly Real[]? _average;
    private readonly Mixup? _mixup;
    private Mixture _mixture;
    private readonly Workspace _workspace;
    private readonly ParameterShard[] _parts;
    private readonly GradientClipper? _clipper;
    private readonly double? _maximumNorm;
    private readonly WorkerTeam _team;
    private readonly StepPortions _portions;
    private readonly Action<int> _evaluateRows;
    private readonly Action[] _rowPhases, _parameterPhases;
    private readonly Action _differentiate;
    private Minibatches _batches = null!;
    private readonly int _seed;
    private readonly bool _measuresGradient;
    private int _batch, _nextPart, _step;
    private StepValues _values;

    /// <param name="network">Which layers.</param>
    /// <param name="parameters">What is moved.</param>
    /// <param name="options">How.</param>
    /// <param name="batchSize">Most rows of a batch.</param>
    /// <param name="threads">How many share it, the caller's among them; the others are ended by <see cref="Dispose"/>.</param>
    /// <param name="abreast">Examples of a row (<see cref="Minibatches.ExamplesPerRow"/>): 1, or one for every member of the network.</param>
    /// <param name="stop">What ends a step on many rows; null for nothing.</param>
    public TrainingStep(Network network, Real[] parameters, TrainingOptions options, int batchSize, int threads, int abreast = 1, StopCondition? stop = null)
    {
        _portions = new StepPortions(network, batchSize, stop);
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        (_network, _parameters, _seed, _values) = (network, parameters, options.Seed, new StepValues(LearningRate: 0));
        _loss = new BatchLoss(network, options, batchSize, abreast);
        _gradient = new Real[parameters.Length];
        _mixup = options.Mixup;
        _workspace = abreast == 1 ? new Workspace(network, batchSize) : Workspace.ForMemberBatches(network, batchSize);
        _parts = ParameterShard.Of(network, options, threads, _portions.MaxParameters);
        _clipper = options.GradientClipping is { } rule ? new GradientClipper(rule, network) : null;
        _measuresGradient = options.GradientClipping is { Measure: not ClippingMeasure.Value };
        _maximumNorm = options.MaximumNorm;
        _evaluateRows = OfShare(EvaluateRows);
        _rowPhases = [.. RowPhases()];
        _parameterPhases = [.. ParameterPhases()];
        _differentiate = OfParts(DifferentiateWithPenalties);
        _average = options.WeightAveraging is null ? null : [.. parameters];
        _predictor = _average is not null || _parts.Any(part => part.Groups.Any(group => group.Optimizer?.PredictsWithOthers == true)) ? [.. parameters] : parameters;

        // Last: if anything before it cannot be made, no threads are left running.
        _team = new WorkerTeam(threads);
    }

    /// <summary>Learns from one batch.</summary>
    /// <param name="batches">Where the batch comes from.</param>
    /// <param name="batch">Which one it is.</param>
    /// <param name="values">The learning rate, and what else is scheduled.</param>
    /// <returns>J before the step, and Σ w of the batch; without meaning if the step <see cref="IsAbandoned"/>.</returns>
    public (double Loss, double Weight) Learn(Minibatches batches, int batch, in StepValues values)
    {
        _values = values;
        _loss.Smooth(values.LabelSmoothingFactor);
        PropagateForwardAndBackward(batches, batch);
        Run(_parameterPhases);
        return IsAbandoned ? default : (MeanLoss, _loss.TotalWeight);
    }

    /// <summary>Differentiates one batch, and moves nothing: <see cref="Gradient"/> is that of the objective, J with its penalties.</summary>
    /// <returns>J, and the objective.</returns>
    public (double Loss, double Objective) Differentiate(Minibatches batches, int batch)
    {
        PropagateForwardAndBackward(batches, batch);
        if (!IsAbandoned) _differentiate();
        if (IsAbandoned) return default;
        var loss = MeanLoss;
        return (loss, loss + _parts.Sum(part => part.Groups.Sum(group => group.Penalty(_parameters))));
    }

    /// <summary>Whether the last call was given up because training must end. Then no parameter has moved.</summary>
    public bool IsAbandoned => _portions.IsAbandoned;

    /// <summary>∂objective/∂θ, as <see cref="Differentiate(Minibatches, int)"/> left it: 0 for parameters that are to stay.</summary>
    public ReadOnlySpan<Real> Gradient => _gradient;

    /// <summary>The parameters to predict with, as they were when <see cref="UpdatePredictor"/> was called: those that are moved, unless they are averaged or the optimizer has others.</summary>
    public ReadOnlySpan<Real> Predictor => _predictor;

    /// <summary>Brings <see cref="Predictor"/> up to date; to be called before <see cref="Evaluate"/>.</summary>
    public void UpdatePredictor()
    {
        if (_predictor == _parameters) return;
        _parameters.CopyTo(_predictor, 0);
        foreach (var part in _parts)
            foreach (var group in part.Groups)
            {
                var some = _predictor.AsSpan(group.Offset, group.Length);
                if (_average is not null) _average.AsSpan(group.Offset, group.Length).CopyTo(some);
                else group.Optimizer?.Predictor(_parameters.AsSpan(group.Offset, group.Length), some);
            }
    }

    /// <summary>Lets layers take note of what they measured, where <see cref="Learn"/> does not do it.</summary>
    public void ObserveStatistics()
    {
        foreach (var part in _parts) ObserveStatistics(part);
    }

    /// <summary>J of one batch at <see cref="Predictor"/>, without learning.</summary>
    /// <param name="batches">Where the batch comes from.</param>
    /// <param name="batch">Which one it is.</param>
    /// <param name="limits">What scores are limited to before they are judged; null for nothing.</param>
    /// <returns>J and Σ w of the batch.</returns>
    public (double Loss, double Weight) Evaluate(Minibatches batches, int batch, ScoreLimits? limits = null)
    {
        if (!Begin(batches, batch, isTraining: false)) return default;
        _loss.Limits = limits;
        _team.Run(_evaluateRows);
        return IsAbandoned ? default : (MeanLoss, _loss.TotalWeight);
    }

    /// <summary>[examples × outputs]: the scores of the batch that <see cref="Evaluate"/> judged last, in units of the targets as they were trained on.</summary>
    public ReadOnlyMatrix EvaluatedScores => _loss.EvaluatedScores(_workspace);

    public void Dispose() => _team.Dispose();

    private double MeanLoss => _loss.Mean(_batches[_batch].Weights, _workspace.Rows);

    private void PropagateForwardAndBackward(Minibatches batches, int batch)
    {
        if (!Begin(batches, batch, isTraining: true)) return;
        _workspace.BeginTraining(_network, batches.SizeOf(batch), _seed, ++_step, _values.DropoutFactor);
        _workspace.Sparse?.Transpose();
        _network.Fusion.Remember(_parameters, _workspace);
        if (_mixup is not null) _mixture = _mixup.At(_seed, _step, batches.ExampleCount);
        Run(_rowPhases);
    }

    // Between phases, all threads have done the same.
    private void Run(Action[] phases)
    {
        foreach (var phase in phases)
        {
            if (IsAbandoned) return;
            phase();
        }
    }

    // False if training must end before the rows are there.
    private bool Begin(Minibatches batches, int batch, bool isTraining)
    {
        (_batches, _batch) = (batches, batch);
        _portions.Begin(isTraining);
        if (!batches.Prepare(batch))
        {
            _portions.Abandon();
            return false;
        }
        _loss.Begin(batches, batch);
        _workspace.Begin(_network, batches.SizeOf(batch));
        _workspace.Sparse = batches.Sparse(batch);
        _mixture = default;
        return true;
    }

    // Forward through all stages, the loss, and backward through all stages; all threads have done one phase before any begins the next.
    // Without layers that measure the batch, that is a single phase.
    private IEnumerable<Action> RowPhases()
    {
        var last = _network.StageCount - 1;
        if (last == 0)
        {
            yield return OfRows(OutwardAndBack);
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
            yield return OfTeam(worker => _network.MeasureForward(_parameters, _batches[_batch].X, _workspace, s, worker, _team.Size));
            yield return OfRows((first, count) => ForwardRows(first, count, s));
        }
        yield return OfTeam(worker => _network.MeasureForward(_parameters, _batches[_batch].X, _workspace, last, worker, _team.Size));
        yield return OfRows((first, count) =>
        {
            ForwardRows(first, count, last);
            EvaluateLoss(first, count);
            BackwardRows(first, count, last);
        });
        for (var stage = last; stage > 0; stage--)
        {
            var s = stage;
            yield return OfTeam(worker => _network.MeasureBackward(_parameters, _batches[_batch].X, _workspace, s, worker, _team.Size));
            yield return OfRows((first, count) => BackwardRows(first, count, s - 1));
        }
    }

    // A norm must be known of the whole gradient before any parameter moves; otherwise each part is moved while its gradient is at hand.
    private IEnumerable<Action> ParameterPhases()
    {
        if (_measuresGradient || _portions.IsLarge)
        {
            yield return OfParts(Differentiate);
            var measure = OfTeam(_ => _clipper!.Measure(_gradient));
            if (_measuresGradient) yield return () =>
            {
                _clipper!.Begin();
                measure();
                _clipper.Conclude();
            };
            yield return OfParts(Move, mayEnd: false);
        }
        else
        {
            yield return OfParts(part =>
            {
                Differentiate(part);
                Move(part);
            }, mayEnd: false);
        }
        if (_maximumNorm is { } norm)
            for (var l = 0; l < _network.Layers.Count; l++)
                if (_network.Layers[l] is IAffine dense)
                {
                    var range = _network.ParametersOf(l);
                    yield return OfTeam(worker =>
                    {
                        var (first, count) = Network.Share(dense.GroupOutputs, worker, _team.Size);
                        for (var group = 0; group < dense.Groups && count > 0; group++)
                            ColumnStatistics.LimitNorms(new Matrix(_parameters.AsSpan(range)[dense.WeightsOf(group)], dense.GroupInputs, dense.GroupOutputs), first, count, (Real)(norm / dense.WeightFactor));
                    });
                }
    }

    private Action OfTeam(Action<int> work) => () => _team.Run(work);

    private Action OfRows(Action<int, int> work) => OfTeam(OfShare(work));

    // Every row by itself, so portions of a share give the same bits.
    private Action<int> OfShare(Action<int, int> work) => worker =>
    {
        var (first, count) = Network.Share(_workspace.Rows, worker, _team.Size);
        for (int done = 0, portion; done < count && _portions.MayGoOn(worker, done > 0); done += portion)
        {
            portion = Math.Min(_portions.MaxRows, count - done);
            work(first + done, portion);
        }
    };

    // Parts are taken by whoever is free: a thread that was interrupted holds up nobody. Once a part has moved, all must.
    private Action OfParts(Action<ParameterShard> work, bool mayEnd = true)
    {
        var run = OfTeam(worker =>
        {
            for (var i = Interlocked.Increment(ref _nextPart); i < _parts.Length; i = Interlocked.Increment(ref _nextPart))
            {
                if (mayEnd && !_portions.MayGoOn(worker, isDue: true)) return;
                work(_parts[i]);
            }
        });
        return () =>
        {
            _nextPart = -1;
            run();
        };
    }

    private void EvaluateRows(int first, int count)
    {
        _batches.Gather(_batch, first, count, _mixture);
        _network.ForwardRows(_predictor, _batches[_batch].X, _workspace, first, count);
        EvaluateLoss(first, count);
    }

    private void OutwardAndBack(int first, int count)
    {
        _batches.Gather(_batch, first, count, _mixture);
        ForwardRows(first, count, 0);
        EvaluateLoss(first, count);
        BackwardRows(first, count, 0);
    }

    private void ForwardRows(int first, int count, int stage) => _network.ForwardRows(_parameters, _batches[_batch].X, _workspace, first, count, stage);

    private void BackwardRows(int first, int count, int stage) => _network.BackwardRows(_parameters, _batches[_batch].X, _workspace, first, count, stage);

    private void EvaluateLoss(int first, int count) => _loss.Evaluate(_workspace, _batches[_batch], _mixture, first, count);

    private void Differentiate(ParameterShard part) =>
        _network.BackwardPart(_parameters, _batches[_batch].X, _workspace, part.Layer, part.First, _gradient.AsSpan(part.Offset, part.Length));

    private void DifferentiateWithPenalties(ParameterShard part)
    {
        Differentiate(part);
        var end = part.Offset;
        foreach (var group in part.Groups)
        {
            _gradient.AsSpan(end..group.Offset).Clear();
            group.AddPenalties(_parameters, _gradient);
            end = group.Offset + group.Length;
        }
        _gradient.AsSpan(end..(part.Offset + part.Length)).Clear();
    }

    private void Move(ParameterShard part)
    {
        _clipper?.Clip(_gradient.AsSpan(part.Offset, part.Length), part.Offset);
        foreach (var group in part.Groups)
        {
            group.ApplyUpdate(_parameters, _gradient, _values);
            if (_average is not null) group.Average(_parameters, _average, _values.AveragingShare);
        }
        ObserveStatistics(part);
    }

    private void ObserveStatistics(ParameterShard part)
    {
        var layer = _network.Layers[part.Layer];
        if (layer is not IBatchStatistics measuring) return;
        measuring.Observe(_parameters.AsSpan(part.Offset, part.Length), _workspace.Statistics(part.Layer), _workspace.Rows);
    }
}
