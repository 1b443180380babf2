using System.Runtime.InteropServices;
using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Training;

/// <summary>One training run of an ensemble by several ranks. Each rank trains some members; rank 0 has the losses and scores of all, makes
/// every decision, and returns the whole network.</summary>
/// <remarks>
/// A member learns in a part of the ensemble, to the last bit, what it learns in the whole (docs/decisions/0055). Once in an epoch, the
/// losses of the examples travel to rank 0, and once in a validation check the scores of the validation rows. Decisions of a clock are
/// those of rank 0.
/// </remarks>
internal sealed class MemberTeam
{
    private readonly MemberRanks _ranks;
    private readonly Network _whole;
    private readonly MemberSlice _own;
    private readonly MemberLossLog _losses;
    private Minibatches? _wholeBatches; // targets and weights of the validation rows, for all members
    private BatchLoss? _wholeLoss;
    private Real[] _scores = [];

    /// <summary>Divides a network.</summary>
    /// <param name="ranks">The ranks.</param>
    /// <param name="whole">The ensemble.</param>
    /// <param name="hasOwnExamples">Whether each member has examples of its own.</param>
    public MemberTeam(MemberRanks ranks, Network whole, bool hasOwnExamples)
    {
        (_ranks, _whole) = (ranks, whole);
        _own = new MemberSlice(whole, ranks.Own);
        _losses = new MemberLossLog { HasOwnExamples = hasOwnExamples };
    }

    /// <summary>Whether this is rank 0.</summary>
    public bool IsFirst => _ranks.IsFirst;

    /// <summary>The network of the members of this rank.</summary>
    public Network Network => _own.Network;

    /// <summary>Whether no step follows; the same on all ranks.</summary>
    public bool MustEnd { get; private set; }

    /// <summary>Whether training was cancelled; the same on all ranks.</summary>
    public bool IsCancelled { get; private set; }

    /// <summary>The parameters of the members of this rank.</summary>
    public Real[] Cut(ReadOnlySpan<Real> all) => _own.Cut(all);

    /// <summary>Must be called before the first step of an epoch.</summary>
    public void BeginEpoch()
    {
        _losses.Clear();
        _ranks.BeginEpoch();
    }

    /// <summary>Records a step.</summary>
    /// <param name="step">It has computed the losses.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="total">Σ w of the batch.</param>
    /// <param name="learningRate">The learning rate of the step.</param>
    /// <param name="stop">The conditions of rank 0.</param>
    /// <returns>Whether the epoch ends, on all ranks after the same step.</returns>
    public bool Observe(TrainingStep step, Minibatch batch, double total, double learningRate, StopCondition stop)
    {
        var losses = step.MemberLosses;
        _losses.Add(losses, batch.Weights, losses.Length / _ranks.Own.Count, total, learningRate);
        return _ranks.EndsAfter(stop, _losses.Steps);
    }

    /// <summary>The mean training loss of the epoch over all members. Adopts the decisions of rank 0.</summary>
    /// <param name="isFinite">Whether all parameters of this rank are finite.</param>
    /// <param name="plan">Receives the steps that a time limit allows.</param>
    /// <param name="stop">The conditions of rank 0.</param>
    /// <param name="check">Called on rank 0 for each step, with its loss and learning rate; may throw.</param>
    /// <returns>The mean loss, and whether all parameters of all ranks are finite, which only rank 0 knows.</returns>
    public (double Loss, bool AreFinite) EndSteps(bool isFinite, TimePlan plan, StopCondition stop, Action<double, double> check)
    {
        _losses.IsFinite = isFinite;
        if (!IsFirst)
        {
            var received = _ranks.Exchange(_losses, _losses.Steps);
            Adopt(received, plan);
            return (received.Loss, AreFinite: true);
        }
        var mean = new WeightedMean();
        foreach (var (loss, weight, rate) in _losses.Combine(MembersOfRanks(), _ranks.ReceiveEpochs()))
        {
            check(loss, rate);
            mean.Add(loss, weight);
        }
        var summary = new EpochSummary(mean.Value, stop.MustEnd, stop.IsCancelled, plan.Measured ?? -1);
        if (!_losses.IsFinite) return (mean.Value, AreFinite: false); // an exception follows
        _ranks.Send(summary);
        Adopt(summary, plan);
        return (mean.Value, AreFinite: true);
    }

    /// <summary>The mean loss of the validation rows by the average of all members, on rank 0; NaN on the others.</summary>
    /// <param name="step">Scores the rows with the members of this rank.</param>
    /// <param name="batches">The rows.</param>
    /// <param name="options">The loss.</param>
    /// <param name="whole">Creates the batches for all members; called once.</param>
    /// <param name="limits">Limits of the average scores; null for none.</param>
    /// <param name="evaluator">Receives the average scores; null if they are not needed.</param>
    public double MeanLoss(
        TrainingStep step, Minibatches batches, TrainingOptions options, Func<Minibatches> whole, ScoreLimits? limits,
        ValidationEvaluator? evaluator)
    {
        Score(step, batches);
        if (!IsFirst)
        {
            _ranks.SendScores(_scores);
            return double.NaN;
        }
        var others = _ranks.ReceiveScores();
        _wholeBatches ??= batches.HasOwnExamples ? whole() : batches;
        _wholeLoss ??= new BatchLoss(_whole, options, _wholeBatches.BatchSize, _wholeBatches.ExamplesPerRow, BatchShards.One);
        var scores = new Matrix(new Real[_wholeBatches.BatchSize * _whole.MemberOutputs], _wholeBatches.BatchSize, _whole.MemberOutputs);
        var room = new Real[scores.Values.Length];
        var mean = new WeightedMean();
        for (int b = 0, first = 0; b < _wholeBatches.Count; first += _wholeBatches.SizeOf(b++))
        {
            var rows = scores.RowRange(0, _wholeBatches.SizeOf(b));
            Assemble(others, first, rows);
            _wholeBatches.GatherTargets(b);
            _wholeLoss.Begin(_wholeBatches, b, _wholeBatches.PartitionOf(b), isTraining: false);
            _wholeLoss.Limits = limits;
            _wholeLoss.Evaluate(rows, room, _wholeBatches[b]);
            evaluator?.Add(_wholeBatches, b, _wholeLoss.EvaluatedScores(rows));
            mean.Add(_wholeLoss.Mean(_wholeBatches[b].Weights, rows.Rows), _wholeLoss.TotalWeight);
        }
        return mean.Value;
    }

    /// <summary>The result of a validation check of rank 0, on all ranks.</summary>
    public (double? Loss, double? Metric) Share((double? Loss, double? Metric) result, StopCondition stop)
    {
        var verdict = _ranks.Share(new ValidationVerdict(
            result.Loss ?? double.NaN, result.Metric ?? double.NaN, MustEnd || (IsFirst && stop.MustEnd)));
        MustEnd = verdict.MustEnd;
        return (Known(verdict.Loss), Known(verdict.Metric));

        static double? Known(double value) => double.IsNaN(value) ? null : value;
    }

    /// <summary>On another rank than 0: sends the trained parameters of its members.</summary>
    /// <param name="own">The parameters; empty if their loss is not finite.</param>
    public void SendParameters(ReadOnlySpan<Real> own) => _ranks.SendParameters(own);

    /// <summary>On rank 0: receives the trained parameters of all members.</summary>
    /// <param name="parameters">Those of the members of this rank; afterwards of the whole network.</param>
    /// <returns>False if the loss of some members is not finite.</returns>
    public bool TryGather(ref Real[] parameters)
    {
        var all = new Real[_whole.ParameterCount];
        _own.Paste(parameters, all);
        parameters = all;
        foreach (var (i, content) in _ranks.ReceiveParameters().Index())
        {
            if (content.Length == 0) return false;
            new MemberSlice(_whole, _ranks.RangeOf(i + 1)).Paste(MemoryMarshal.Cast<byte, Real>(content), all);
        }
        return true;
    }

    /// <summary>On rank 0, sends a checkpoint to all; null for none.</summary>
    public void SendCheckpoint(CheckpointContent? content) => _ranks.SendCheckpoint(content is null ? [] : CheckpointFile.ToBytes(content));

    /// <summary>On another rank than 0: the checkpoint of rank 0; null for none.</summary>
    public CheckpointContent? ReceiveCheckpoint() =>
        _ranks.ReceiveCheckpoint() is { Length: > 0 } content ? CheckpointFile.FromBytes(content) : null;

    /// <summary>A decision of rank 0, on all ranks.</summary>
    public bool Share(bool decision) => _ranks.Share(decision);

    /// <summary>The state of the members of this rank, from that of all members.</summary>
    public IReadOnlyList<StateEntry> CutState(IReadOnlyList<StateEntry> all) =>
    [
        .. all.Select(entry => IsVectorOf(_whole, entry)
            ? entry with { Bytes = MemoryMarshal.AsBytes<Real>(_own.Cut(MemoryMarshal.Cast<byte, Real>(entry.Bytes))).ToArray() }
            : entry),
    ];

    /// <summary>On another rank than 0: sends the state of its members. Other values are the same on all ranks.</summary>
    public void SendState(IReadOnlyList<StateEntry> own) =>
        _ranks.SendState(MemoryParts.Join<byte>([.. own.Where(entry => IsVectorOf(Network, entry)).Select(entry => entry.Bytes)]));

    /// <summary>On rank 0: the state of all members.</summary>
    public IReadOnlyList<StateEntry> GatherState(IReadOnlyList<StateEntry> own)
    {
        var others = _ranks.ReceiveStates();
        var slices = others.Select((_, i) => new MemberSlice(_whole, _ranks.RangeOf(i + 1))).ToArray();
        var vector = 0;
        return [.. own.Select(entry => IsVectorOf(Network, entry) ? WithAll(entry, vector++) : entry)];

        StateEntry WithAll(StateEntry entry, int index)
        {
            var all = new Real[_whole.ParameterCount];
            _own.Paste(MemoryMarshal.Cast<byte, Real>(entry.Bytes), all);
            foreach (var (slice, state) in slices.Zip(others))
            {
                var length = slice.Network.ParameterCount;
                slice.Paste(MemoryMarshal.Cast<byte, Real>(state).Slice(index * length, length), all);
            }
            return entry with { Bytes = MemoryMarshal.AsBytes<Real>(all).ToArray() };
        }
    }

    // A vector that has one element for each parameter, as all vectors of a training state do.
    private static bool IsVectorOf(Network network, StateEntry entry) =>
        entry.Kind == StateKind.Floats && entry.Bytes.Length == sizeof(Real) * network.ParameterCount;

    private int[] MembersOfRanks() => [.. Enumerable.Range(0, _ranks.Working).Select(rank => _ranks.RangeOf(rank).Count)];

    private void Adopt(EpochSummary summary, TimePlan plan)
    {
        MustEnd |= summary.MustEnd;
        IsCancelled = summary.IsCancelled;
        plan.Adopt(summary.PlannedSteps < 0 ? null : summary.PlannedSteps);
    }

    // Limits apply to the average, so the scores of members have none.
    private void Score(TrainingStep step, Minibatches batches)
    {
        var width = Network.MemberOutputs;
        if (_scores.Length == 0) _scores = new Real[checked(batches.ExampleCount * width)];
        for (int b = 0, first = 0; b < batches.Count; first += batches.SizeOf(b++))
        {
            step.Evaluate(batches, b);
            step.MemberScores.Values.CopyTo(_scores.AsSpan(first * width));
        }
    }

    // The scores of all members for some rows, from the first row on.
    private void Assemble(IReadOnlyList<byte[]> others, int first, Matrix rows)
    {
        var column = 0;
        for (var rank = 0; rank < _ranks.Working; rank++)
        {
            var width = _ranks.RangeOf(rank).Count * _whole.Outputs;
            var from = rank == 0 ? _scores : MemoryMarshal.Cast<byte, Real>(others[rank - 1]);
            for (var row = 0; row < rows.Rows; row++) from.Slice((first + row) * width, width).CopyTo(rows.Row(row)[column..]);
            column += width;
        }
    }
}
