using System.Globalization;
using System.Text.Json;
using Backprop.Distribution;
using Backprop.Networks;
using Backprop.Training;

namespace Backprop.Presets;

/// <summary>A training whose members are divided among ranks. Rank 0 decides; the result is the same on all ranks.</summary>
internal static class DistributedMembers
{
    /// <summary>Checks before the first step that several ranks can share the members.</summary>
    /// <exception cref="ArgumentException">An option needs all members in one process; the message names it.</exception>
    /// <exception cref="NotSupportedException">The network cannot be divided, or sent to another rank.</exception>
    public static void Check(ICommunicator communicator, Trainer trainer, Network network)
    {
        if (communicator.Size == 1) return;
        trainer.CheckRanks(network);
        TrialFormat.CheckCanBeSent(network, trainer.Loss);
    }

    /// <summary>Trains.</summary>
    /// <param name="communicator">The ranks.</param>
    /// <param name="network">The ensemble, the same on all ranks.</param>
    /// <param name="train">Trains the members of this rank. Its result is null on other ranks than 0. The ranks are null if there is only
    /// one.</param>
    /// <param name="stop">The conditions that end training on rank 0.</param>
    /// <exception cref="TrainingDivergedException">The loss or a parameter was no longer finite, on any rank.</exception>
    /// <exception cref="OperationCanceledException">The token of rank 0 was cancelled before the first step, or throws.</exception>
    /// <exception cref="TimeoutException">On rank 0, the time was over before the first step.</exception>
    public static TrainingResult Run(
        ICommunicator communicator, Network network, Func<MemberRanks?, StopCondition, TrainingResult?> train, StopCondition stop)
    {
        if (communicator.Size == 1) return train(null, stop)!;
        if (communicator.Rank == 0) Describe(communicator.Size, network.EnsembleSize, stop.Reports);
        return Run(communicator, network, train, stop, text => stop.Reports.Note($"{text}"));
    }

    /// <summary>Trains a trial of a search, whose members the ranks of a group divide. If they cannot, the first rank trains all.</summary>
    /// <param name="group">The ranks; null for this process alone.</param>
    /// <param name="trainer">The trainer.</param>
    /// <param name="network">The network.</param>
    /// <param name="train">Trains the members of this rank, or all of them if its ranks are null.</param>
    /// <param name="stop">The conditions that end training on the first rank.</param>
    /// <returns>The result; null on another rank than the first that has trained nothing.</returns>
    public static TrainingResult? OfTrial(
        ICommunicator? group, Trainer trainer, Network network, Func<MemberRanks?, StopCondition, TrainingResult?> train,
        StopCondition stop)
    {
        if (group is null or { Size: 1 }) return train(null, stop);
        if (trainer.ObstacleToRanks(network) is null) return Run(group, network, train, stop, note: _ => { });
        return group.Rank == 0 ? train(null, stop) : null;
    }

    private static TrainingResult Run(
        ICommunicator communicator, Network network, Func<MemberRanks?, StopCondition, TrainingResult?> train, StopCondition stop,
        Action<string> note)
    {
        var members = network.EnsembleSize;
        var outcome = RankExchange.Run(
            communicator, exchange => OfRank(new MemberRanks(exchange, members), train, stop), WorkOf(communicator, members), note);
        return outcome.Result ?? throw outcome.Problem!;
    }

    private static Outcome OfRank(
        MemberRanks ranks, Func<MemberRanks?, StopCondition, TrainingResult?> train, StopCondition stop)
    {
        if (!ranks.IsFirst) return OfOtherRank(ranks, train, stop);
        try
        {
            var result = train(ranks, stop)!;
            ranks.SendResult(TrialFormat.ToBytes(result));
            return new Outcome(result, null);
        }
        catch (Exception problem) when (CommonFailure.Of(problem, stop) is not null)
        {
            ranks.SendFailure(JsonSerializer.SerializeToUtf8Bytes(CommonFailure.Of(problem, stop)));
            return new Outcome(null, problem);
        }
    }

    // Of a divergence before the first step, every rank knows by itself; rank 0 reports it nevertheless.
    private static Outcome OfOtherRank(
        MemberRanks ranks, Func<MemberRanks?, StopCondition, TrainingResult?> train, StopCondition stop)
    {
        try
        {
            if (ranks.HasMembers) train(ranks, stop.WithoutEnd(reports: null));
        }
        catch (FirstRankFailedException problem)
        {
            return Failed(problem.Failure);
        }
        catch (TrainingDivergedException)
        {
            // The report of rank 0 follows.
        }
        var (isFailure, content) = ranks.ReceiveEnd();
        if (isFailure) return Failed(content);
        var result = TrialFormat.ReadResult(content);
        foreach (var warning in result.Warnings) stop.Reports.Warn($"{warning}");
        return new Outcome(result, null);

        static Outcome Failed(byte[] failure) => new(null, JsonSerializer.Deserialize<CommonFailure>(failure)!.ToException());
    }

    // The last rank to end has the most members, so k members of N ranks take as long as ⌈k/N⌉ in one.
    private static void Describe(int ranks, int members, RunReports reports)
    {
        var most = (members + ranks - 1) / ranks;
        var efficiency = GroupPlan.SpeedOfMembers(members, ranks) / ranks;
        reports.Note($"{ranks} ranks share {members} members, at most {most} each: the predicted efficiency is {efficiency:F2}.");
        if (ranks > members)
        {
            var what = FormattableString.Invariant(
                $"{ranks} ranks are more than the {members} members of the ensemble: {ranks - members} of them only receive the model");
            reports.Warn($"{what}. The predicted efficiency is {efficiency:F2}; with {members} ranks it is 1.00.");
        }
    }

    private static string WorkOf(ICommunicator communicator, int members)
    {
        if (communicator.Rank >= members) return "no member";
        var (first, count) = Network.Share(members, communicator.Rank, Math.Min(communicator.Size, members));
        return string.Create(CultureInfo.InvariantCulture, $"members {first} to {first + count - 1}");
    }

    private sealed record Outcome(TrainingResult? Result, Exception? Problem);

    // An exception of rank 0 that all ranks throw: training diverged, or had to end without a model.
    private sealed record CommonFailure(Divergence? Divergence, string? TimeLimit)
    {
        // Null for an exception of rank 0 alone, which ends all ranks.
        public static CommonFailure? Of(Exception problem, StopCondition stop) => problem switch
        {
            TrainingDivergedException own => new(new Divergence(own.Epoch, own.What, own.LearningRate), null),
            TimeoutException when stop.EndsAllRanks => new(null, problem.Message),
            OperationCanceledException when stop.EndsAllRanks => new(null, null),
            _ => null,
        };

        public Exception ToException()
        {
            if (Divergence is { } own) return new TrainingDivergedException(own.Epoch, own.What, own.LearningRate);
            return TimeLimit is null ? new OperationCanceledException() : new TimeoutException(TimeLimit);
        }
    }

    private sealed record Divergence(int Epoch, string What, double LearningRate);
}
