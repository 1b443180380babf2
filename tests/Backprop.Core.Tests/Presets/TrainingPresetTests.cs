using Backprop.Activations;
using Backprop.Losses;
using Backprop.Optimizers;
using Backprop.Presets;
using Backprop.Training;

namespace Backprop.Core.Tests.Presets;

/// <summary>The presets train without ML.NET, on examples in memory.</summary>
public class TrainingPresetTests
{
    private const int Features = 3;

    public static TheoryData<string, TargetKind> All
    {
        get
        {
            var all = new TheoryData<string, TargetKind>();
            foreach (var preset in TrainingPreset.All)
                foreach (var kind in Enum.GetValues<TargetKind>()) all.Add(preset.Name, kind);
            return all;
        }
    }

    [Theory, MemberData(nameof(All))]
    public void Every_preset_trains_on_every_kind_of_target_and_returns_the_same_bits_again(string name, TargetKind kind)
    {
        var preset = TrainingPreset.All.Single(each => each.Name == name);
        var table = Table(24, kind);
        var values = preset.For(DatasetProfile.Of(table, kind));
        // Many members of full width are slow.
        values = values with { Architecture = values.Architecture with { HiddenLayers = [16, 16, 16] } };
        var first = Parameters(3);
        Assert.Equal(first, Parameters(3));
        Assert.NotEqual(first, Parameters(4));

        float[] Parameters(int seed) =>
            (values with { Training = values.Training with { Seed = seed } }).Train(table).Network.Parameters.ToArray();
    }

    [Fact]
    public void The_default_learns_classes_with_missing_values()
    {
        var result = TrainingPreset.Default.Train(Table(200, TargetKind.Class, withMissing: true), TargetKind.Class, seed: 1);
        Assert.Equal(5, result.Network.Network.EnsembleSize);
        Assert.NotEqual(1, result.Network.Temperature);
        Assert.InRange(result.History[result.BestEpoch - 1].ValidationMetric!.Value, 0.85, 1);
    }

    // Three activations fit three layers only, and L-BFGS uses all rows in each step. Trials with other values could not be trained.
    [Theory, InlineData(false), InlineData(true)]
    public void A_search_varies_nothing_that_other_values_decide(bool hasLineSearch)
    {
        var table = Table(40, TargetKind.Class);
        var values = (hasLineSearch ? TrainingPreset.Plain : TrainingPreset.Best).For(DatasetProfile.Of(table, TargetKind.Class));
        var network = values.Architecture with { HiddenLayers = [8, 8, 8], Activations = [new ReLU(), new Tanh(), new ReLU()] };
        var training = values.Training with { NumberOfIterations = 2 };
        if (hasLineSearch) training = training with { Optimizer = new Lbfgs(), LearningRate = null };
        values = values with { Architecture = network, Training = training, Search = new Search { MaximumTrials = 4 } };
        if (hasLineSearch) values = values with { Preparation = values.Preparation with { ValidationFraction = 0.3 } };
        var trials = values.Train(table).Trials;
        Assert.InRange(trials.Count, 4, 10);
        Assert.Empty(trials.SelectMany(trial => trial.Values.Keys).Intersect(["HiddenLayers", "Activation"]));
    }

    [Theory]
    [InlineData(2), InlineData(7)]
    public void Few_rows_are_all_learned_from(int rows)
    {
        var result = TrainingPreset.Default.Train(Table(rows, TargetKind.Binary), TargetKind.Binary, seed: 1);
        Assert.All(result.History, epoch => Assert.Null(epoch.ValidationLoss));
    }

    [Fact]
    public void One_row_is_refused_by_presets_that_hold_rows_out()
    {
        var table = Table(1, TargetKind.Real);
        var problem = Assert.Throws<ArgumentException>(() => TrainingPreset.Default.Train(table, TargetKind.Real));
        Assert.StartsWith("There is 1 example, but TrainingPreset.Default needs at least 2.", problem.Message);
        Assert.NotNull(TrainingPreset.Plain.Train(table, TargetKind.Real));
    }

    [Fact]
    public void Given_validation_data_takes_the_place_of_held_out_rows()
    {
        var validation = Table(20, TargetKind.Real, seed: 2);
        var result = TrainingPreset.Default.Train(Table(50, TargetKind.Real), TargetKind.Real, validation, seed: 1);
        Assert.Equal(5, result.Network.Network.EnsembleSize);
        Assert.All(result.History, epoch => Assert.NotNull(epoch.ValidationLoss));
    }

    [Fact]
    public void Single_values_can_be_changed()
    {
        var table = Table(60, TargetKind.Real);
        var values = TrainingPreset.Fast.For(DatasetProfile.Of(table, TargetKind.Real));
        values = values with
        {
            Architecture = values.Architecture with { HiddenLayers = [5] },
            Training = values.Training with { NumberOfIterations = 3 },
            Preparation = values.Preparation with { ValidationFraction = 0 },
        };
        var result = values.Train(table);
        Assert.Equal(3, result.History.Count);
        Assert.Contains(result.Network.Network.Layers, layer => layer.Outputs == 5 * result.Network.Network.EnsembleSize);
    }

    [Fact]
    public void Values_out_of_range_are_refused_by_name()
    {
        Refused("ValidationFraction", () => new DataPreparation { ValidationFraction = 1 });
        Refused("EmbeddingDimension", () => new DataPreparation { EmbeddingDimension = 0 });
        Refused("MaximumIndicatedValues", () => new DataPreparation { MaximumIndicatedValues = -1 });
        Refused("MaximumOneHotValues", () => new DataPreparation { MaximumOneHotValues = -1 });
        Refused("ValidationRows", () => new DataPreparation { ValidationRows = (ValidationRows)9 });

        static void Refused(string name, Func<DataPreparation> make) =>
            Assert.Equal(name, Assert.Throws<ArgumentOutOfRangeException>(make).ParamName);
    }

    // Three features, the last of them missing in every fifth row, if wanted; the target depends on the first two.
    private static ExampleSet Table(int rows, TargetKind kind, int seed = 1, bool withMissing = false)
    {
        var x = TestNumbers.Normal(rows * Features, seed);
        var y = new float[rows];
        for (var i = 0; i < rows; i++)
        {
            var value = x[Features * i] - x[Features * i + 1];
            y[i] = kind switch
            {
                TargetKind.Real => value,
                TargetKind.Class => Math.Sign(MathF.Round(value)) + 1,
                _ => value > 0 ? 1 : 0,
            };
            if (withMissing && i % 5 == 4) x[Features * i + 2] = float.NaN;
        }
        var examples = new ExampleSet(x, Features, y, allowsMissing: true);
        return kind == TargetKind.Relevance ? examples.WithGroups([.. Enumerable.Range(0, rows).Select(row => row / 5)]) : examples;
    }
}
