using Backprop.Training;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>Validation data that a trainer has without <c>Fit(train, validation)</c>, which a chain cannot call.</summary>
public class ValidationInPipelineTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Theory]
    [ClassData(typeof(EveryTask))]
    public void A_chain_stops_early_on_a_fraction_of_its_rows_and_keeps_the_best(string label)
    {
        var options = new BackpropTrainer.Options
        {
            Preset = Preset.Plain,
            LabelColumnName = label,
            ValidationFraction = 0.2,
            LearningRate = 0.02,
            Seed = 1,
            NumberOfIterations = 300,
            HiddenLayers = [64, 64]
        };
        var model = Synthetic.Preparation(_ml).Append(new BackpropTrainer(_ml, options))
            .Fit(_ml.Data.LoadFromEnumerable(Synthetic.Examples(150))).LastTransformer.Model;
        Assert.InRange(model.History.Count, 2, 299);
        Assert.Equal(model.History.Count - 10, model.BestEpoch);
        Assert.Equal(model.History.MinBy(epoch => epoch.ValidationLoss)!.Epoch, model.BestEpoch);
    }

    [Fact]
    public void The_last_rows_are_those_of_a_view_that_is_given()
    {
        var examples = Synthetic.Examples(200);
        var inside = Options(o => (o.ValidationFraction, o.ValidationRows) = (0.25, ValidationRows.Last));
        var outside = Options(o => o.ValidationData = Synthetic.Prepared(_ml, examples[150..]));

        var expected = new BackpropTrainer(_ml, Options(_ => { })).Fit(
            Synthetic.Prepared(_ml, examples[..150]), Synthetic.Prepared(_ml, examples[150..]));
        Assert.Equal(expected.Bits(), new BackpropTrainer(_ml, inside).Fit(Synthetic.Prepared(_ml, examples)).Bits());
        Assert.Equal(expected.Bits(), new BackpropTrainer(_ml, outside).Fit(Synthetic.Prepared(_ml, examples[..150])).Bits());
        Assert.Equal(expected.Model.History, new BackpropTrainer(_ml, inside).Fit(Synthetic.Prepared(_ml, examples)).Model.History);
    }

    [Fact]
    public void Two_sets_of_validation_data_are_refused()
    {
        var data = Synthetic.Prepared(_ml, 40);
        var trainer = new BackpropTrainer(_ml, Options(o => o.ValidationData = data));
        var problem = Assert.ThrowsAny<ArgumentException>(() => trainer.Fit(data, data));
        Assert.Contains("ValidationData is set", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_of_one_group_are_on_one_side()
    {
        // The label is the group's, and has nothing to do with the features: learned by heart, it helps only where groups are torn apart.
        var random = new Random(3);
        var rows = Enumerable.Range(0, 60).SelectMany(group =>
        {
            var (flag, place) = (random.Next(2) == 0, new[] { random.NextSingle(), random.NextSingle(), random.NextSingle() });
            return Enumerable.Range(0, 10).Select(
                _ =>
                    new Grouped
                    {
                        Group = $"group {group}",
                        Day = new DateTime(2026, 1, 1).AddDays(group),
                        Flag = flag,
                        Features = [.. place.Select(x => x + 0.01f * random.NextSingle())]
                    });
        }).ToArray();
        var data = _ml.Data.LoadFromEnumerable(rows);

        double Best(string? key)
        {
            var options = Options(o => (o.LabelColumnName, o.ValidationFraction, o.SamplingKeyColumnName) = ("Flag", 0.3, key));
            (options.NumberOfIterations, options.LearningRate, options.HiddenLayers) = (100, 0.02, [64, 64]);
            return new BackpropTrainer(_ml, options).Fit(data).Model.History.Min(epoch => epoch.ValidationLoss!.Value);
        }
        Assert.InRange(Best(null), 0, 0.3);
        Assert.InRange(Best(nameof(Grouped.Group)), 0.5, 2);
        Assert.InRange(Best(nameof(Grouped.Day)), 0.5, 2);
    }

    [Fact]
    public void The_seed_decides_which_rows_and_nothing_else_does()
    {
        var data = Synthetic.Prepared(_ml, 200);
        var options = Options(o => o.ValidationFraction = 0.2);
        var first = new BackpropTrainer(_ml, options).Fit(data);
        options.NumberOfThreads = 3;
        Assert.Equal(first.Bits(), new BackpropTrainer(new MLContext(seed: 9), options).Fit(data).Bits());
        options.Seed = 2;
        Assert.NotEqual(first.Model.History[0].ValidationLoss, new BackpropTrainer(_ml, options).Fit(data).Model.History[0].ValidationLoss);
    }

    [Fact]
    public void What_does_not_go_together_is_refused()
    {
        var data = Synthetic.Prepared(_ml, 20);
        Refuses<ArgumentOutOfRangeException>(
            "ValidationFraction", "[0, 1)", () => new BackpropTrainer(_ml, Options(o => o.ValidationFraction = 1)));
        Refuses<ArgumentOutOfRangeException>(
            "SamplingKeyColumnName", "ValidationFraction", () => new BackpropTrainer(_ml, Options(o => o.SamplingKeyColumnName = "Main")));
        Refuses<ArgumentOutOfRangeException>(
            "ValidationData", "ValidationFraction",
            () => new BackpropTrainer(_ml, Options(o => (o.ValidationData, o.ValidationFraction) = (data, 0.1))));
        Refuses<ArgumentException>(
            "ValidationFraction", "0.1", () => new BackpropTrainer(_ml, Options(o => o.ValidationFraction = 0.1)).Fit(data, data));
        Refuses<ArgumentOutOfRangeException>(
            "sampling key", "Nowhere",
            () =>
                new BackpropTrainer(_ml, Options(o => (o.SamplingKeyColumnName, o.ValidationFraction) = ("Nowhere", 0.1)))
                    .GetOutputSchema(Conformance.SchemaText.Shape(data.Schema)));
        Refuses<ArgumentOutOfRangeException>(
            "ValidationData", "Features",
            () => new BackpropTrainer(_ml, Options(o => o.ValidationData = _ml.Data.LoadFromEnumerable(Synthetic.Examples(5)))).Fit(data));
        Refuses<InvalidOperationException>(
            "ValidationFraction", "0 of 1 rows",
            () =>
                new BackpropTrainer(_ml, Options(o => (o.ValidationFraction, o.ValidationRows) = (0.1, ValidationRows.Last)))
                    .Fit(Synthetic.Prepared(_ml, 1)));
    }

    private static void Refuses<TException>(string first, string second, Func<object> action) where TException : Exception
    {
        var problem = Assert.ThrowsAny<TException>(() => action());
        Assert.Contains(first, problem.Message, StringComparison.Ordinal);
        Assert.Contains(second, problem.Message, StringComparison.Ordinal);
    }

    private static BackpropTrainer.Options Options(Action<BackpropTrainer.Options> change)
    {
        var options = Synthetic.Brief(Synthetic.Value);
        change(options);
        return options;
    }

    private sealed class Grouped
    {
        public string Group { get; set; } = "";

        public DateTime Day { get; set; }

        public bool Flag { get; set; }

        [VectorType(3)]
        public float[] Features { get; set; } = [];
    }
}
