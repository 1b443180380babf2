// train CHECKPOINT|- | shards CHECKPOINT|- EPOCHS | partitions CHECKPOINT|- EPOCHS | groups | root | fail HOW | fail-in TRAINING HOW
// | facts | signals
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Backprop.Distribution;
using Backprop.ML;
using Backprop.Optimizers;
using Backprop.Presets;
using Backprop.Training;
using Microsoft.ML;
using Microsoft.ML.Data;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
return Mpi.Run(
    ranks =>
    {
        switch (args[0])
        {
            case "train": Train(ranks, args[1]); break;
            case "shards": TrainInShards(ranks, args[1], int.Parse(args[2], CultureInfo.InvariantCulture)); break;
            case "root": FitOnRoot(ranks); break;
            case "partitions": TrainInPartitions(ranks, args[1], int.Parse(args[2], CultureInfo.InvariantCulture)); break;
            case "groups": TrainInGroups(ranks); break;
            case "fail": Fail(ranks, args[1]); break;
            case "fail-in": FailInTraining(ranks, args[1], args[2]); break;
            case "facts": Differ(ranks); break;
            case "signals": CatchNullReferences(ranks); break;
            default: throw new ArgumentException($"'{args[0]}' is no command.");
        }
    },
    deadline: args[0] == "groups" ? TimeSpan.MaxValue
        : TimeSpan.FromSeconds(args is ["fail", "hang"] ? 0.2 : args is ["fail-in", _, "stop"] ? 1 : 30));

// The same for any number of ranks: a search, an ensemble, and the models of folds and of seeds.
static void Train(ICommunicator ranks, string checkpoint)
{
    var ml = new MLContext(seed: 1);
    var data = Rows(ml, 120);
    var options = OptionsWith(ranks);
    options.Search = new Search { MaximumTrials = 5 };
    if (checkpoint != "-") options.Checkpoint = new Checkpoint(checkpoint) { Every = 1 };
    if (ranks.Rank == 0) PrintSummaries(ml);
    var model = new BackpropTrainer(ml, options).Fit(data);
    var parts = model.Model.Network.Blend?.Parts.Select(part => part.Network) ?? [model.Model.Network];
    var search = HashOf(parts.SelectMany(network => network.Parameters.ToArray()));

    var ofMembers = OptionsWith(ranks);
    if (checkpoint != "-") ofMembers.Checkpoint = new Checkpoint($"{checkpoint}.members") { Every = 3 };
    var members = HashOf(new BackpropTrainer(ml, ofMembers).Fit(data).Model.Network.Parameters.ToArray());

    var folds = ml.BinaryClassification.CrossValidatePredictedLabel(
        data, new BackpropTrainer(ml, Plain()), numberOfFolds: 3, labelColumnName: "Label", communicator: ranks);
    var losses = HashOf(folds.Select(fold => (float)fold.Metrics.LogLoss));

    var seeds = ml.FitDistributed(ranks, 4, seed =>
    {
        var own = Plain();
        own.Seed = seed;
        return new BackpropTrainer(ml, own).Fit(data);
    });
    var scores = HashOf(seeds.SelectMany(seed => seed.Transform(data).GetColumn<float>("Score")));
    Console.WriteLine($"model {search} {members} {losses} {scores}");
}

// One network, whose batches are distributed. The run is cancelled after some epochs.
static void TrainInShards(ICommunicator ranks, string checkpoint, int epochs)
{
    var ml = new MLContext(seed: 1);
    using var end = new CancellationTokenSource();
    var options = OptionsWith(ranks);
    options.Distributed = new Distributed(ranks) { Shards = 8 };
    (options.HiddenLayers, options.NumberOfIterations, options.BatchSize, options.EnsembleSize) = ([80, 70], 6, 40, 3);
    options.Optimizer = new Adam();
    options.KFoldBagging = true;
    options.CancellationToken = end.Token;
    options.Progress = new Heard(report =>
    {
        if (report.Epoch == epochs) end.Cancel();
    });
    if (checkpoint != "-") options.Checkpoint = new Checkpoint(checkpoint) { Every = 1 };
    if (ranks.Rank == 0) PrintSummaries(ml);
    var model = new BackpropTrainer(ml, options).Fit(Rows(ml, 120));
    Console.WriteLine($"model {HashOf(model.Model.Network.Parameters.ToArray())} after {model.Model.History.Count} epochs");
}

// Like TrainInShards, with weights, and rows that are read again in every epoch: each rank reads those of its own shards.
static void TrainInPartitions(ICommunicator ranks, string checkpoint, int epochs)
{
    var ml = new MLContext(seed: 1);
    using var end = new CancellationTokenSource();
    var options = OptionsWith(ranks);
    options.Distributed = new Distributed(ranks) { Shards = 8, Partitioned = true };
    (options.HiddenLayers, options.NumberOfIterations, options.BatchSize, options.EnsembleSize) = ([80, 70], 6, 40, 1);
    (options.Optimizer, options.ExampleWeightColumnName) = (new Adam(), nameof(Row.Weight));
    options.CancellationToken = end.Token;
    options.Progress = new Heard(report =>
    {
        if (report.Epoch == epochs) end.Cancel();
    });
    if (checkpoint != "-") options.Checkpoint = new Checkpoint(checkpoint) { Every = 1 };
    if (ranks.Rank == 0) PrintSummaries(ml);
    IDataView[] parts = [.. Enumerable.Range(0, 4).Select(part => RowsFrom(ml, 100 * part, 100))];
    var model = new BackpropTrainer(ml, options).Fit(ml.Data.InPartitions(parts));
    Console.WriteLine($"model {HashOf(model.Model.Network.Parameters.ToArray())} after {model.Model.History.Count} epochs");
}

// Trials and models, each trained by two ranks. In one process, groups have one rank.
static void TrainInGroups(ICommunicator ranks)
{
    var ml = new MLContext(seed: 1);
    var data = Rows(ml, 120);
    if (ranks.Rank == 0) PrintSummaries(ml);
    var options = OptionsWith(ranks);
    options.Distributed = new Distributed(ranks) { RanksPerTrial = 2 };
    options.Search = new Search { MaximumTrials = 5 };
    var model = new BackpropTrainer(ml, options).Fit(data);
    var parts = model.Model.Network.Blend?.Parts.Select(part => part.Network) ?? [model.Model.Network];
    var search = HashOf(parts.SelectMany(network => network.Parameters.ToArray()));

    var seeds = ml.FitDistributed(
        ranks, 3,
        (seed, group) =>
        {
            var own = OptionsWith(group);
            own.Seed = seed;
            if (seed == 2) (own.Distributed, own.BatchSize) = (new Distributed(group) { Shards = 4 }, 40);
            return new BackpropTrainer(ml, own).Fit(data);
        },
        ranksPerModel: 2);
    var scores = HashOf(seeds.SelectMany(seed => seed.Transform(data).GetColumn<float>("Score")));
    Console.WriteLine($"model {search} {scores}");
}

static void PrintSummaries(MLContext ml) => ml.Log += (_, message) =>
{
    if (message.RawMessage.StartsWith("Rank ", StringComparison.Ordinal)) Console.WriteLine(message.RawMessage);
};

// The ranks read different rows, and learn the keys of rank 0.
static void FitOnRoot(ICommunicator ranks)
{
    var ml = new MLContext(seed: 1);
    var data = ml.Data.LoadFromEnumerable(Enumerable.Range(0, 20).Select(i => new Visit { City = $"{ranks.Rank} {i % 3}" }));
    var keys = ml.FitOnRoot(ranks, ml.Transforms.Conversion.MapValueToKey("City"), data);
    VBuffer<ReadOnlyMemory<char>> names = default;
    keys.Transform(data).Schema["City"].GetKeyValues(ref names);
    Console.WriteLine($"model {string.Join(", ", names.DenseValues())}");
}

// The last rank fails some time after all began to train.
static void FailInTraining(ICommunicator ranks, string training, string how)
{
    var options = OptionsWith(ranks);
    options.NumberOfIterations = 10_000_000;
    if (training == "shards")
        (options.Distributed, options.BatchSize, options.EnsembleSize) = (new Distributed(ranks) { Shards = 8 }, 40, 1);
    var ml = new MLContext(seed: 1);
    var data = Rows(ml, 120);
    if (ranks.Rank == ranks.Size - 1) new Thread(() => FailSoon(how)).Start();
    new BackpropTrainer(ml, options).Fit(data);
    Console.WriteLine("no rank failed");
}

static void Fail(ICommunicator ranks, string how)
{
    var isLast = ranks.Rank == ranks.Size - 1;
    if (how == "hang" && isLast) Thread.Sleep(Timeout.Infinite);
    var ml = new MLContext(seed: 1);
    var data = Rows(ml, 1);
    // Ranks above 0 have an item after the first look of rank 0. Rank 0 waits for their results.
    ml.FitDistributed(ranks, ranks.Size, index =>
    {
        if (isLast) FailNow(how);
        else Thread.Sleep(50);
        return ml.Transforms.CopyColumns("Copy", "Label").Fit(data);
    });
    Console.WriteLine("no rank failed");
}

static void FailSoon(string how)
{
    Thread.Sleep(TimeSpan.FromSeconds(1));
    Console.Error.WriteLine($"failing at {DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()}");
    FailNow(how);
}

static void FailNow(string how)
{
    switch (how)
    {
        case "throw": throw new InvalidDataException("the data of this rank is damaged");
        case "unhandled":
            new Thread(() => throw new InvalidDataException("nothing catches this")).Start();
            Thread.Sleep(Timeout.Infinite);
            break;
        case "exit0": Environment.Exit(0); break;
        case "exit3": Environment.Exit(3); break;
        case "kill": Process.GetCurrentProcess().Kill(); break;
        case "stop": Process.Start("kill", ["-STOP", $"{Environment.ProcessId}"]).WaitForExit(); break;
        case "address": Marshal.WriteByte(0x10, 1); break;
        default: throw new ArgumentException($"'{how}' is no way to fail.");
    }
}

// Rank 1 has another number of epochs.
static void Differ(ICommunicator ranks)
{
    var options = OptionsWith(ranks);
    options.Search = new Search { MaximumTrials = 2 };
    if (ranks.Rank == 1) options.NumberOfIterations = 7;
    var ml = new MLContext(seed: 1);
    new BackpropTrainer(ml, options).Fit(Rows(ml, 120));
}

// .NET needs SIGSEGV for the first and SIGCHLD for the second.
static void CatchNullReferences(ICommunicator ranks)
{
    var caught = 0;
    for (var i = 0; i < 100; i++)
        try
        {
            var nothing = Environment.GetEnvironmentVariable("NO SUCH VARIABLE");
            _ = nothing!.Length;
        }
        catch (NullReferenceException)
        {
            caught++;
        }
    using var child = Process.Start(new ProcessStartInfo("true"))!;
    child.WaitForExit();
    Console.WriteLine($"caught {caught}, child {child.ExitCode}");
}

static BackpropTrainer.Options OptionsWith(ICommunicator ranks)
{
    var options = Plain();
    options.Distributed = new Distributed(ranks);
    return options;
}

static BackpropTrainer.Options Plain() =>
    new() { HiddenLayers = [6], NumberOfIterations = 8, EnsembleSize = 5, Seed = 1, NumberOfThreads = 1 };

static IDataView Rows(MLContext ml, int count) => RowsFrom(ml, 0, count);

static IDataView RowsFrom(MLContext ml, int first, int count) =>
    ml.Data.LoadFromEnumerable(Enumerable.Range(first, count).Select(i => new Row
    {
        Label = Math.Sin(i) + 0.3 * Math.Sin(17 * i) > 0,
        Features = [MathF.Sin(i), MathF.Cos(3 * i), i % 7],
        Weight = 1 + i % 3,
    }));

static string HashOf(IEnumerable<float> values) =>
    Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes<float>(values.ToArray())))[..12];

internal sealed class Heard(Action<EpochReport> hear) : IProgress<EpochReport>
{
    public void Report(EpochReport value) => hear(value);
}

internal sealed class Row
{
    public bool Label { get; set; }

    public float Weight { get; set; }

    [VectorType(3)]
    public float[] Features { get; set; } = [];
}

internal sealed class Visit
{
    public string City { get; set; } = "";
}
