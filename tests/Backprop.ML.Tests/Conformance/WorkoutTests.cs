using Backprop.Layers;
using Backprop.Losses;
using Microsoft.ML;

namespace Backprop.ML.Tests.Conformance;

/// <summary>The workout for every task and every way to make a trainer, alone and inside chains.</summary>
public class WorkoutTests
{
    private const string Dense = nameof(SampleRow.Dense), Sparse = nameof(SampleRow.Sparse), Weight = nameof(SampleRow.Weight);
    private const string Flag = nameof(SampleRow.Flag), Key = nameof(SampleRow.Key), Value = nameof(SampleRow.Value);
    private const string Values = nameof(SampleRow.Values), Flags = nameof(SampleRow.Flags);
    private const string Relevance = nameof(SampleRow.Relevance), Query = nameof(SampleRow.Query);
    private const string Color = nameof(SampleRow.Color), Number = nameof(SampleRow.Number);

    private static readonly Dictionary<string, (
        Func<MLContext, string, string, string?, IEstimator<ITransformer>> Make, string[] Labels)> _trainers = new()
        {
            ["constructor"] = (
            (ml, label, features, weight) => new BackpropTrainer(ml, label, features, weight, [4], 0.01, 2),
            [Flag, Key, Value, Values, Flags]),
            ["constructor with options"] = (
            (ml, label, features, weight) => new BackpropTrainer(ml, Samples.Quick(label, features, weight)),
            [Flag, Key, Value, Values, Flags]),
            ["binary catalog"] = (
            (ml, label, features, weight) => ml.BinaryClassification.Trainers.Backprop(label, features, weight, [4], 0.01, 2), [Flag]),
            ["binary catalog with options"] = (
            (ml, label, features, weight) => ml.BinaryClassification.Trainers.Backprop(Samples.Quick(label, features, weight)), [Flag]),
            ["multiclass catalog"] = (
            (ml, label, features, weight) => ml.MulticlassClassification.Trainers.Backprop(label, features, weight, [4], 0.01, 2), [Key]),
            ["multiclass catalog with options"] = (
            (ml, label, features, weight) => ml.MulticlassClassification.Trainers.Backprop(Samples.Quick(label, features, weight)), [Key]),
            ["regression catalog"] = (
            (ml, label, features, weight) => ml.Regression.Trainers.Backprop(label, features, weight, [4], 0.01, 2), [Value, Values]),
            ["regression catalog with options"] = (
            (ml, label, features, weight) => ml.Regression.Trainers.Backprop(Samples.Quick(label, features, weight)), [Value, Values]),
            ["ranking catalog"] = (
            (ml, label, features, weight) => ml.Ranking.Trainers.Backprop(label, features, Query, QueryWeight(weight), [4], 0.01, 2),
            [Relevance, Key]),
            ["ranking catalog with options"] = (
            (ml, label, features, weight) => ml.Ranking.Trainers.Backprop(Ranking(label, features, weight)), [Relevance, Key]),
            ["constructor with options of ranking"] = (
            (ml, label, features, weight) => new BackpropTrainer(ml, Ranking(label, features, weight)), [Relevance, Key]),
        };

    private readonly MLContext _ml = new(seed: 1);

    public static TheoryData<Loss> Losses => [.. Loss.All];

    public static TheoryData<string, string, string, string?> Trainers()
    {
        var cases = new TheoryData<string, string, string, string?>();
        foreach (var (trainer, (_, labels)) in _trainers)
            foreach (var label in labels)
                foreach (var features in new[] { Dense, Sparse })
                    foreach (var weight in new[] { null, Weight })
                        cases.Add(trainer, label, features, weight);
        return cases;
    }

    [Theory]
    [MemberData(nameof(Trainers))]
    public void Every_trainer_passes_the_workout(string trainer, string label, string features, string? weight)
    {
        var estimator = _trainers[trainer].Make(_ml, label, features, weight);
        var isRanking = trainer.Contains("ranking", StringComparison.Ordinal);
        List<string> needed = [label, features];
        if (isRanking) needed.Add(Query);
        if (weight is not null) needed.Add(isRanking ? QueryWeight(weight)! : weight);
        EstimatorWorkout.Run(_ml, estimator, Samples.Table(_ml), [.. needed], neededToTransform: [features]);
    }

    [Theory]
    [MemberData(nameof(Losses))]
    public void Every_loss_passes_the_workout(Loss loss)
    {
        var label = loss.TargetKind switch
        {
            TargetKind.Binary => Flag,
            TargetKind.Class => Key,
            TargetKind.Relevance => Relevance,
            _ => Value,
        };
        var options = loss.TargetKind == TargetKind.Relevance ? Ranking(label) : Samples.Quick(label);
        options.LossFunction = loss;
        EstimatorWorkout.Run(_ml, new BackpropTrainer(_ml, options), Samples.Table(_ml), [label, Dense], neededToTransform: [Dense]);
    }

    [Theory]
    [MemberData(nameof(Losses))]
    public void Every_loss_of_several_targets_passes_the_workout(Loss loss)
    {
        if (loss.TargetKind is TargetKind.Class or TargetKind.Relevance) return; // a class is one label, as a relevance is
        var options = Samples.Quick(loss.TargetKind == TargetKind.Binary ? Flags : "Positive");
        options.LossFunction = loss;
        var estimator = _ml.Transforms.Concatenate("Positive", Weight, Value).Append(new BackpropTrainer(_ml, options));
        EstimatorWorkout.Run(
            _ml, estimator, Samples.Table(_ml), loss.TargetKind == TargetKind.Binary ? [Flags, Dense] : [Weight, Value, Dense],
            neededToTransform: [Weight, Value, Dense]);
    }

    [Theory]
    [InlineData(Dense, null)]
    [InlineData(Dense, Weight)]
    [InlineData(Sparse, null)]
    [InlineData("Holes", Weight)]
    public void Anomaly_detection_passes_the_workout(string features, string? weight)
    {
        var options = Samples.Quick("Label", features, weight);
        options.MissingValues = MissingValues.Median;
        string[] needed = weight is null ? [features] : [features, weight];
        foreach (var trainer in (BackpropTrainer[])[
            _ml.AnomalyDetection.Trainers.Backprop(features, weight, [4], 0.01, 2), _ml.AnomalyDetection.Trainers.Backprop(options)])
            EstimatorWorkout.Run(_ml, trainer, Samples.Table(_ml), needed, neededToTransform: [features]);
    }

    [Theory]
    [InlineData(Flag)]
    [InlineData(Key)]
    [InlineData(Value)]
    [InlineData(Values)]
    [InlineData(Flags)]
    public void Key_columns_and_missing_values_pass_the_workout(string label)
    {
        var options = Samples.Quick(label, nameof(SampleRow.Holes));
        options.CategoricalFeatureColumnNames = [nameof(SampleRow.Category), nameof(SampleRow.Categories)];
        string[] inputs = [nameof(SampleRow.Holes), .. options.CategoricalFeatureColumnNames];
        foreach (var missing in Enum.GetValues<MissingValues>())
        {
            options.MissingValues = missing;
            EstimatorWorkout.Run(_ml, new BackpropTrainer(_ml, options), Samples.Table(_ml), [label, .. inputs], neededToTransform: inputs);
        }
    }

    [Theory]
    [InlineData(Flag)]
    [InlineData(Key)]
    [InlineData(Value)]
    [InlineData(Values)]
    [InlineData(Flags)]
    public void A_validation_fraction_of_groups_passes_the_workout_from_memory_and_from_a_stream(string label)
    {
        foreach (var caching in new[] { DataCaching.Memory, DataCaching.Stream }) ValidateGroups(label, caching);
    }

    private static BackpropTrainer.Options Ranking(string label, string features = Dense, string? weight = null)
    {
        var options = Samples.Quick(label, features, QueryWeight(weight));
        options.RowGroupColumnName = Query;
        return options;
    }

    // The rows of a query have the same weight.
    private static string? QueryWeight(string? weight) => weight is null ? null : nameof(SampleRow.QueryWeight);

    private void ValidateGroups(string label, DataCaching caching)
    {
        var options = Samples.Quick(label);
        (options.ValidationFraction, options.SamplingKeyColumnName, options.Caching) = (0.5, "B", caching);
        EstimatorWorkout.Run(_ml, new BackpropTrainer(_ml, options), Samples.Table(_ml), [label, Dense, "B"], neededToTransform: [Dense]);
    }

    [Theory]
    [InlineData(Color)]
    [InlineData(Number)]
    public void Labels_that_a_chain_makes_keys_of_pass_the_workout(string label)
    {
        var estimator = _ml.Transforms.Concatenate("Inputs", "A", "B").Append(_ml.Transforms.Conversion.MapValueToKey("Class", label))
            .Append(_ml.MulticlassClassification.Trainers.Backprop(Samples.Quick("Class", "Inputs")))
            .Append(_ml.Transforms.Conversion.MapKeyToValue("Prediction", "PredictedLabel"));
        EstimatorWorkout.Run(_ml, estimator, Samples.Table(_ml), ["A", "B", label], neededToTransform: ["A", "B", label]);
    }

    [Theory]
    [InlineData(Color)]
    [InlineData(Number)]
    public void Labels_whose_names_come_with_the_data_pass_the_workout(string label)
    {
        var data = _ml.Transforms.Conversion.MapValueToKey("Class", label).Fit(Samples.Table(_ml)).Transform(Samples.Table(_ml));
        EstimatorWorkout.Run(_ml, new BackpropTrainer(_ml, Samples.Quick("Class")), data, ["Class", Dense], neededToTransform: [Dense]);
    }

    [Fact]
    public void Default_column_names_pass_the_workout()
    {
        var data = _ml.Transforms.CopyColumns("Label", Value).Append(_ml.Transforms.Concatenate("Features", "A", "B"))
            .Fit(Samples.Table(_ml)).Transform(Samples.Table(_ml));
        EstimatorWorkout.Run(
            _ml, new BackpropTrainer(_ml, hiddenLayers: [4], numberOfIterations: 2), data, ["Label", "Features"],
            neededToTransform: ["Features"]);
    }

    [Fact]
    public void Columns_that_hide_others_of_the_same_name_pass_the_workout()
    {
        var estimator = _ml.Transforms.Conversion.MapValueToKey(Color).Append(_ml.Transforms.NormalizeMinMax(Dense))
            .Append(_ml.MulticlassClassification.Trainers.Backprop(Samples.Quick(Color)))
            .Append(_ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        EstimatorWorkout.Run(_ml, estimator, Samples.Table(_ml), [Color, Dense], neededToTransform: [Color, Dense]);
    }

    [Fact]
    public void Trainers_one_after_another_pass_the_workout()
    {
        var estimator = _ml.BinaryClassification.Trainers.Backprop(Samples.Quick(Flag))
            .Append(_ml.Transforms.Concatenate("All", Dense, "Score"))
            .Append(_ml.Regression.Trainers.Backprop(Samples.Quick(Value, "All")));
        EstimatorWorkout.Run(_ml, estimator, Samples.Table(_ml), [Flag, Value, Dense], neededToTransform: [Dense]);
    }
}
