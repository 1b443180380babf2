using Backprop.Optimizers;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Scenarios;

public class ContinuationTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly IDataView _data;

    public ContinuationTests() => _data = Synthetic.Prepared(_ml, 200);

    [Theory]
    [ClassData(typeof(EveryTask))]
    public void Four_epochs_and_six_more_are_ten(string label)
    {
        // Gradient descent remembers nothing between steps, so going on must give the very bits of never having paused.
        var four = GradientDescent(label, 4).Fit(_data);
        var ten = GradientDescent(label, 10).Fit(_data);
        var continued = GradientDescent(label, 6).Fit(_data, null, four.Model);

        Assert.Equal(ten.Bits(), continued.Bits());
        Assert.Equal(
            ten.Model.History.Skip(4).Select(report => report.TrainingLoss), continued.Model.History.Select(report => report.TrainingLoss));
    }

    [Theory]
    [ClassData(typeof(EveryTask))]
    public void A_continued_model_is_another_one_and_the_given_one_stays_as_it_was(string label)
    {
        var trainer = new BackpropTrainer(_ml, Synthetic.Brief(label));
        var first = trainer.Fit(_data);
        var before = first.Bits();
        var second = trainer.Fit(_data, null, first.Model);
        var secondAgain = trainer.Fit(_data, null, first.Model);

        Assert.Equal(before, first.Bits());
        Assert.NotEqual(before, second.Bits());
        Assert.Equal(second.Bits(), secondAgain.Bits());
        Assert.True(second.Model.History[0].TrainingLoss < first.Model.History[^1].TrainingLoss);
    }

    [Theory]
    [ClassData(typeof(EveryTask))]
    public void A_loaded_model_is_as_good_a_start_as_the_one_that_was_saved(string label)
    {
        var trainer = new BackpropTrainer(_ml, Synthetic.Brief(label));
        var first = trainer.Fit(_data);
        var raw = _ml.Data.LoadFromEnumerable(Synthetic.Examples(10));
        var loaded = (TransformerChain<ITransformer>)_ml.SaveAndLoad(Synthetic.Preparation(_ml).Fit(raw).Append(first), raw.Schema);
        var loadedModel = ((BackpropTransformer)loaded.LastTransformer).Model;

        Assert.Equal(trainer.Fit(_data, null, first.Model).Bits(), trainer.Fit(_data, null, loadedModel).Bits());
    }

    // The key has three values, but the rows have two of them. The last class has a single row, which is learned from.
    [Fact]
    public void A_class_without_validation_rows_is_named_if_a_model_is_continued()
    {
        Shop[] rows = [.. Shop.Many(200).Where(row => row.Kind != "books")];
        var options = Shop.Options("KindKey");
        (options.ValidationFraction, options.ValidationRows) = (0.2, Backprop.Training.ValidationRows.Last);
        var trainer = new BackpropTrainer(_ml, options);
        var first = trainer.Fit(Shop.View(_ml, rows));
        var messages = new List<string>();
        _ml.Log += (_, message) => messages.Add(message.Message);
        Shop[] ordered = [.. rows.Where(row => row.Kind == "tools").Take(1), .. rows.Where(row => row.Kind == "shoes").Take(50)];
        trainer.Fit(Shop.View(_ml, ordered), null, first.Model);
        Assert.Contains(messages, message => message.Contains("have none of class 'tools' (1 row)", StringComparison.Ordinal));
    }

    // Fewer than eight rows hold none out, and a new model would then have no smooth labels.
    [Theory]
    [InlineData(100, 5)]
    [InlineData(5, 100)]
    public void A_default_model_continues_with_any_number_of_rows(int before, int after)
    {
        foreach (var label in (string[])[Synthetic.Flag, Synthetic.Kind])
        {
            var options = new BackpropTrainer.Options { LabelColumnName = label, NumberOfIterations = 2, Seed = 1 };
            var trainer = new BackpropTrainer(_ml, options);
            var first = trainer.Fit(Synthetic.Prepared(_ml, Synthetic.Examples(before)));
            var second = trainer.Fit(Synthetic.Prepared(_ml, Synthetic.Examples(after)), null, first.Model);
            Assert.Equal(first.Model.Network.Loss, second.Model.Network.Loss);
            Assert.NotEqual(first.Bits(), second.Bits());
        }
    }

    [Fact]
    public void A_continued_model_keeps_the_standardization_it_began_with()
    {
        var trainer = new BackpropTrainer(_ml, Synthetic.Brief(Synthetic.Value));
        var first = trainer.Fit(_data).Model;
        var otherData = Synthetic.Prepared(
            _ml,
            Synthetic.Examples(100).Select(
                example => new Example { Main = example.Main + 5, Side = 3 * example.Side, Value = example.Value + 10 }));
        var continued = trainer.Fit(otherData, null, first).Model;

        Assert.Equal(first.Network.Inputs!.Means.ToArray(), continued.Network.Inputs!.Means.ToArray());
        Assert.Equal(first.Network.Targets!.Factors.ToArray(), continued.Network.Targets!.Factors.ToArray());
    }

    [Fact]
    public void Another_shape_is_refused_with_both_shapes()
    {
        var options = Synthetic.Brief(Synthetic.Value);
        var first = new BackpropTrainer(_ml, options).Fit(_data);
        options.HiddenLayers = [5, 4];

        var problem = Assert.ThrowsAny<ArgumentException>(() => new BackpropTrainer(_ml, options).Fit(_data, null, first.Model));
        Assert.Contains("3-8-1", problem.Message);
        Assert.Contains("3-5-4-1", problem.Message);
    }

    [Fact]
    public void Another_task_is_refused_with_both_tasks()
    {
        var first = new BackpropTrainer(_ml, Synthetic.Brief(Synthetic.Flag)).Fit(_data);

        var problem = Assert.ThrowsAny<ArgumentException>(
            () => new BackpropTrainer(_ml, Synthetic.Brief(Synthetic.Value)).Fit(_data, null, first.Model));
        Assert.Contains("BinaryClassification", problem.Message);
        Assert.Contains("Regression", problem.Message);
    }

    [Fact]
    public void Another_loss_is_refused_with_both_losses()
    {
        var options = Synthetic.Brief(Synthetic.Value);
        var first = new BackpropTrainer(_ml, options).Fit(_data);
        options.LossFunction = new Lopsided(0.5);

        var problem = Assert.ThrowsAny<ArgumentException>(() => new BackpropTrainer(_ml, options).Fit(_data, null, first.Model));
        Assert.Contains("SquaredError", problem.Message);
        Assert.Contains("Lopsided", problem.Message);
    }

    private BackpropTrainer GradientDescent(string label, int epochs)
    {
        var options = Synthetic.Brief(label);
        (
            options.Optimizer, options.LearningRate, options.BatchSize,
            options.NumberOfIterations) = (new Sgd(), 0.1, BackpropTrainer.FullBatch, epochs);
        return new BackpropTrainer(_ml, options);
    }
}
