using System.Runtime.InteropServices;
using Backprop.Distribution;
using Backprop.Layers;
using Backprop.Networks;

namespace Backprop.Training;

/// <summary>The members of an ensemble, divided among ranks, and the messages between rank 0 and the others.</summary>
/// <param name="messages">The messages.</param>
/// <param name="members">Number of members.</param>
internal sealed class MemberRanks(RankExchange messages, int members)
{
    // What a message is about.
    private const int EpochTopic = 0, SummaryOfEpochTopic = 1, ScoresTopic = 2, VerdictTopic = 3, ParametersTopic = 4, EndTopic = 5,
        StopTopic = 6, StepsTopic = 7, LastStepTopic = 8, FailureTopic = 9, CheckpointTopic = 10, DecisionTopic = 11, StateTopic = 12;

    private int? _lastStep;

    /// <summary>Whether this is rank 0, which makes all decisions.</summary>
    public bool IsFirst => messages.Rank == 0;

    /// <summary>Whether this rank trains members.</summary>
    public bool HasMembers => messages.Rank < Working;

    /// <summary>The number of ranks that train members: the first ones.</summary>
    public int Working { get; } = Math.Min(messages.Size, members);

    /// <summary>The members of this rank.</summary>
    public MemberRange Own => RangeOf(messages.Rank);

    /// <summary>The members of a rank: neighbours, as many as those of any other rank, or one more.</summary>
    public MemberRange RangeOf(int rank)
    {
        var (first, count) = Network.Share(members, rank, Working);
        return new MemberRange(first, count, members);
    }

    /// <summary>On another rank than 0: sends what an epoch has computed, and receives its summary.</summary>
    /// <param name="losses">The losses of its members.</param>
    /// <param name="steps">The number of steps of this epoch so far.</param>
    public EpochSummary Exchange(MemberLossLog losses, int steps)
    {
        messages.Send(0, EpochTopic, losses.ToBytes());
        while (true)
        {
            var (topic, content) = messages.Receive(0, SummaryOfEpochTopic, StopTopic, FailureTopic);
            if (topic == SummaryOfEpochTopic) return Read<EpochSummary>(content);
            ThrowIfFailure(topic, content);
            AgreeOnLastStep(steps);
        }
    }

    /// <summary>On rank 0: what the others computed in this epoch.</summary>
    public IReadOnlyList<byte[]> ReceiveEpochs() => ReceiveAll(EpochTopic);

    /// <summary>On rank 0: sends the summary of an epoch to all.</summary>
    public void Send(EpochSummary summary) => SendAll(SummaryOfEpochTopic, ToBytes(summary));

    /// <summary>Sends the scores of validation rows to rank 0.</summary>
    public void SendScores(ReadOnlySpan<Real> scores) => messages.Send(0, ScoresTopic, MemoryMarshal.AsBytes(scores).ToArray());

    /// <summary>On rank 0: the scores of the validation rows by the members of the other ranks.</summary>
    public IReadOnlyList<byte[]> ReceiveScores() => ReceiveAll(ScoresTopic);

    /// <summary>The result of a validation check: rank 0 knows it, and sends it to all.</summary>
    public ValidationVerdict Share(ValidationVerdict verdict)
    {
        if (!IsFirst) return Read<ValidationVerdict>(ReceiveFromFirst(VerdictTopic));
        SendAll(VerdictTopic, ToBytes(verdict));
        return verdict;
    }

    /// <summary>On another rank than 0: sends the trained parameters.</summary>
    public void SendParameters(ReadOnlySpan<Real> parameters) =>
        messages.Send(0, ParametersTopic, MemoryMarshal.AsBytes(parameters).ToArray());

    /// <summary>On rank 0: the trained parameters of the other ranks, in their order.</summary>
    public IReadOnlyList<byte[]> ReceiveParameters() => ReceiveAll(ParametersTopic);

    /// <summary>On rank 0: sends the checkpoint that training continues from; empty for none.</summary>
    public void SendCheckpoint(byte[] content) => SendAll(CheckpointTopic, content);

    /// <summary>On another rank than 0: that checkpoint.</summary>
    public byte[] ReceiveCheckpoint() => ReceiveFromFirst(CheckpointTopic);

    /// <summary>A decision of rank 0, on all ranks.</summary>
    public bool Share(bool decision)
    {
        if (!IsFirst) return ReceiveFromFirst(DecisionTopic)[0] != 0;
        SendAll(DecisionTopic, [decision ? (byte)1 : (byte)0]);
        return decision;
    }

    /// <summary>On another rank than 0: sends the state of its members.</summary>
    public void SendState(byte[] state) => messages.Send(0, StateTopic, state);

    /// <summary>On rank 0: the states of the members of the other ranks, in their order.</summary>
    public IReadOnlyList<byte[]> ReceiveStates() => ReceiveAll(StateTopic);

    /// <summary>On rank 0, at the end: sends the result to all ranks, also to those without members.</summary>
    public void SendResult(byte[] result) => SendToEveryRank(EndTopic, result);

    /// <summary>On rank 0: sends a divergence to all ranks, which throw the same exception.</summary>
    public void SendFailure(byte[] failure) => SendToEveryRank(FailureTopic, failure);

    /// <summary>On another rank than 0, at the end: the result, or the divergence.</summary>
    public (bool IsFailure, byte[] Content) ReceiveEnd()
    {
        var (topic, content) = messages.Receive(0, EndTopic, FailureTopic);
        return (topic == FailureTopic, content);
    }

    /// <summary>Must be called before the first step of an epoch.</summary>
    public void BeginEpoch() => _lastStep = null;

    /// <summary>Whether the epoch ends after a step. If rank 0 must end, all ranks agree on the last step that one of them has
    /// made.</summary>
    /// <param name="stop">The conditions of rank 0.</param>
    /// <param name="steps">The number of steps of this epoch so far; at least 1.</param>
    public bool EndsAfter(StopCondition stop, int steps)
    {
        if (_lastStep is null && IsFirst && stop.MustEnd)
        {
            SendAll(StopTopic, []);
            var last = ReceiveAll(StepsTopic).Max(content => BitConverter.ToInt32(content));
            _lastStep = Math.Max(last, steps);
            SendAll(LastStepTopic, BitConverter.GetBytes(_lastStep.Value));
        }
        else if (_lastStep is null && !IsFirst && messages.TryReceive(0, StopTopic, out _)) AgreeOnLastStep(steps);
        return steps >= _lastStep;
    }

    private void AgreeOnLastStep(int steps)
    {
        messages.Send(0, StepsTopic, BitConverter.GetBytes(steps));
        _lastStep = BitConverter.ToInt32(ReceiveFromFirst(LastStepTopic));
    }

    private byte[] ReceiveFromFirst(int expected)
    {
        var (topic, content) = messages.Receive(0, expected, FailureTopic);
        ThrowIfFailure(topic, content);
        return content;
    }

    // The exception itself is that of the end, which every rank receives.
    private static void ThrowIfFailure(int topic, byte[] content)
    {
        if (topic == FailureTopic) throw new FirstRankFailedException(content);
    }

    private IReadOnlyList<byte[]> ReceiveAll(int topic) =>
        [.. Enumerable.Range(1, Working - 1).Select(rank => messages.Receive(rank, topic).Content)];

    private void SendAll(int topic, byte[] content)
    {
        for (var rank = 1; rank < Working; rank++) messages.Send(rank, topic, content);
    }

    private void SendToEveryRank(int topic, byte[] content)
    {
        for (var rank = 1; rank < messages.Size; rank++) messages.Send(rank, topic, content);
    }

    private static byte[] ToBytes<T>(T value) where T : unmanaged => MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)).ToArray();

    private static T Read<T>(byte[] content) where T : unmanaged => MemoryMarshal.Read<T>(content);
}

/// <summary>What rank 0 knows at the end of the steps of an epoch.</summary>
/// <param name="Loss">The mean training loss.</param>
/// <param name="MustEnd">Whether no step follows.</param>
/// <param name="IsCancelled">Whether the last validation check is omitted.</param>
/// <param name="PlannedSteps">The steps that a time limit allows; −1 for all.</param>
internal readonly record struct EpochSummary(double Loss, bool MustEnd, bool IsCancelled, long PlannedSteps);

/// <summary>What rank 0 knows after a validation check.</summary>
/// <param name="Loss">The loss; NaN if the check was not completed.</param>
/// <param name="Metric">The metric; NaN if there is none.</param>
/// <param name="MustEnd">Whether no step follows.</param>
internal readonly record struct ValidationVerdict(double Loss, double Metric, bool MustEnd);

/// <summary>Rank 0 has thrown an exception that all ranks throw.</summary>
internal sealed class FirstRankFailedException(byte[] failure) : Exception("Rank 0 has ended the training.")
{
    /// <summary>The exception of rank 0, as bytes.</summary>
    public byte[] Failure => failure;
}
