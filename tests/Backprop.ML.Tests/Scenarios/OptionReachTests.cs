using Backprop.Activations;
using Backprop.Initializers;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Metrics;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Presets;
using Backprop.Schedules;
using Backprop.Training;
using Microsoft.ML;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>Every option reaches what it is for: a property that nobody reads would pass all other tests.</summary>
public class OptionReachTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly IDataView _data;

    public OptionReachTests() => _data = WithHoles(Synthetic.Examples(200));

    private static readonly HashSet<string> ThatDoNotChangeWhatIsLearned =
    [
        nameof(BackpropTrainer.Options.NumberOfThreads), nameof(BackpropTrainer.Options.MemoryBudget),
        nameof(BackpropTrainer.Options.Progress), nameof(BackpropTrainer.Options.PhaseProgress),
        nameof(BackpropTrainer.Options.Diagnostics),
        nameof(BackpropTrainer.Options.ThresholdMetric), nameof(BackpropTrainer.Options.TemperatureScaling),
        nameof(BackpropTrainer.Options.TensorBoardDirectory), nameof(BackpropTrainer.Options.Checkpoint),
        nameof(BackpropTrainer.Options.PredictionIntervals), nameof(BackpropTrainer.Options.Uncertainty),
    ];

    // These name columns, end training at a moment that other tests look at, or change scores alone.
    private static readonly HashSet<string> ThatOtherTestsShow =
    [
        nameof(BackpropTrainer.Options.LabelColumnName), nameof(BackpropTrainer.Options.FeatureColumnName),
        nameof(BackpropTrainer.Options.ExampleWeightColumnName), nameof(BackpropTrainer.Options.RowGroupColumnName),
        nameof(BackpropTrainer.Options.MaximumTrainingTime),
        nameof(BackpropTrainer.Options.CancellationToken), nameof(BackpropTrainer.Options.ThrowOnCancellation),
        nameof(BackpropTrainer.Options.ClampPredictions), nameof(BackpropTrainer.Options.Search),
        nameof(BackpropTrainer.Options.Distributed), nameof(BackpropTrainer.Options.AnomalyThreshold),
        nameof(BackpropTrainer.Options.OptimizerMemory), nameof(BackpropTrainer.Options.AddNewClasses),
        nameof(BackpropTrainer.Options.ValidationData), nameof(BackpropTrainer.Options.ValidationFraction),
        nameof(BackpropTrainer.Options.ValidationRows), nameof(BackpropTrainer.Options.SamplingKeyColumnName),
    ];

    internal static Dictionary<string, Change> Changes { get; } = new()
    {
        [nameof(BackpropTrainer.Options.HiddenLayers)] = new(o => o.HiddenLayers = [8, 7]),
        [nameof(BackpropTrainer.Options.Activation)] = new(o => o.Activation = new Mish()),
        [nameof(BackpropTrainer.Options.Activations)] = new(o => o.Activations = [new Tanh(), new ReLU()]),
        [nameof(BackpropTrainer.Options.Normalization)] = new(o => o.Normalization = Normalization.Layer),
        [nameof(BackpropTrainer.Options.Dropout)] = new(o => o.Dropout = 0.2),
        [nameof(BackpropTrainer.Options.InputDropout)] = new(o => o.InputDropout = 0.2),
        [nameof(BackpropTrainer.Options.AlphaDropout)] = new(o => o.AlphaDropout = 0.2),
        [nameof(BackpropTrainer.Options.InputNoise)] = new(o => o.InputNoise = 0.1),
        [nameof(BackpropTrainer.Options.Mixup)] = new(o => o.Mixup = new Mixup()),
        [nameof(BackpropTrainer.Options.Categories)] = new(o => o.Categories = [new EmbeddedCategory(2, 4, 3)]),
        [nameof(BackpropTrainer.Options.NumericEmbedding)] = new(
            o => o.NumericEmbedding = new PiecewiseLinearEmbedding { Bins = 5, Dimension = 3 }),
        [nameof(BackpropTrainer.Options.QuantileTransform)] = new(o => o.QuantileTransform = true, o => o.FeatureColumnName = "Amounts"),
        [nameof(BackpropTrainer.Options.MaximumIndicatedValues)] = new(
            o => o.MaximumIndicatedValues = 6, o => o.FeatureColumnName = "Counts"),
        [nameof(BackpropTrainer.Options.AsinhScale)] = new(o => o.AsinhScale = 3),
        [nameof(BackpropTrainer.Options.SmoothClip)] = new(o => o.SmoothClip = 3),
        [nameof(BackpropTrainer.Options.InputScale)] = new(o => o.InputScale = true),
        [nameof(BackpropTrainer.Options.MonotoneConstraints)] = new(
            o => o.MonotoneConstraints = new MonotoneConstraints { Increasing = [nameof(Example.Main)] },
            o => o.LabelColumnName = Synthetic.Value),
        [nameof(BackpropTrainer.Options.Residual)] = new(o => o.Residual = true),
        [nameof(BackpropTrainer.Options.NtkParametrization)] = new(o => o.NtkParametrization = true),
        [nameof(BackpropTrainer.Options.InputSkip)] = new(o => o.InputSkip = true),
        [nameof(BackpropTrainer.Options.EnsembleSize)] = new(o => o.EnsembleSize = 2),
        [nameof(BackpropTrainer.Options.LossFunction)] = new(o => o.LossFunction = new SoftmaxFocalLoss()),
        [nameof(BackpropTrainer.Options.LabelSmoothing)] = new(o => o.LabelSmoothing = 0.1),
        [nameof(BackpropTrainer.Options.Preset)] = new(o => o.Preset = Preset.ScikitLearn),
        [nameof(BackpropTrainer.Options.Optimizer)] = new(o => o.Optimizer = new NAdam()),
        [nameof(BackpropTrainer.Options.LearningRate)] = new(o => o.LearningRate = 0.002),
        [nameof(BackpropTrainer.Options.LearningRateSchedule)] = new(o => o.LearningRateSchedule = new CosineDecay()),
        [nameof(BackpropTrainer.Options.WeightDecaySchedule)] = new(
            o => o.WeightDecaySchedule = new CosineDecay(), o => o.WeightDecay = 0.1),
        [nameof(BackpropTrainer.Options.MomentumSchedule)] = new(o => o.MomentumSchedule = new OneCycleMomentum()),
        [nameof(BackpropTrainer.Options.DropoutSchedule)] = new(o => o.DropoutSchedule = new CosineDecay(), o => o.Dropout = 0.2),
        [nameof(BackpropTrainer.Options.LabelSmoothingSchedule)] = new(
            o => o.LabelSmoothingSchedule = new CosineDecay(), o => o.LossFunction = new SoftmaxCrossEntropy { LabelSmoothing = 0.1 }),
        [nameof(BackpropTrainer.Options.NumberOfIterations)] = new(o => o.NumberOfIterations = 6),
        [nameof(BackpropTrainer.Options.BatchSize)] = new(o => o.BatchSize = 16),
        [nameof(BackpropTrainer.Options.EvenBatches)] = new(o => o.EvenBatches = true, o => o.BatchSize = 33),
        [nameof(BackpropTrainer.Options.Shuffle)] = new(o => o.Shuffle = false),
        [nameof(BackpropTrainer.Options.Initializer)] = new(o => o.Initializer = new DataDependent()),
        [nameof(BackpropTrainer.Options.OutputBiasPrior)] = new(o => o.OutputBiasPrior = true),
        [nameof(BackpropTrainer.Options.InitialParameters)] = new(
            o => o.InitialParameters = [.. Enumerable.Range(0, 3 * 8 + 8 + 8 * 8 + 8 + 8 * 3 + 3).Select(i => MathF.Sin(i))]),
        [nameof(BackpropTrainer.Options.L1Regularization)] = new(o => o.L1Regularization = 0.01),
        [nameof(BackpropTrainer.Options.L2Regularization)] = new(o => o.L2Regularization = 0.01),
        [nameof(BackpropTrainer.Options.WeightDecay)] = new(o => o.WeightDecay = 0.1),
        [nameof(BackpropTrainer.Options.MaximumNorm)] = new(o => o.MaximumNorm = 0.5),
        [nameof(BackpropTrainer.Options.WeightAveraging)] = new(o => o.WeightAveraging = new ExponentialMovingAverage()),
        [nameof(BackpropTrainer.Options.GradientClipping)] = new(
            o => o.GradientClipping = new GradientClipping(ClippingMeasure.Value, 0.001)),
        [nameof(BackpropTrainer.Options.ParameterGroups)] = new(o => o.ParameterGroups = new ParameterGroups { Biases = new(0, 0) }),
        [nameof(BackpropTrainer.Options.EarlyStopping)] = new(
            o => o.EarlyStopping = new EarlyStopping { RefitOnAllRows = true, Metric = new MacroAccuracy() }),
        [nameof(BackpropTrainer.Options.KFoldBagging)] = new(o => o.KFoldBagging = true, o => o.EnsembleSize = 2, WithoutValidation: true),
        [nameof(BackpropTrainer.Options.LossTolerance)] = new(
            o => o.LossTolerance = new LossTolerance { MinimumImprovement = 100, Patience = 1 }),
        [nameof(BackpropTrainer.Options.NormalizeFeatures)] = new(o => o.NormalizeFeatures = false),
        [nameof(BackpropTrainer.Options.FeatureScaling)] = new(o => o.FeatureScaling = FeatureScaling.Robust),
        [nameof(BackpropTrainer.Options.NormalizeLabel)] = new(o => o.NormalizeLabel = false, o => o.LabelColumnName = Synthetic.Value),
        [nameof(BackpropTrainer.Options.CategoricalFeatureColumnNames)] = new(
            o => o.CategoricalFeatureColumnNames = [Synthetic.Kind], o => o.LabelColumnName = Synthetic.Value),
        [nameof(BackpropTrainer.Options.MaximumOneHotValues)] = new(o => o.MaximumOneHotValues = 9, PredictFromKind),
        [nameof(BackpropTrainer.Options.EmbeddingDimension)] = new(o => o.EmbeddingDimension = 8, PredictFromKind),
        [nameof(BackpropTrainer.Options.MissingValues)] = new(
            o => o.MissingValues = MissingValues.Median, o => o.FeatureColumnName = "Holes"),
        [nameof(BackpropTrainer.Options.Caching)] = new(o => o.Caching = DataCaching.Stream),
        [nameof(BackpropTrainer.Options.ClassWeights)] = new(o => o.ClassWeights = ClassWeights.ByName(("low", 3))),
        [nameof(BackpropTrainer.Options.PositiveInstanceWeight)] = new(
            o => o.PositiveInstanceWeight = 2, o => o.LabelColumnName = Synthetic.Flag),
        [nameof(BackpropTrainer.Options.Seed)] = new(o => o.Seed = 2),
    };

    public static TheoryData<string> Names => [.. Changes.Keys];

    [Fact]
    public void Every_option_is_listed_here()
    {
        var listed = Changes.Keys.Concat(ThatDoNotChangeWhatIsLearned).Concat(ThatOtherTestsShow);
        Assert.Equal(typeof(BackpropTrainer.Options).GetProperties().Select(property => property.Name).Order(), listed.Order());
    }

    [Theory, MemberData(nameof(Names))]
    public void It_changes_what_is_learned_whatever_the_threads_and_the_model_loads_again(string name)
    {
        var options = Small();
        Changes[name].Prepare?.Invoke(options);
        var validation = Changes[name].WithoutValidation ? null : WithHoles(Synthetic.Examples(100, seed: 2));
        var without = new BackpropTrainer(_ml, options).Fit(_data, validation);
        Changes[name].Apply(options);
        var with = new BackpropTrainer(_ml, options).Fit(_data, validation);
        Assert.NotEqual(without.Bits(), with.Bits());

        options.NumberOfThreads = 3;
        Assert.Equal(with.Bits(), new BackpropTrainer(_ml, options).Fit(_data, validation).Bits());
        Assert.Equal(with.Transform(_data).ScoreBits(), _ml.SaveAndLoad(with, _data.Schema).Transform(_data).ScoreBits());
    }

    // A trial that cannot be trained would end the search after its first trial, which is then lost.
    [Theory, MemberData(nameof(Names))]
    public void A_search_varies_nothing_that_contradicts_it(string name)
    {
        var options = Synthetic.Brief(Synthetic.Kind);
        (options.HiddenLayers, options.NumberOfIterations) = ([8, 8], 2);
        Changes[name].Prepare?.Invoke(options);
        Changes[name].Apply(options);
        if (!options.KFoldBagging) options.ValidationFraction = 0.3;
        options.Search = new Search { MaximumTrials = 4 };
        BackpropTrainer trainer;
        try
        {
            trainer = new BackpropTrainer(_ml, options);
        }
        catch (ArgumentException)
        {
            return; // it cannot be combined with a search, and the constructor says so
        }
        var isRefused = options.Caching == DataCaching.Stream;
        if (isRefused) Assert.Contains("Search", Assert.ThrowsAny<ArgumentException>(() => trainer.Fit(_data)).Message);
        else Assert.InRange(trainer.Fit(_data).Model.Trials.Count, 4, 10);
    }

    [Fact]
    public void Diagnostics_are_reported_and_each_trouble_is_logged_once_in_words()
    {
        var warnings = new List<string>();
        _ml.Log += (_, e) =>
        {
            if (e.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning) warnings.Add(e.RawMessage);
        };
        var options = Small();
        var plain = new BackpropTrainer(_ml, options).Fit(_data);
        (options.Diagnostics, options.NumberOfThreads) = (true, 2);
        var inspected = new BackpropTrainer(_ml, options).Fit(_data);
        Assert.Equal(plain.Bits(), inspected.Bits());
        Assert.All(inspected.Model.History, epoch => Assert.NotNull(epoch.Diagnostics));
        Assert.Empty(warnings);

        (options.HiddenLayers, options.Activation) = ([.. Enumerable.Repeat(8, 10)], new Sigmoid());
        new BackpropTrainer(_ml, options).Fit(_data);
        Assert.StartsWith("Epoch 1: The gradient vanishes on its way back: ", Assert.Single(warnings));
    }

    // Every seventh row lacks a feature, in one of the columns. In another, most amounts are 0, and in a third, there are few values.
    private IDataView WithHoles(Example[] examples)
    {
        for (var i = 0; i < examples.Length; i += 7) examples[i].Weight = float.NaN;
        var data = Synthetic.Prepared(_ml, examples);
        return _ml.Transforms.Concatenate("Holes", nameof(Example.Main), nameof(Example.Side), nameof(Example.Weight))
            .Append(_ml.Transforms.Expression("Amount", "x => x > 0.6f ? x : 0f", nameof(Example.Main)))
            .Append(_ml.Transforms.Concatenate("Amounts", "Amount", nameof(Example.Side)))
            .Append(_ml.Transforms.Expression("Count", "x => floor(3f * x)", nameof(Example.Main)))
            .Append(_ml.Transforms.Concatenate("Counts", "Count", nameof(Example.Side)))
            .Fit(data).Transform(data);
    }

    private static void PredictFromKind(BackpropTrainer.Options options) =>
        (options.CategoricalFeatureColumnNames, options.LabelColumnName) = ([Synthetic.Kind], Synthetic.Value);

    private static BackpropTrainer.Options Small()
    {
        var options = Synthetic.Brief(Synthetic.Kind);
        options.HiddenLayers = [8, 8];
        return options;
    }

    /// <param name="Apply">Sets the option.</param>
    /// <param name="Prepare">Sets what it needs, on both sides of the comparison.</param>
    /// <param name="WithoutValidation">Whether it does not go with validation data.</param>
    internal sealed record Change(
        Action<BackpropTrainer.Options> Apply, Action<BackpropTrainer.Options>? Prepare = null, bool WithoutValidation = false);
}
