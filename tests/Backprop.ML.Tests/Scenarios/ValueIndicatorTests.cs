using Backprop.Layers;
using Backprop.Losses;
using Backprop.ML.Tasks;
using Backprop.ML.Tests.Export;
using Backprop.Presets;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>Features with few values: which get columns of their own, and that these are saved, exported and trained on.</summary>
public class ValueIndicatorTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Theory, InlineData(nameof(Preset.Default)), InlineData(nameof(Preset.Fast)), InlineData(nameof(Preset.Best))]
    public void Presets_have_them_for_regression_alone(string name)
    {
        var preset = Preset.All.Single(each => each.Name == name);
        foreach (var task in LearningTask.All)
        {
            var isRegression = task.TargetKind == TargetKind.Real && task.HasLabel;
            Assert.Equal(isRegression ? 12 : 0, preset.For(task.Describe(DatasetProfile.Typical)).Preparation.MaximumIndicatedValues);
        }
    }

    [Theory, InlineData(DataCaching.Memory), InlineData(DataCaching.Stream)]
    public void Slots_with_few_values_get_columns(DataCaching caching)
    {
        var options = Options();
        options.Caching = caching;
        var model = new BackpropTrainer(_ml, options).Fit(Halves(200, 1));
        Assert.Equal([new FewValuedFeature(0, 5)], IndicatorsOf(model)!.Features);
        Assert.Null(IndicatorsOf(new BackpropTrainer(_ml, options).Fit(Synthetic.Prepared(_ml, 200))));
        var rows = Halves(50, 2);
        Assert.Equal(model.Transform(rows).ScoreBits(), _ml.SaveAndLoad(model, rows.Schema).Transform(rows).ScoreBits());
    }

    // Main is a key in one column and a number in the features; a constraint is on it in the last case.
    [Fact]
    public void Categories_and_slots_with_constraints_do_not()
    {
        var options = Options();
        options.Categories = [new EmbeddedCategory(0, 5, 2)];
        Assert.Null(IndicatorsOf(new BackpropTrainer(_ml, options).Fit(Halves(200, 1))));
        options = Options();
        options.CategoricalFeatureColumnNames = [Synthetic.Kind];
        Assert.Equal([new FewValuedFeature(0, 5)], IndicatorsOf(new BackpropTrainer(_ml, options).Fit(Halves(200, 1)))!.Features);
        options.MonotoneConstraints = new MonotoneConstraints { Increasing = [nameof(Example.Main)] };
        Assert.Null(IndicatorsOf(new BackpropTrainer(_ml, options).Fit(Halves(200, 1))));
    }

    [Fact]
    public void Training_goes_on_with_the_columns_of_the_earlier_model()
    {
        var first = new BackpropTrainer(_ml, Options()).Fit(Halves(200, 1));
        var next = new BackpropTrainer(_ml, Options()).Fit(Synthetic.Prepared(_ml, 200, seed: 3), validationData: null, first.Model);
        Assert.Equal(first.Model.Network.Network.Layers, next.Model.Network.Network.Layers);
        var fitted = first.Model.Network.Network.ParametersOf(0);
        Assert.Equal(first.Model.Network.Parameters[fitted].ToArray(), next.Model.Network.Parameters[fitted].ToArray());
        Assert.NotEqual(first.Bits(), next.Bits());
    }

    [Fact]
    public void The_default_learns_steps_between_values_and_ONNX_has_its_scores()
    {
        var options = new BackpropTrainer.Options
        {
            LabelColumnName = Synthetic.Value,
            HiddenLayers = [16],
            NumberOfIterations = 30,
            EnsembleSize = 2,
            Seed = 1,
        };
        var data = Halves(300, 1, examples => examples.Value = (2 * examples.Main + 2) % 2 + 0.1f * examples.Side);
        var model = new BackpropTrainer(_ml, options).Fit(data);
        Assert.Equal([new FewValuedFeature(0, 5)], IndicatorsOf(model)!.Features);
        var withColumns = _ml.Regression.Evaluate(model.Transform(data), Synthetic.Value).RootMeanSquaredError;
        using var onnx = new OnnxRun(model.Model.SaveAsOnnx);
        float[] features = [.. data.GetColumn<VBuffer<float>>("Features").SelectMany(row => row.DenseValues())];
        var exported = (float[])onnx.Run(OnnxRun.Tensor("features", features, 3))["predictions"];
        Assert.InRange(Agreement.Largest([.. model.Transform(data).GetColumn<float>("Score")], exported), 0, 1e-5);

        options.MaximumIndicatedValues = 0;
        var without = new BackpropTrainer(_ml, options).Fit(data);
        Assert.Null(IndicatorsOf(without));
        var withNone = _ml.Regression.Evaluate(without.Transform(data), Synthetic.Value).RootMeanSquaredError;
        Assert.InRange(withColumns, 0, 0.8 * withNone);
    }

    [Fact]
    public void Anomaly_detection_refuses_them()
    {
        var options = new BackpropTrainer.Options { MaximumIndicatedValues = 12 };
        var problem = Assert.ThrowsAny<ArgumentException>(() => _ml.AnomalyDetection.Trainers.Backprop(options));
        Assert.Contains(nameof(options.MaximumIndicatedValues), problem.Message, StringComparison.Ordinal);
    }

    private static BackpropTrainer.Options Options()
    {
        var options = Synthetic.Brief(Synthetic.Value);
        options.MaximumIndicatedValues = 12;
        return options;
    }

    private static ValueIndicators? IndicatorsOf(BackpropTransformer model) =>
        model.Model.Network.Network.Layers.OfType<ValueIndicators>().SingleOrDefault();

    // Main is a multiple of ½ from −1 to 1.
    private IDataView Halves(int count, int seed, Action<Example>? change = null)
    {
        var examples = Synthetic.Examples(count, seed);
        foreach (var example in examples)
        {
            example.Main = MathF.Round(2 * example.Main) / 2;
            change?.Invoke(example);
        }
        return Synthetic.Prepared(_ml, examples);
    }
}
