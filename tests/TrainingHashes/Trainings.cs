using Backprop.Layers;
using Backprop.Losses;
using Backprop.ML;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Schedules;
using Backprop.Training;

namespace TrainingHashes;

/// <summary>The list of trainings.</summary>
internal static class Trainings
{
    private const int Rows = 230;

    private static readonly string[] _labels = [
        nameof(Row.Flag), nameof(Row.Class), nameof(Row.Number), nameof(Row.Numbers), nameof(Row.Flags)];

    private static readonly string[] _categories = [nameof(Row.Category), nameof(Row.Kind)];

    /// <summary>Every preset × every task, and then what differs from the presets in the way of training or in the layers.</summary>
    public static IReadOnlyList<Training> All { get; } = [.. Presets(), .. Others(), .. Rankings()];

    private static IEnumerable<Training> Presets() =>
        from preset in Preset.All
        from label in _labels
        select new Training(
            $"{preset.Name} {label}", () => preset == Preset.Best ? Narrow(preset, label) : Options(preset, label),
            ml => Table.Dense(ml, Rows));

    private static IEnumerable<Training> Others()
    {
        var plain = Preset.Plain;
        yield return Dense("streaming", options => options.Caching = DataCaching.Stream);
        yield return DenseDefault("streaming Default", options => options.Caching = DataCaching.Stream);
        yield return new Training("sparse", () => Wide(Options(plain, nameof(Row.Flag))), ml => Table.Sparse(ml, Rows, 1500));
        yield return new Training(
            "sparse Default", () => Wide(Options(Preset.Default, nameof(Row.Flag))), ml => Table.Sparse(ml, Rows, 1500));
        yield return Dense("categories", options => options.CategoricalFeatureColumnNames = _categories);
        yield return DenseDefault("categories Default", options => options.CategoricalFeatureColumnNames = _categories);
        yield return Missing("median", MissingValues.Median);
        yield return Missing("mean", MissingValues.Mean);
        yield return Missing("learned", MissingValues.Learned);
        yield return new Training(
            "missing Default", () => Narrow(Preset.Default, nameof(Row.Number)), ml => Table.Dense(ml, Rows, missing: true));
        yield return Dense("ensemble", options => options.EnsembleSize = 3);
        yield return Dense("ensemble on folds", options => (options.EnsembleSize, options.KFoldBagging) = (3, true));
        yield return Dense("ensemble with holdout", options => (options.EnsembleSize, options.ValidationFraction) = (3, 0.2));
        yield return Dense("L-BFGS", options => (options.Optimizer, options.BatchSize) = (new Lbfgs(), null));
        yield return Dense("mixup", options => options.Mixup = new Mixup());
        yield return Dense("clipping by norm", options => options.GradientClipping = new GradientClipping(ClippingMeasure.GlobalNorm, 0.1));
        yield return Dense("exponential average", options => options.WeightAveraging = new ExponentialMovingAverage());
        yield return Dense("stochastic average", options => options.WeightAveraging = new StochasticWeightAveraging());
        yield return Dense("schedule-free", options => options.Optimizer = new ScheduleFreeAdamW());
        yield return Dense("Lookahead", options => options.Optimizer = new Lookahead { Inner = new RAdam() });
        yield return Dense("Muon", options => options.Optimizer = new Muon { Interval = 2 });
        yield return Dense("Muon of an ensemble", options => (options.Optimizer, options.EnsembleSize) = (new Muon(), 3));
        yield return Dense("batch normalization", options => options.Normalization = Normalization.Batch);
        yield return Dense(
            "layer normalization, residual", options => (options.Normalization, options.Residual) = (Normalization.Layer, true));
        yield return Dense(
            "maximum norm, dropout", options => (options.MaximumNorm, options.Dropout, options.InputDropout) = (1, 0.2, 0.1));
        yield return Dense(
            "cosine, weights",
            options =>
                (
                    options.LearningRateSchedule,
                    options.ExampleWeightColumnName) = (new CosineDecay { WarmUpShare = 0.2 }, nameof(Row.Weight)));
        yield return Dense("input skip, noise", options => (options.InputSkip, options.InputNoise) = (true, 0.1));
        yield return Dense("continuation", _ => { }) with { EpochsBefore = 3 };
        yield return DenseDefault("continuation Default", _ => { }) with { EpochsBefore = 3 };
        yield return Dense(
            "early stopping", options => options.EarlyStopping = new EarlyStopping { Patience = 2 }) with
        { IsValidated = true };
        yield return Dense(
            "refit", options => options.EarlyStopping = new EarlyStopping { RefitOnAllRows = true }) with
        { IsValidated = true };
    }

    // A class is the relevance of a row within its category. The preset loss is LambdaRank.
    private static IEnumerable<Training> Rankings()
    {
        yield return Dense("ranking", options => options.RowGroupColumnName = nameof(Row.Category));
        yield return DenseDefault("ranking Default", options => options.RowGroupColumnName = nameof(Row.Category));
        foreach (var loss in (Loss[])[new RankNetLoss(), new ListNetLoss(), new ListMleLoss()])
        {
            yield return Dense(
                $"ranking {loss.GetType().Name}",
                options => (options.RowGroupColumnName, options.LossFunction) = (nameof(Row.Category), loss));
        }
    }

    private static Training Dense(string name, Action<BackpropTrainer.Options> change) =>
        new(name, () => Changed(Options(Preset.Plain, nameof(Row.Class)), change), ml => Table.Dense(ml, Rows));

    // Narrow layers: Presets has the default at full width.
    private static Training DenseDefault(string name, Action<BackpropTrainer.Options> change) =>
        new(name, () => Changed(Narrow(Preset.Default, nameof(Row.Class)), change), ml => Table.Dense(ml, Rows));

    private static Training Missing(string name, MissingValues values) =>
        new(
            $"missing {name}", () => Changed(Options(Preset.Plain, nameof(Row.Number)), options => options.MissingValues = values),
            ml => Table.Dense(ml, Rows, missing: true));

    // Batches large enough for four threads each to have a share: small steps are left to fewer.
    private static BackpropTrainer.Options Options(Preset preset, string label)
    {
        var options = new BackpropTrainer.Options { Preset = preset, LabelColumnName = label, NumberOfIterations = 3 };
        if (preset == Preset.Plain) (options.HiddenLayers, options.BatchSize) = ([96, 96], 128);
        return options;
    }

    // At full width, members take seconds.
    private static BackpropTrainer.Options Narrow(Preset preset, string label)
    {
        var options = Options(preset, label);
        options.HiddenLayers = [96, 64, 64];
        return options;
    }

    private static BackpropTrainer.Options Wide(BackpropTrainer.Options options)
    {
        (options.HiddenLayers, options.BatchSize, options.NumberOfIterations) = ([32, 16], 64, 2);
        return options;
    }

    private static BackpropTrainer.Options Changed(BackpropTrainer.Options options, Action<BackpropTrainer.Options> change)
    {
        change(options);
        return options;
    }
}
