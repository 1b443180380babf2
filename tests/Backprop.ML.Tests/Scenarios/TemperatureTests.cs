using Backprop.Losses;
using Backprop.ML.Tests.Conformance;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>Probabilities as confident as rows that were left out show, without a word about which class is the likeliest.</summary>
public class TemperatureTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void Of_two_classes_scores_change_by_one_factor_and_probabilities_follow_them()
    {
        IDataView test = Synthetic.Prepared(_ml, 500, seed: 2), plain = Fit(Synthetic.Flag, false).Transform(test),
            scaled = Fit(Synthetic.Flag, true).Transform(test);
        var factor = scaled.GetColumn<float>("Score").First() / plain.GetColumn<float>("Score").First();
        Assert.NotEqual(1, factor, 0.01f);
        Assert.All(
            scaled.GetColumn<float>("Score").Zip(plain.GetColumn<float>("Score")),
            pair => Assert.Equal(factor, pair.First / pair.Second, 1e-5f * factor));
        Assert.All(
            scaled.GetColumn<float>("Probability").Zip(scaled.GetColumn<float>("Score")),
            pair => Assert.Equal(1 / (1 + Math.Exp(-pair.Second)), pair.First, 1e-6));
        Assert.Equal(plain.GetColumn<bool>("PredictedLabel"), scaled.GetColumn<bool>("PredictedLabel"));
        Assert.InRange(Measure(scaled).LogLoss, 0, Measure(plain).LogLoss);
        Assert.Equal(Measure(plain).AreaUnderRocCurve, Measure(scaled).AreaUnderRocCurve, 1e-6);

        CalibratedBinaryClassificationMetrics Measure(IDataView scored) => _ml.BinaryClassification.Evaluate(scored, Synthetic.Flag);
    }

    [Fact]
    public void Of_several_classes_the_log_loss_is_smaller_and_the_model_loads_again()
    {
        var test = Synthetic.Prepared(_ml, 500, seed: 2);
        var model = Fit(Synthetic.Kind, true);
        IDataView plain = Fit(Synthetic.Kind, false).Transform(test), scaled = model.Transform(test);
        Assert.Equal(plain.GetColumn<uint>("PredictedLabel"), scaled.GetColumn<uint>("PredictedLabel"));
        Assert.All(scaled.GetColumn<float[]>("Score"), row => Assert.Equal(1, row.Sum(), 1e-5f));
        Assert.InRange(
            _ml.MulticlassClassification.Evaluate(scaled, Synthetic.Kind).LogLoss, 0,
            _ml.MulticlassClassification.Evaluate(plain, Synthetic.Kind).LogLoss);
        Assert.Equal(scaled.ScoreBits(), _ml.SaveAndLoad(model, test.Schema).Transform(test).ScoreBits());
    }

    [Fact]
    public void Who_wants_it_is_told_where_it_cannot_be()
    {
        Refuses<ArgumentOutOfRangeException>(
            "Regression", () => Estimator(Synthetic.Value, o => o.ValidationFraction = 0.2).GetOutputSchema(Shape()));
        Refuses<ArgumentOutOfRangeException>(
            "HingeLoss",
            () => Estimator(Synthetic.Flag, o => (o.LossFunction, o.ValidationFraction) = (new HingeLoss(), 0.2)).GetOutputSchema(Shape()));
        Refuses<ArgumentException>("ValidationFraction", () => Estimator(Synthetic.Flag, _ => { }).Fit(Synthetic.Prepared(_ml, 50)));
        Assert.NotEqual(
            1,
            Estimator(Synthetic.Flag, o => o.KFoldBagging = true, o => o.EnsembleSize = 2)
                .Fit(Synthetic.Prepared(_ml, 50)).Model.Network.Temperature);

        SchemaShape Shape() => SchemaText.Shape(Synthetic.Prepared(_ml, 1).Schema);
    }

    // What only a preset asks for gives way.
    [Fact]
    public void A_preset_does_without_it_where_it_cannot_be()
    {
        var data = Synthetic.Prepared(_ml, 100);
        Assert.NotEqual(1, OfDefault(_ => { }));
        Assert.Equal(1, OfDefault(o => o.LossFunction = new HingeLoss()));
        Assert.Equal(1, OfDefault(o => o.EarlyStopping = null));
        Assert.NotEqual(1, OfDefault(o => (o.EarlyStopping, o.TemperatureScaling) = (null, true)));
        Assert.Equal(1, OfDefault(o => o.TemperatureScaling = false));

        double OfDefault(Action<BackpropTrainer.Options> change)
        {
            var options = new BackpropTrainer.Options
            {
                LabelColumnName = Synthetic.Flag,
                HiddenLayers = [5],
                NumberOfIterations = 2,
                Seed = 1
            };
            change(options);
            return new BackpropTrainer(_ml, options).Fit(data).Model.Network.Temperature;
        }
    }

    // Smoothed by 0.4, a network is taught to be far less confident than it may be.
    private BackpropTransformer Fit(string label, bool isScaled)
    {
        var options = Synthetic.Plain(label);
        (options.LabelSmoothing, options.ValidationFraction, options.TemperatureScaling, options.Seed) = (0.4, 0.2, isScaled, 1);
        return new BackpropTrainer(_ml, options).Fit(Synthetic.Prepared(_ml, 500));
    }

    private BackpropTrainer Estimator(string label, params Action<BackpropTrainer.Options>[] changes)
    {
        var options = Synthetic.Brief(label);
        options.TemperatureScaling = true;
        foreach (var change in changes) change(options);
        return new BackpropTrainer(_ml, options);
    }

    private static void Refuses<TException>(string reason, Func<object> action) where TException : Exception
    {
        var problem = Assert.ThrowsAny<TException>(action);
        Assert.Contains("TemperatureScaling", problem.Message, StringComparison.Ordinal);
        Assert.Contains(reason, problem.Message, StringComparison.Ordinal);
    }
}
