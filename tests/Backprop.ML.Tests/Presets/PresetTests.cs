using Backprop.Activations;
using Backprop.Layers;
using Backprop.ML.Tasks;
using Backprop.ML.Tests.Scenarios;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Presets;
using Backprop.Training;
using Microsoft.ML;

namespace Backprop.ML.Tests.Presets;

/// <summary>A preset decides what is not set by hand, and nothing else.</summary>
public class PresetTests
{
    private readonly MLContext _ml = new(seed: 1);

    public static TheoryData<string> Names => [.. Preset.All.Select(preset => preset.Name)];

    private static DatasetProfile Of(LearningTask task) => task.Describe(DatasetProfile.Typical);

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
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "reference", "presets.md"));
        Assert.Contains($"```text\n{Preset.All.Single(preset => preset.Name == name)}\n```", page);
    }

    [Fact]
    public void Nothing_set_is_the_default_preset()
    {
        Assert.Same(Preset.Default, new BackpropTrainer.Options().Preset);
        var mix = Assert.IsType<ParametricMix>(new BackpropTrainer.Options().In(Of(LearningTask.Regression)).Activation);
        Assert.Equal(new Mish(), mix.Inner);
    }

    [Fact]
    public void What_is_set_by_hand_overrides_whether_before_or_after_the_preset()
    {
        var before = new BackpropTrainer.Options
        {
            HiddenLayers = [5],
            NumberOfIterations = 3,
            NumericEmbedding = null,
            Preset = Preset.Default
        };
        var after = new BackpropTrainer.Options
        {
            Preset = Preset.Default,
            HiddenLayers = [5],
            NumberOfIterations = 3,
            NumericEmbedding = null
        };
        foreach (var options in (BackpropTrainer.Options[])[before, after])
        {
            (options.LabelColumnName, options.Seed) = (Synthetic.Kind, 1);
            var model = new BackpropTrainer(_ml, options).Fit(Synthetic.Prepared(_ml, 100)).Model;
            Assert.Equal(3, model.History.Count);
            Assert.Contains(model.Network.Network.Layers, layer => layer is InputScale); // the preset's
            Assert.Equal(5, model.Layers[0].Outputs);
            Assert.DoesNotContain(model.Network.Network.Layers, layer => layer is PeriodicEmbeddingLayer);
        }
    }

    // Intervals need held-out rows, whatever selects the best epoch.
    [Fact]
    public void Rows_are_kept_for_intervals_without_early_stopping()
    {
        var options = new BackpropTrainer.Options { EarlyStopping = null, PredictionIntervals = new Conformal { Coverage = 0.8 } };
        (options.LabelColumnName, options.HiddenLayers, options.NumberOfIterations) = (Synthetic.Value, [5], 2);
        Assert.NotNull(new BackpropTrainer(_ml, options).Fit(Synthetic.Prepared(_ml, 100)).Model.Network.Conformal);
        Assert.Equal(0, new BackpropTrainer.Options { EarlyStopping = null }.ValidationFraction);
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
        var options = new BackpropTrainer.Options { LossFunction = new Losses.PinballLoss() }.In(Of(LearningTask.Regression));
        Assert.Null(options.EarlyStopping!.Metric);
    }

    [Fact]
    public void Rows_are_kept_for_selection_unless_they_are_given()
    {
        var data = Synthetic.Prepared(_ml, 100);
        var options = new BackpropTrainer.Options
        {
            LabelColumnName = Synthetic.Kind,
            HiddenLayers = [5],
            NumberOfIterations = 2,
            Seed = 1
        };
        Assert.All(new BackpropTrainer(_ml, options).Fit(data).Model.History, epoch => Assert.NotNull(epoch.ValidationMetric));
        Assert.All(new BackpropTrainer(_ml, options).Fit(data, data).Model.History, epoch => Assert.NotNull(epoch.ValidationMetric));
        options.ValidationData = data;
        Assert.All(new BackpropTrainer(_ml, options).Fit(data).Model.History, epoch => Assert.NotNull(epoch.ValidationMetric));
    }

    [Theory]
    [InlineData(150, 128)]
    [InlineData(250, 128)]
    [InlineData(251, 256)]
    [InlineData(5_000, 256)]
    [InlineData(10_000, 128)]
    [InlineData(40_000, 32)]
    [InlineData(100_000_000, 16)]
    public void Many_rows_are_seen_less_often(long rows, int passes) =>
        Assert.Equal(passes, Preset.Default.For(DatasetProfile.Typical with { Rows = rows }).Training.NumberOfIterations);

    [Theory]
    [InlineData(150, 8)]
    [InlineData(2_000, 8)]
    [InlineData(2_001, 5)]
    [InlineData(1_000_000, 5)]
    public void A_regression_has_more_members_where_rows_are_few(long rows, int members)
    {
        var regression = Of(LearningTask.Regression) with { Rows = rows };
        Assert.Equal(members, MembersFor(regression));
        Assert.Equal(members, MembersFor(Of(LearningTask.MultiTargetRegression) with { Rows = rows }));
        Assert.Equal(5, MembersFor(regression with { AllowsKFoldBagging = false }));
        Assert.Equal(5, MembersFor(regression with { HasValidation = true }));
        LearningTask[] others = [
            LearningTask.BinaryClassification, LearningTask.MulticlassClassification, LearningTask.MultiLabelClassification,
            LearningTask.Ranking];
        Assert.All(others, task => Assert.Equal(5, MembersFor(Of(task) with { Rows = rows })));
    }

    private static int MembersFor(DatasetProfile profile) => Preset.Default.For(profile).Architecture.EnsembleSize;

    [Theory]
    [InlineData(250, 5, 64)]
    [InlineData(251, 5, 128)]
    [InlineData(4_000, 5, 80)]
    [InlineData(4_001, 1, 62)]
    [InlineData(5_000, 1, 50)]
    [InlineData(1_000_000, 1, 30)]
    public void Few_rows_are_worth_an_ensemble_even_where_it_must_be_fast(long rows, int members, int passes)
    {
        var recipe = Preset.Fast.For(DatasetProfile.Typical with { Rows = rows });
        Assert.Equal((members, passes), (recipe.Architecture.EnsembleSize, recipe.Training.NumberOfIterations));
        Assert.Equal(1, Preset.Fast.For(DatasetProfile.Typical with { Rows = rows, AllowsKFoldBagging = false }).Architecture.EnsembleSize);
    }

    [Theory]
    [InlineData(4_001, 42)]
    [InlineData(10_000, 17)]
    [InlineData(1_000_000, 17)]
    public void Numbers_have_fewer_passes_where_it_must_be_fast(long rows, int passes) =>
        Assert.Equal(passes, Preset.Fast.For(Of(LearningTask.Regression) with { Rows = rows }).Training.NumberOfIterations);

    [Fact]
    public void Only_where_it_must_be_fast_training_ends_when_no_row_is_mistaken()
    {
        Assert.Equal((1.0, 3, 2), Ends(Preset.Fast.For(DatasetProfile.Typical)));
        Assert.Equal((null, 3, 2), Ends(Preset.Fast.For(Of(LearningTask.Regression))));
        Assert.Equal((null, 1, 1), Ends(Preset.Fast.For(DatasetProfile.Typical with { Features = 5_000 }))); // by loss
        Assert.Equal((null, 1, 2), Ends(Preset.Default.For(DatasetProfile.Typical)));

        // Two classes by one number: nothing is mistaken from the first passes on.
        var examples = Synthetic.Examples(5_000);
        foreach (var example in examples)
        {
            example.Flag = example.Main > 0;
            example.Main += example.Flag ? 1 : -1;
        }
        var history = new BackpropTrainer(
            _ml,
            new BackpropTrainer.Options
            {
                Preset = Preset.Fast,
                LabelColumnName = Synthetic.Flag,
                HiddenLayers = [16],
                Seed = 1
            }).Fit(Synthetic.Prepared(_ml, examples)).Model.History;
        Assert.InRange(history.Count, 6, 20); // of 40
        Assert.All(
            history.Where(report => report.ValidationMetric is not null).TakeLast(3), report => Assert.Equal(1, report.ValidationMetric));

        static (double?, int, int) Ends(PresetValues values)
        {
            var stopping = values.Training.EarlyStopping!;
            return (stopping.Target, stopping.TargetPatience, stopping.Interval);
        }
    }

    [Fact]
    public void Few_rows_of_classes_have_no_fast_waves_even_where_none_are_left_out_by_members()
    {
        Assert.Null(Highest(1_000, LearningTask.MulticlassClassification));
        Assert.Equal(10, Highest(1_001, LearningTask.MulticlassClassification));
        Assert.Equal(10, Highest(100, LearningTask.Regression));
        foreach (var (rows, highest) in ((int, double?)[])[(300, null), (1_200, 10)])
        {
            var options = new BackpropTrainer.Options
            {
                LabelColumnName = Synthetic.Kind,
                HiddenLayers = [5],
                NumberOfIterations = 1,
                ValidationFraction = 0.1,
                Seed = 1
            };
            var model = new BackpropTrainer(_ml, options).Fit(Synthetic.Prepared(_ml, rows));
            Assert.Equal(highest, Waves(model).HighestStandardDeviation);
            Assert.Equal(
                highest,
                Waves(
                    new BackpropTrainer(_ml, options).Fit(
                        Synthetic.Prepared(_ml, 1_500 - rows), null, model.Model)).HighestStandardDeviation);
        }

        static double? Highest(long rows, LearningTask task)
        {
            var embedding = Preset.Default.For(Of(task) with { Rows = rows }).Architecture.NumericEmbedding;
            return Assert.IsType<PeriodicPhaseEmbedding>(embedding).HighestStandardDeviation;
        }

        static PeriodicEmbeddingLayer Waves(BackpropTransformer model) =>
            model.Model.Network.Network.Layers.OfType<PerMember>().Select(several => several.Each).OfType<PeriodicEmbeddingLayer>()
                .Single();
    }

    [Fact]
    public void Few_numbers_take_all_passes() =>
        Assert.Equal(256, Preset.Default.For(Of(LearningTask.Regression) with { Rows = 150 }).Training.NumberOfIterations);

    [Fact]
    public void Members_leave_out_different_rows_up_to_fifty_thousand()
    {
        foreach (var preset in (Preset[])[Preset.Default, Preset.Best])
        {
            Assert.Equal((true, 0), Kept(preset.For(DatasetProfile.Typical with { Rows = 50_000 })));
            Assert.Equal((false, 0.2), Kept(preset.For(DatasetProfile.Typical with { Rows = 50_001 })));
            Assert.Equal((false, 0), Kept(preset.For(DatasetProfile.Typical with { HasValidation = true })));
        }
        Assert.Equal((true, 0), Kept(Preset.Fast.For(DatasetProfile.Typical with { Rows = 4_000 })));
        Assert.Equal((false, 0.2), Kept(Preset.Fast.For(DatasetProfile.Typical with { Rows = 4_001 })));

        static (bool KFoldBagging, double ValidationFraction) Kept(PresetValues recipe) =>
            (recipe.Training.KFoldBagging, recipe.Preparation.ValidationFraction);
    }

    public static TheoryData<string, double> OthersThatKeepRows => new()
    {
        { nameof(BackpropTrainer.Options.Caching), 0.2 }, { nameof(BackpropTrainer.Options.MemoryBudget), 0.2 },
        { nameof(BackpropTrainer.Options.SamplingKeyColumnName), 0.2 },
        { nameof(BackpropTrainer.Options.ValidationRows), 0.2 }, { nameof(BackpropTrainer.Options.Mixup), 0.2 },
        { nameof(BackpropTrainer.Options.ValidationFraction), 0.1 },
        { nameof(BackpropTrainer.Options.EnsembleSize), 0.2 }, { nameof(BackpropTrainer.Options.MissingValues), 0.2 },
        { nameof(BackpropTrainer.Options.KFoldBagging), 0.2 }, { nameof(BackpropTrainer.Options.EarlyStopping), 0.2 },
    };

    [Theory, MemberData(nameof(OthersThatKeepRows))]
    public void What_does_not_go_with_members_that_leave_out_different_rows_brings_back_rows_that_all_leave_out(string option, double kept)
    {
        var options = new BackpropTrainer.Options();
        object value = option switch
        {
            nameof(BackpropTrainer.Options.Caching) => DataCaching.Stream,
            nameof(BackpropTrainer.Options.MemoryBudget) => 1_000_000L,
            nameof(BackpropTrainer.Options.SamplingKeyColumnName) => "Household",
            nameof(BackpropTrainer.Options.ValidationRows) => ValidationRows.Last,
            nameof(BackpropTrainer.Options.Mixup) => new Mixup(),
            nameof(BackpropTrainer.Options.ValidationFraction) => 0.1,
            nameof(BackpropTrainer.Options.EnsembleSize) => 2,
            nameof(BackpropTrainer.Options.MissingValues) => MissingValues.Learned,
            nameof(BackpropTrainer.Options.KFoldBagging) => false,
            _ => new EarlyStopping { RefitOnAllRows = true },
        };
        typeof(BackpropTrainer.Options).GetProperty(option)!.SetValue(options, value);
        var resolved = options.In(DatasetProfile.Typical);
        Assert.False(resolved.KFoldBagging);
        Assert.Equal(kept, resolved.ValidationFraction);
        options.Check(_ml); // and all of it goes together
    }

    [Fact]
    public void Members_that_leave_out_different_rows_can_be_asked_for_whatever_the_number_of_rows()
    {
        var options = new BackpropTrainer.Options { KFoldBagging = true }.In(DatasetProfile.Typical with { Rows = 1_000_000 });
        Assert.Equal((true, 0), (options.KFoldBagging, options.ValidationFraction));
    }

    [Fact]
    public void What_was_left_out_is_looked_at_as_often_for_fewer_passes()
    {
        Assert.Equal(2, new BackpropTrainer.Options().In(DatasetProfile.Typical).EarlyStopping!.Interval);
        Assert.Equal(1, new BackpropTrainer.Options { NumberOfIterations = 20 }.In(DatasetProfile.Typical).EarlyStopping!.Interval);
    }

    [Fact]
    public void Training_goes_on_with_the_members_of_a_default_model_and_rows_kept_from_all_of_them()
    {
        var data = Synthetic.Prepared(_ml, 100);
        var options = new BackpropTrainer.Options
        {
            LabelColumnName = Synthetic.Value,
            HiddenLayers = [5],
            NumberOfIterations = 2,
            Seed = 1
        };
        var first = new BackpropTrainer(_ml, options).Fit(data);
        Assert.Equal(8, first.Model.Network.Network.EnsembleSize);
        var second = new BackpropTrainer(_ml, options).Fit(data, null, first.Model);
        Assert.Equal(8, second.Model.Network.Network.EnsembleSize);
        Assert.All(second.Model.History, epoch => Assert.NotNull(epoch.ValidationMetric));
    }

    [Fact]
    public void The_number_of_passes_follows_the_rows_that_are_read()
    {
        var options = new BackpropTrainer.Options
        {
            Preset = Preset.ScikitLearn,
            LabelColumnName = Synthetic.Kind,
            NumberOfIterations = 1,
            Seed = 1
        };
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
        Assert.Contains(
            "LabelSmoothing",
            Assert.Throws<ArgumentOutOfRangeException>(
                () => new BackpropTrainer(_ml, new BackpropTrainer.Options { LabelSmoothing = 1 })).Message);
    }
}
