using Backprop.Activations;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Training;
using Microsoft.ML;

namespace Backprop.ML.Tests.Conformance;

/// <summary>A wrong option is refused when the trainer is made, by its name.</summary>
public class OptionTests
{
    private static readonly Dictionary<string, (string Option, Action<BackpropTrainer.Options> Set)> _wrong = new()
    {
        ["no label column"] = ("LabelColumnName", options => options.LabelColumnName = ""),
        ["null label column"] = ("LabelColumnName", options => options.LabelColumnName = null!),
        ["no feature column"] = ("FeatureColumnName", options => options.FeatureColumnName = ""),
        ["empty weight column"] = ("ExampleWeightColumnName", options => options.ExampleWeightColumnName = ""),
        ["null hidden layers"] = ("HiddenLayers", options => options.HiddenLayers = null!),
        ["hidden layer of 0 units"] = ("HiddenLayers", options => options.HiddenLayers = [8, 0]),
        ["dropout of everything"] = ("Dropout", options => options.Dropout = 1),
        ["input dropout below 0"] = ("InputDropout", options => options.InputDropout = -0.1),
        ["unknown normalization"] = ("Normalization", options => options.Normalization = (Normalization)7),
        ["L1 below 0"] = ("L1Regularization", options => options.L1Regularization = -1),
        ["L2 that is not a number"] = ("L2Regularization", options => options.L2Regularization = double.NaN),
        ["weight decay below 0"] = ("WeightDecay", options => options.WeightDecay = -1),
        ["maximum norm of 0"] = ("MaximumNorm", options => options.MaximumNorm = 0),
        ["null groups"] = ("ParameterGroups", options => options.ParameterGroups = null!),
        ["one activation for two layers"] = ("Activations", options => options.Activations = [new ReLU()]),
        ["an activation that is null"] = ("Activations", options => options.Activations = [new ReLU(), null!]),
        ["null schedule"] = ("LearningRateSchedule", options => options.LearningRateSchedule = null!),
        ["no time"] = ("MaximumTrainingTime", options => options.MaximumTrainingTime = TimeSpan.Zero),
        ["null activation"] = ("Activation", options => options.Activation = null!),
        ["null optimizer"] = ("Optimizer", options => options.Optimizer = null!),
        ["null initializer"] = ("Initializer", options => options.Initializer = null!),
        ["learning rate of 0"] = ("LearningRate", options => options.LearningRate = 0),
        ["learning rate that is not a number"] = ("LearningRate", options => options.LearningRate = double.NaN),
        ["no iterations"] = ("NumberOfIterations", options => options.NumberOfIterations = 0),
        ["batches of 0"] = ("BatchSize", options => options.BatchSize = 0),
        ["no memory"] = ("MemoryBudget", options => options.MemoryBudget = 0),
        ["no threads"] = ("NumberOfThreads", options => options.NumberOfThreads = 0),
    };

    private readonly MLContext _ml = new(seed: 1);

    public static TheoryData<string> Wrong() => [.. _wrong.Keys];

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_wrong_option_is_named_by_the_constructor_and_by_every_catalog(string what)
    {
        var (option, set) = _wrong[what];
        var options = new BackpropTrainer.Options { Preset = Preset.Plain };
        set(options);
        foreach (var make in (Func<BackpropTrainer.Options, BackpropTrainer>[])
            [
                given => new BackpropTrainer(_ml, given), _ml.BinaryClassification.Trainers.Backprop,
                _ml.MulticlassClassification.Trainers.Backprop, _ml.Regression.Trainers.Backprop])
            Assert.Contains(option, Assert.ThrowsAny<ArgumentException>(() => make(options)).Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Wrong_arguments_are_named_by_the_simple_constructor()
    {
        Assert.Contains(
            "LabelColumnName", Assert.ThrowsAny<ArgumentException>(() => new BackpropTrainer(_ml, labelColumnName: "")).Message);
        Assert.Contains("HiddenLayers", Assert.ThrowsAny<ArgumentException>(() => new BackpropTrainer(_ml, hiddenLayers: [-1])).Message);
        Assert.Contains("LearningRate", Assert.ThrowsAny<ArgumentException>(() => new BackpropTrainer(_ml, learningRate: -0.1)).Message);
        Assert.Contains(
            "NumberOfIterations",
            Assert.ThrowsAny<ArgumentException>(() => _ml.Regression.Trainers.Backprop(numberOfIterations: -1)).Message);
    }

    [Fact]
    public void Nothing_to_make_a_trainer_of_is_refused()
    {
        Assert.ThrowsAny<ArgumentException>(() => new BackpropTrainer(null!));
        Assert.ThrowsAny<ArgumentException>(() => new BackpropTrainer(_ml, (BackpropTrainer.Options)null!));
        Assert.ThrowsAny<ArgumentException>(
            () => ((RegressionCatalog)null!)?.Trainers.Backprop() ?? BackpropCatalog.Backprop((RegressionCatalog.RegressionTrainers)null!));
    }

    [Fact]
    public void A_loss_of_another_task_is_named_as_early_as_the_task_is_known()
    {
        var options = new BackpropTrainer.Options
        {
            Preset = Preset.Plain,
            LabelColumnName = nameof(SampleRow.Flag),
            FeatureColumnName = nameof(SampleRow.Dense),
            LossFunction = new SquaredError()
        };
        Refuses(() => _ml.BinaryClassification.Trainers.Backprop(options));

        var trainer = new BackpropTrainer(_ml, options);
        var data = Samples.Table(_ml);
        Refuses(() => trainer.GetOutputSchema(SchemaText.Shape(data.Schema)));
        Refuses(() => trainer.Fit(data));

        static void Refuses(Func<object> action)
        {
            var message = Assert.ThrowsAny<ArgumentException>(() => action()).Message;
            Assert.All(["LossFunction", "SquaredError", "BinaryClassification", "LogisticLoss"], word => Assert.Contains(word, message));
        }
    }

    [Fact]
    public void Options_changed_later_do_not_change_the_trainer()
    {
        var options = Samples.Quick(nameof(SampleRow.Value), nameof(SampleRow.Dense));
        options.Seed = 3;
        var trainer = new BackpropTrainer(_ml, options);
        var before = trainer.Fit(Samples.Table(_ml)).Model;
        (options.HiddenLayers[0], options.NumberOfIterations, options.EarlyStopping) = (9, 50, new EarlyStopping { Patience = 1 });
        var after = trainer.Fit(Samples.Table(_ml)).Model;
        Assert.Equal(before.Network.Parameters.ToArray(), after.Network.Parameters.ToArray());
        Assert.Equal(before.History, after.History);
    }
}
