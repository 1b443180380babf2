using System.Text;
using Backprop.Distribution;
using Backprop.Numerics;

namespace Backprop.Training;

/// <summary>The processes that train one network together, by shards of batches.</summary>
/// <remarks>Before the first step, ranks compare options and data, and all throw if one cannot train. Afterwards, all have equal parameters
/// and make equal decisions. So an exception of one rank alone ends all ranks.</remarks>
internal sealed class TrainingRanks
{
    private const string Advice = $"Use fewer ranks, or a larger {nameof(TrainingOptions.BatchSize)}.";

    private bool _haveCompared, _areTogether;

    private TrainingRanks(ICommunicator communicator) => Communicator = communicator;

    /// <summary>The messages.</summary>
    public ICommunicator Communicator { get; }

    /// <summary>Trains, and ends all ranks if this one fails.</summary>
    /// <param name="options">The options, with the processes.</param>
    /// <param name="stop">The conditions that end the training.</param>
    /// <param name="train">Trains. Its argument is null for a single process.</param>
    public static TrainingResult Run(TrainingOptions options, StopCondition stop, Func<TrainingRanks?, TrainingResult> train)
    {
        if (options.Distributed is not { Communicator: { Size: > 1 } communicator }) return train(null);
        var ranks = new TrainingRanks(communicator);
        try
        {
            return train(ranks);
        }
        catch (Exception problem) when (!ranks._haveCompared)
        {
            if (RankAgreement.Refuse(communicator, problem) is { } refusal) throw refusal;
            throw;
        }
        catch (Exception problem) when (ranks._areTogether && !stop.EndsAllRanks && problem is not TrainingDivergedException)
        {
            communicator.Abort(problem.ToString());
            throw;
        }
    }

    /// <summary>Begins a run: compares it with that of the other ranks, and copies the state of rank 0, which may have read a
    /// checkpoint.</summary>
    /// <param name="facts">Returns what all ranks must have in common.</param>
    /// <param name="state">The state at the start.</param>
    /// <param name="stop">Follows rank 0 from now on.</param>
    /// <param name="hasEnded">Whether the training of the checkpoint had ended; ignored unless this is rank 0.</param>
    /// <returns>The same for rank 0.</returns>
    public bool Begin(Func<IReadOnlyList<KeyValuePair<string, string>>> facts, TrainingState state, StopCondition stop, bool hasEnded)
    {
        if (!_haveCompared)
        {
            KeyValuePair<string, string>[] all = [
                RankAgreement.BuildOf(typeof(TrainingRanks)), .. facts(), KeyValuePair.Create("the time limit", $"{stop.Limit}")];
            _haveCompared = true;
            RankAgreement.Reach(Communicator, all, text => stop.Reports.Warn($"{text}"));
            _areTogether = true;
        }
        stop.Follow(Communicator);
        if (Decide(state.Epoch > 0)) state.Visit(new Copy(Communicator));
        stop.HasModel = state.Steps > 0 || stop.HasModel;
        return Decide(hasEnded);
    }

    /// <summary>The decision of rank 0.</summary>
    /// <param name="own">The decision of this rank; ignored unless it is rank 0.</param>
    public bool Decide(bool own) => RankValues.OfRankZero(Communicator, own ? (byte)1 : (byte)0) != 0;

    /// <summary>Completes the state. Before, each rank has only its own part of it.</summary>
    public static void Complete(TrainingState state, RankReducer reducer) => state.Visit(new Completion(reducer, state.Parameters.Length));

    /// <summary>Reports the work of each rank, on rank 0, and advises if it waited for most of the time.</summary>
    public void Summarize(RankReducer reducer, RunReports reports)
    {
        var link = new RankLink(Communicator);
        var own = reducer.Summary;
        if (Communicator.Rank != 0) link.Send(0, RankMessageKind.Summary, Encoding.UTF8.GetBytes(own));
        else
        {
            reports.Note($"{own}");
            if (reducer.Waiting > reducer.Computing)
            {
                var share = reducer.Waiting / (reducer.Waiting + reducer.Computing);
                reports.Note($"Rank 0 exchanged values, or waited, for {share:P0} of the time. {Advice}");
            }
            foreach (var rank in link.Others)
            {
                var summary = link.Receive(rank, RankMessageKind.Summary, Communicator.Deadline);
                reports.Note($"{Encoding.UTF8.GetString(summary.Content)}");
            }
        }
        link.Flush();
    }

    // Replaces all values by those of rank 0.
    private sealed class Copy(ICommunicator ranks) : StateVisitor
    {
        protected override void OnVector(string name, Span<Real> values) => OfRankZero(values);

        protected override void OnDoubles(string name, Span<double> values) => OfRankZero(values);

        protected override void OnNumber(string name, ref double value) => OfRankZero(new Span<double>(ref value));

        protected override void OnCount(string name, ref long value) => OfRankZero(new Span<long>(ref value));

        private void OfRankZero<T>(Span<T> values) where T : unmanaged
        {
            var copy = values.ToArray();
            RankValues.OfRankZero<T>(ranks, copy);
            copy.CopyTo(values);
        }
    }

    // Replaces all values of parameters by those of their owners. The other values are equal on all ranks.
    private sealed class Completion(RankReducer reducer, int parameters) : StateVisitor
    {
        protected override void OnVector(string name, Span<Real> values)
        {
            if (values.Length != parameters) return;
            var copy = values.ToArray();
            reducer.Gather(copy);
            copy.CopyTo(values);
        }

        protected override void OnDoubles(string name, Span<double> values)
        {
        }

        protected override void OnNumber(string name, ref double value)
        {
        }

        protected override void OnCount(string name, ref long value)
        {
        }
    }
}
