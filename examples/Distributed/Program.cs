// How do several processes share a search, an ensemble, the steps of a training, and the folds of a cross-validation?
// One process: dotnet run. Four: dotnet build, then mpirun -n 4 dotnet Distributed.dll.
using System.Globalization;
using Backprop.Distribution;
using Backprop.ML;
using Backprop.Presets;
using Microsoft.ML;
using Microsoft.ML.Data;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
return Mpi.Run(ranks =>
{
    // Every rank reads all rows, and divides them by the same seed.
    var ml = new MLContext(seed: 1);
    var path = Path.Combine(AppContext.BaseDirectory, "breast_cancer_wdbc.csv");
    var names = File.ReadLines(path).First().Split(',');
    var data = ml.Data.LoadFromTextFile(path, new TextLoader.Options
    {
        HasHeader = true,
        Separators = [','],
        Columns = [
            .. names[..^1].Select((name, i) => new TextLoader.Column(name, DataKind.Single, i)),
            new(names[^1], DataKind.Boolean, names.Length - 1)],
    });
    var parts = ml.Data.TrainTestSplit(data, testFraction: 0.3, seed: 1);

    // Steps that learn from data are fitted on rank 0, so all ranks prepare rows alike.
    var steps = ml.Transforms.Concatenate("Features", names[..^1]).Append(ml.Transforms.NormalizeMeanVariance("Features"));
    var prepared = ml.FitOnRoot(ranks, steps, parts.TrainSet);
    IDataView train = prepared.Transform(parts.TrainSet), test = prepared.Transform(parts.TestSet);

    // The trials of a search. Smaller networks keep the example short.
    var options = new BackpropTrainer.Options
    {
        LabelColumnName = names[^1],
        HiddenLayers = [32, 32],
        NumberOfIterations = 30,
        NumberOfThreads = 1,
        Seed = 1,
        Distributed = new Distributed(ranks),
    };
    if (ranks.Rank == 0)
        ml.Log += (_, message) =>
        {
            if (message.RawMessage.StartsWith("Rank ", StringComparison.Ordinal)) Console.Error.WriteLine(message.RawMessage);
        };
    var result = new BackpropTuner(ml, options, new Search { MaximumTrials = 8 }).Fit(train);
    var logLoss = ml.BinaryClassification.Evaluate(result.Transformer.Transform(test), names[^1]).LogLoss;

    // The members of an ensemble: without a search, each rank trains some of them.
    options.EnsembleSize = 8;
    var ensemble = new BackpropTrainer(ml, options).Fit(train);
    var ofEnsemble = ml.BinaryClassification.Evaluate(ensemble.Transform(test), names[^1]).LogLoss;

    // The steps of one training: each rank computes some shards of every batch.
    options.EnsembleSize = 1;
    options.BatchSize = 128;
    options.Distributed = new Distributed(ranks) { Shards = 4 };
    var single = new BackpropTrainer(ml, options).Fit(train);
    var ofSingle = ml.BinaryClassification.Evaluate(single.Transform(test), names[^1]).LogLoss;

    // The folds of a cross-validation, with the options of the best trial.
    var best = result.OptionsOf(result.BestTrial);
    var folds = ml.BinaryClassification.CrossValidatePredictedLabel(
        data, steps.Append(new BackpropTrainer(ml, best)), numberOfFolds: 5, names[^1], communicator: ranks);

    // All ranks have all results. One of them prints.
    if (ranks.Rank != 0) return;
    Console.WriteLine($"blend of {result.Trials.Count} trainings: log-loss {logLoss:F6}");
    Console.WriteLine($"ensemble of {ensemble.Model.Network.Network.EnsembleSize} members: log-loss {ofEnsemble:F6}");
    Console.WriteLine($"network trained in shards: log-loss {ofSingle:F6}");
    var accuracies = folds.Select(fold => $"{fold.Metrics.Accuracy:F4}");
    Console.WriteLine($"best trial, five folds: accuracies {string.Join(", ", accuracies)}");
});
