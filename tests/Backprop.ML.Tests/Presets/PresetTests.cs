using Backprop.Activations;
using Backprop.Layers;
using Backprop.ML.Presets;
using Backprop.ML.Tasks;
using Backprop.ML.Tests.Scenarios;
using Backprop.Optimizers;
using Microsoft.ML;

namespace Backprop.ML.Tests.Presets;

/// <summary>A preset decides what is not set by hand, and nothing else.</summary>
public class PresetTests
{
    private readonly MLContext _ml = new(seed: 1);

    public static TheoryData<string> Names => [.. Preset.All.Select(preset => preset.Name)];

    [Fact]
    public void Every_value_of_a_recipe_is_printed_under_the_name_of_an_option_of_the_same_type()
    {
        var ofRecipe = typeof(Recipe).GetProperties().Where(property => property.CanWrite).ToDictionary(property => property.Name, property => property.PropertyType);
        Assert.Equal(ofRecipe.Keys.Order(), new Recipe().Values.Select(value => value.Option).Order());
        Assert.All(ofRecipe, value => Assert.Equal(value.Value, typeof(BackpropTrainer.Options).GetProperty(value.Key)!.PropertyType));
    }

    [Theory, MemberData(nameof(Names))]
    public void A_preset_prints_itself(string name)
    {
        var preset = Preset.All.Single(preset => preset.Name == name);
        var options = new BackpropTrainer.Options { Preset = preset };
        var text = preset.ToString();
        Assert.StartsWith($"{name}:", text);
        Assert.Contains($"NumberOfIterations = {options.NumberOfIterations}", text);
        Assert.Contains($"Optimizer = {options.Optimizer.GetType().Name}", text);
        Assert.Contains("HiddenLayers = " + string.Join(", ", options.HiddenLayers), text);
    }

    [Theory, MemberData(nameof(Names))]
    public void The_documentation_has_what_it_prints(string name)
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "presets.md"));
        Assert.Contains($"```text\n{Preset.All.Single(preset => preset.Name == name)}\n```", page);
    }

    [Fact]
    public void Nothing_set_is_the_default_preset()
    {
        Assert.Same(Preset.Default, new BackpropTrainer.Options().Preset);
        var mix = Assert.IsType<ParametricMix>(new BackpropTrainer.Options().In(Situation.Typical with { Task = LearningTask.Regression }).Activation);
        Assert.Equal(new Mish(), mix.Inner);
    }

    [Fact]
    public void What_is_set_by_hand_overrides_whether_before_or_after_the_preset()
    {
        var before = new BackpropTrainer.Options { HiddenLayers = [5], NumberOfIterations = 3, NumericEmbedding = null, Preset = Preset.Default };
        var after = new BackpropTrainer.Options { Preset = Preset.Default, HiddenLayers = [5], NumberOfIterations = 3, NumericEmbedding = null };
        foreach (var options in (BackpropTrainer.Options[])[before, after])
        {
            (options.LabelColumnName, options.Seed) = (Synthetic.Kind, 1);
            var model = new BackpropTrainer(_ml, options).Fit(Synthetic.Prepared(_ml, 100)).Model;
            Assert.Equal(3, model.History.Count);
            Assert.Contains(model.Network.Network.Layers, layer => layer is FrontScale); // the preset's
            Assert.Equal(5, model.Layers[0].Outputs);
            Assert.DoesNotContain(model.Network.Network.Layers, layer => layer is PeriodicFeatures);
        }
    }

    [Fact]
    public void An_optimizer_set_by_hand_brings_its_own_learning_rate()
    {
        var options = new BackpropTrainer.Options { Optimizer = new Sgd() };
        Assert.Null(options.LearningRate);
        options.LearningRate = 0.5;
        Assert.Equal(0.5, options.LearningRate);
    }

    [Fact]
    public void A_loss_set_by_hand_is_what_early_stopping_judges_by()
    {
        var options = new BackpropTrainer.Options { LossFunction = new Losses.PinballLoss() }.In(Situation.Typical with { Task = LearningTask.Regression });
        Assert.Null(options.EarlyStopping!.Metric);
    }

    [Fact]
    public void Rows_are_kept_for_selection_unless_they_are_given()
    {
        var data = Synthetic.Prepared(_ml, 100);
        var options = new BackpropTrainer.Options { LabelColumnName = Synthetic.Kind, HiddenLayers = [5], NumberOfIterations = 2, Seed = 1 };
        Assert.All(new BackpropTrainer(_ml, options).Fit(data).Model.History, epoch => Assert.NotNull(epoch.ValidationMetric));
        Assert.All(new BackpropTrainer(_ml, options).Fit(data, data).Model.History, epoch => Assert.NotNull(epoch.ValidationMetric));
        options.ValidationData = data;
        Assert.All(new BackpropTrainer(_ml, options).Fit(data).Model.History, epoch => Assert.NotNull(epoch.ValidationMetric));
    }

    [Theory]
    [InlineData(1_000, 256)]
    [InlineData(50_000, 256)]
    [InlineData(100_000, 128)]
    [InlineData(500_000, 25)]
    [InlineData(100_000_000, 16)]
    public void Many_rows_are_seen_less_often(long rows, int passes) =>
        Assert.Equal(passes, Preset.Default.For(Situation.Typical with { Rows = rows }).NumberOfIterations);

    [Fact]
    public void The_number_of_passes_follows_the_rows_that_are_read()
    {
        var options = new BackpropTrainer.Options { Preset = Preset.ScikitLearn, LabelColumnName = Synthetic.Kind, NumberOfIterations = 1, Seed = 1 };
        var few = new BackpropTrainer(_ml, options).Fit(Synthetic.Prepared(_ml, 20));
        options.BatchSize = 20;
        options.L2Regularization = 1e-4 / 20;
        Assert.Equal(new BackpropTrainer(_ml, options).Fit(Synthetic.Prepared(_ml, 20)).Bits(), few.Bits());
    }

    [Fact]
    public void Label_smoothing_is_of_the_tasks_own_loss_alone()
    {
        var options = new BackpropTrainer.Options { LabelSmoothing = 0.2 };
        Assert.Equal(new Losses.LogisticLoss { LabelSmoothing = 0.2 }, options.LossFor(LearningTask.BinaryClassification));
        options.LossFunction = new Losses.FocalLoss();
        Assert.Contains("LabelSmoothing", Assert.Throws<ArgumentOutOfRangeException>(() => new BackpropTrainer(_ml, options)).Message);
        Assert.Contains("LabelSmoothing", Assert.Throws<ArgumentOutOfRangeException>(() => new BackpropTrainer(_ml, new BackpropTrainer.Options { LabelSmoothing = 1 })).Message);
    }
}
