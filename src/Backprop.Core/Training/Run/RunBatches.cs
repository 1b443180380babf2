using Backprop.Distribution;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Training;

/// <summary>The batches of one run, and the threads that compute them.</summary>
internal sealed class RunBatches : IDisposable
{
    private readonly TrainingOptions _options;
    private readonly RunData _data;
    private readonly ThreadShare? _threads;

    /// <summary>Makes the batches of training and validation, and starts the threads.</summary>
    public RunBatches(TrainingOptions options, TrainingSetup setup, RunRequest request, RunData data, TrainingState state)
    {
        (_options, _data) = (options, data);
        var (network, stop) = (request.Network, request.Stop);
        var batchSize = setup.BatchSizeFor(request.Refit?.Examples ?? data.Training.Count);
        var ranks = request.Ranks?.Communicator;
        var shards = options.Distributed is { Shards: > 1 and var count }
            ? new BatchShards(count, ranks?.Rank ?? 0, ranks?.Size ?? 1)
            : BatchShards.One;
        Training = OfTraining(network, batchSize, shards);
        try
        {
            Training.Stop = stop;
            Validation = OfValidation(network);
            var replacements = network.ReplacementsBy(state.Parameters);
            Training.Impute(replacements);
            Validation?.Impute(replacements);
            CheckShards(shards.Count, Training.BatchSize);
            Reducer = ranks is null ? null : new RankReducer(ranks, shards, network, stop);
            _threads = ThreadShare.Claim(options.NumberOfThreads, network, shards.EqualPart(Training.BatchSize));
            var maxRows = Math.Max(Training.BatchSize, Validation?.BatchSize ?? 0); // a validation group may be larger than all others
            Step = new TrainingStep(network, state, options, maxRows, _threads.Count, Training.ExamplesPerRow, stop, shards, Reducer);
        }
        catch
        {
            Dispose(); // the caller has not received this object yet
            throw;
        }
    }

    /// <summary>The training data.</summary>
    public Minibatches Training { get; }

    /// <summary>The validation data; null for none.</summary>
    public Minibatches? Validation { get; }

    /// <summary>Exchanges gradients between ranks; null for a single process.</summary>
    public RankReducer? Reducer { get; }

    /// <summary>Computes the steps.</summary>
    public TrainingStep Step { get; } = null!;

    /// <summary>Reports what to expect of several ranks. All of them call this method together; nothing happens in a single
    /// process.</summary>
    public void ReportPlan(Network network, RunReports reports)
    {
        if (Reducer is not null) ShardPlan.Report(Reducer, network, Training.BatchSize, _threads!.Count, reports);
    }

    /// <summary>Begins an epoch, in an order that depends on the seed and the epoch.</summary>
    /// <param name="epoch">1, 2, 3, …</param>
    /// <param name="mayEnd">Whether there is a model already, so that a stop is not an error.</param>
    /// <returns>False if training had to end before the rows of the epoch were read.</returns>
    public bool BeginEpoch(int epoch, bool mayEnd)
    {
        try
        {
            var isShuffled = _options.Shuffle && Training.Count > 1;
            Training.BeginPass(epoch, isShuffled ? new RandomSequence(_options.Seed, RandomPurpose.Shuffling, epoch) : null);
            return true;
        }
        catch (WorkGivenUpException) when (mayEnd)
        {
            return false;
        }
    }

    /// <summary>The batches for the check after the last update. A stream is not read again: its sample is checked.</summary>
    public Minibatches ForFinalCheck() => Training is StreamedMinibatches or PartitionedMinibatches
        ? new Minibatches(_data.Training.Examples, Training.BatchSize, _data.Inputs, _data.Targets)
        : Training;

    public void Dispose()
    {
        Step?.Dispose();
        _threads?.Dispose();
        Training.Dispose();
    }

    private static void CheckShards(int count, int batchSize)
    {
        if (count <= batchSize) return;
        throw new ArgumentException(
            $"{nameof(Distributed)}.{nameof(Distributed.Shards)} is {count}, but a batch has only {batchSize} rows, and each shard "
            + $"needs one. Use fewer shards, or a larger {nameof(TrainingOptions.BatchSize)}: at least {128 * count} rows are "
            + "recommended.");
    }

    private bool HasGroups => _options.Loss is GroupLoss;

    private Minibatches OfTraining(Network network, int batchSize, BatchShards shards)
    {
        var (training, inputs, targets) = (_data.Training, _data.Inputs, _data.Targets);
        var (mixes, takesSparse) = (_options.Mixup is not null, network.TakesSparse);
        if (HasGroups) return training.CreateGroupBatches(batchSize, inputs, targets, takesSparse);
        return _options.Distributed is { Partitioned: true }
            ? training.CreatePartitionedBatches(batchSize, inputs, targets, mixes, (shards.First, shards.OwnCount))
            : training.CreateBatches(batchSize, inputs, targets, mixes, takesSparse, _options.EvenBatches, network.Members);
    }

    /// <summary>Makes the batches of the validation data for a network; null for no validation data.</summary>
    public Minibatches? OfValidation(Network network)
    {
        var takesSparse = network.TakesSparse;
        if (_data.Validation is not { } validation) return null;
        if (HasGroups) return new GroupMinibatches(validation, Training.BatchSize, _data.Inputs, _data.Targets, takesSparse);
        return validation.FoldCount > 0
            ? new MemberMinibatches(validation, Training.BatchSize, _data.Inputs, _data.Targets, ofOwnFold: true, members: network.Members)
            : new Minibatches(validation, Training.BatchSize, _data.Inputs, _data.Targets, takesSparse: takesSparse);
    }
}
