using System.Reflection;
using System.Text.Json;
using Backprop.Activations;
using Backprop.Losses;
using Backprop.ML.Tests.Scenarios;
using Backprop.Networks;
using Microsoft.ML;
using Microsoft.ML.SearchSpace;

namespace Backprop.ML.Tests.Presets;

/// <summary>AutoML reads the attributes, and passes values through JSON.</summary>
public class BackpropSearchSpaceTests
{
    private static readonly BackpropSearchSpace Other = new()
    {
        HiddenLayers = 2,
        Units = 64,
        Activation = "SELU",
        LearningRate = 0.02,
        Dropout = 0.3,
        WeightDecay = 0.1,
        LabelSmoothing = 0.05,
        NumericEmbedding = true,
        EmbeddingDeviation = 0.4,
        QuantileTransform = true,
        BatchSize = 128,
        EnsembleSize = 8,
    };

    private static readonly Type[] Attributes = [typeof(RangeAttribute), typeof(ChoiceAttribute), typeof(BooleanChoiceAttribute)];

    public static TheoryData<string> Properties => [.. typeof(BackpropSearchSpace).GetProperties().Select(property => property.Name)];

    [Fact]
    public void Values_that_other_options_decide_are_not_used()
    {
        var ml = new MLContext(seed: 1);
        Check(options => options.Activations = [new ReLU(), new Tanh(), new ReLU()]);
        Check(options => options.InputSkip = true, options => options.EnsembleSize = 1);
        Check(options => (options.Preset, options.Optimizer) = (Preset.Plain, new Backprop.Optimizers.Lbfgs()));
        Check(options => options.LossFunction = new FocalLoss());

        void Check(params Action<BackpropTrainer.Options>[] changes)
        {
            var options = new BackpropTrainer.Options();
            foreach (var change in changes) change(options);
            _ = new BackpropTrainer(ml, Other.ToOptions(options));
        }
    }

    [Fact]
    public void Every_value_becomes_an_option()
    {
        var options = Other.ToOptions(new BackpropTrainer.Options { LabelColumnName = "Kind", Seed = 3 });
        Assert.Equal([64, 64], options.HiddenLayers);
        Assert.Equal(new ParametricMix(new SELU()), options.Activation);
        Assert.Equal((0.02, 0.3, 0.1, 0.05), (options.LearningRate, options.Dropout, options.WeightDecay, options.LabelSmoothing));
        Assert.Equal(0.4, Assert.IsType<PeriodicPhaseEmbedding>(options.NumericEmbedding).StandardDeviation);
        Assert.Equal((true, 128, 8), (options.QuantileTransform, options.BatchSize, options.EnsembleSize));
        Assert.Equal(("Kind", 3), (options.LabelColumnName, options.Seed));
        Assert.Null(new BackpropSearchSpace { NumericEmbedding = false }.ToOptions().NumericEmbedding);
    }

    [Fact]
    public void A_loss_of_the_caller_keeps_its_smoothing()
    {
        var options = Other.ToOptions(new BackpropTrainer.Options { LossFunction = new LogisticLoss { LabelSmoothing = 0.2 } });
        Assert.Null(Record.Exception(() => new BackpropTrainer(new MLContext(), options)));
    }

    [Theory, MemberData(nameof(Properties))]
    public void Each_property_has_an_attribute_whose_first_value_is_its_default(string name)
    {
        var property = typeof(BackpropSearchSpace).GetProperty(name)!;
        var standard = property.GetValue(new BackpropSearchSpace());
        var attribute = Assert.Single(
            property.CustomAttributes,
            each => Attributes.Contains(each.AttributeType));
        Assert.Equal(Convert.ToDouble(Number(standard)), Convert.ToDouble(Number(InitialValue(attribute))));
        Assert.NotEqual(standard, name is nameof(BackpropSearchSpace.NumericEmbedding) ? false : property.GetValue(Other));
    }

    [Fact]
    public void Json_keeps_every_value()
    {
        var read = JsonSerializer.Deserialize<BackpropSearchSpace>(JsonSerializer.Serialize(Other))!;
        foreach (var property in typeof(BackpropSearchSpace).GetProperties())
            Assert.Equal(property.GetValue(Other), property.GetValue(read));
    }

    [Fact]
    public void The_defaults_train()
    {
        var ml = new MLContext(seed: 1);
        var options = new BackpropSearchSpace { Units = 64 }.ToOptions(
            new BackpropTrainer.Options { LabelColumnName = Synthetic.Flag, NumberOfIterations = 4 });
        Assert.Equal(5, new BackpropTrainer(ml, options).Fit(Synthetic.Prepared(ml, 60)).Model.Network.Network.EnsembleSize);
    }

    [Fact]
    public void An_unknown_activation_is_refused_by_name()
    {
        var problem = Assert.Throws<ArgumentException>(() => new BackpropSearchSpace { Activation = "Swish" }.ToOptions());
        Assert.StartsWith("Activation is 'Swish'; allowed are 'Mish', 'SELU' and 'ReLU'", problem.Message, StringComparison.Ordinal);
    }

    // Names of activations are compared as numbers of their letters: any injective function serves.
    private static object Number(object? value) => value is string text ? text.Aggregate(0.0, (sum, letter) => 31 * sum + letter) : value!;

    private static object InitialValue(CustomAttributeData attribute)
    {
        var parameter = attribute.Constructor.GetParameters().Single(each => each.Name is "init" or "defaultValue");
        return attribute.ConstructorArguments[parameter.Position].Value!;
    }
}
