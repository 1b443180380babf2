using System.Runtime.InteropServices;
using Backprop.Distribution;
using Backprop.Training;
using Options = Backprop.ML.BackpropTrainer.Options;

namespace Backprop.ML;

/// <summary>Compares options and data of all ranks before a distributed training. If one rank cannot train, all throw.</summary>
/// <param name="communicator">The ranks; null for this process alone.</param>
internal sealed class TrainingAgreement(ICommunicator? communicator)
{
    // They change no bit of the model, and may differ: for example, only rank 0 reports.
    private static readonly HashSet<string> _withoutEffect =
    [
        nameof(Options.NumberOfThreads), nameof(Options.Checkpoint), nameof(Options.Diagnostics), nameof(Options.CancellationToken),
        nameof(Options.ThrowOnCancellation),
    ];

    private bool _isOver = communicator is null;

    /// <summary>Compares the training of this rank with that of the others, and waits for them.</summary>
    /// <param name="options">The options for this data.</param>
    /// <param name="training">The same for the core, with the seed.</param>
    /// <param name="data">The rows.</param>
    /// <param name="stop">Ends the work, and receives warnings.</param>
    /// <exception cref="InvalidOperationException">Something differs, or another rank cannot train.</exception>
    public void Reach(Options options, TrainingOptions training, TrainingInput data, StopCondition stop)
    {
        if (_isOver) return;
        var facts = FactsOf(options, training, data, stop).ToArray();
        _isOver = true;
        RankAgreement.Reach(communicator!, facts, text => stop.Reports.Warn($"{text}"));
    }

    /// <summary>Tells the other ranks that this one cannot train, unless they agreed before.</summary>
    /// <exception cref="InvalidOperationException">Another rank has another error, or none.</exception>
    public void Refuse(Exception problem)
    {
        if (_isOver) return;
        _isOver = true;
        if (RankAgreement.Refuse(communicator!, problem) is { } refusal) throw refusal;
    }

    private static IEnumerable<KeyValuePair<string, string>> FactsOf(
        Options options, TrainingOptions training, TrainingInput data, StopCondition stop)
    {
        foreach (var fact in RankFacts.OfBuild()) yield return fact;
        yield return KeyValuePair.Create("the seed", $"{training.Seed}");
        yield return KeyValuePair.Create(
            nameof(Checkpoint), training.Checkpoint is { } file ? $"set, with {nameof(Checkpoint.Restart)} = {file.Restart}" : "null");
        yield return KeyValuePair.Create(
            nameof(Distributed.RanksPerTrial), options.Distributed is { RanksPerTrial: { } size } ? $"{size}" : "null");
        foreach (var option in options.Describe())
            if (!_withoutEffect.Contains(option.Name)) yield return KeyValuePair.Create(option.Name, option.Value);
        if (training.InitialParameters is { } initial)
            yield return KeyValuePair.Create(
                $"the hash of {nameof(Options.InitialParameters)}", TrainingFacts.Hash(MemoryMarshal.AsBytes(initial.Span)));
        foreach (var fact in data.Columns.Facts()) yield return KeyValuePair.Create($"the list of {fact.Key}", fact.Value);
        yield return KeyValuePair.Create("the number of training rows", $"{data.LearnedRows}");
        yield return KeyValuePair.Create("the number of validation rows", $"{data.Validation?.Count ?? 0}");
        var setup = new TrainingSetup(training);
        if (data.Memory is { } rows)
            yield return KeyValuePair.Create("the hash of training rows", TrainingFacts.HashOf(setup, rows, stop.Work));
        if (data.Validation is { } validation)
            yield return KeyValuePair.Create("the hash of validation rows", TrainingFacts.HashOf(setup, validation, stop.Work));
    }
}
