using Backprop.Activations;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.ML.Tests.Conformance;
using Backprop.ML.Tests.Export;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Presets;
using Backprop.Training;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>Scores that are monotone in named features: for every task and preset, saved, exported, continued,
/// cross-validated.</summary>
public class MonotoneConstraintsTests
{
    private const string Dense = nameof(SampleRow.Dense), Flag = nameof(SampleRow.Flag), Value = nameof(SampleRow.Value);

    // Positions of the constrained features in rows of four.
    private const int Increasing = 1, Decreasing = 0;

    private readonly MLContext _ml = new(seed: 1);

    public static TheoryData<string> Labels =>
        [Flag, Value, nameof(SampleRow.Values), nameof(SampleRow.Flags), nameof(SampleRow.Relevance)];

    public static TheoryData<string> Presets => [.. Preset.All.Select(preset => preset.Name)];

    // The labels do not follow the constraints, so that training works against them.
    [Theory, MemberData(nameof(Labels))]
    public void Every_task_passes_the_workout_and_is_monotone(string label)
    {
        var options = Quick(label);
        options.NumberOfIterations = 10;
        List<string> needed = [label, Dense];
        if (options.RowGroupColumnName is { } group) needed.Add(group);
        var trainer = new BackpropTrainer(_ml, options);
        var data = Samples.Table(_ml);
        EstimatorWorkout.Run(_ml, trainer, data, [.. needed], neededToTransform: [Dense]);

        var model = trainer.Fit(data);
        AssertMonotone(model.Model.Network);
        AssertMonotone(((BackpropTransformer)_ml.SaveAndLoad(model, data.Schema)).Model.Network);
    }

    // The check must be able to fail.
    [Theory, MemberData(nameof(Labels))]
    public void Without_constraints_the_same_models_are_not_monotone(string label)
    {
        var options = Quick(label);
        (options.MonotoneConstraints, options.NumberOfIterations) = (null, 10);
        Assert.InRange(Violations(new BackpropTrainer(_ml, options).Fit(Samples.Table(_ml)).Model.Network), 1, int.MaxValue);
    }

    [Theory, MemberData(nameof(Presets))]
    public void Every_preset_is_monotone_also_in_ONNX(string name)
    {
        var preset = Preset.All.Single(one => one.Name == name);
        foreach (var label in (string[])[Flag, Value])
        {
            var options = new BackpropTrainer.Options
            {
                Preset = preset,
                LabelColumnName = label,
                FeatureColumnName = Dense,
                CategoricalFeatureColumnNames = [nameof(SampleRow.Category)],
                MonotoneConstraints = Constraints,
                HiddenLayers = [8, 8],
                NumberOfIterations = 6,
                Seed = 1,
            };
            if (preset == Preset.Classic) options.LearningRate = 0.0001; // labels of about 100 are not scaled
            if (preset == Preset.Best) options.Search = new Search { MaximumTrials = 3 };
            var data = Samples.Table(_ml, 60);
            var model = new BackpropTrainer(_ml, options).Fit(data);
            Assert.Equal(preset == Preset.Best, model.Model.Network.Blend is not null);
            AssertMonotone(model.Model.Network);
            AssertMonotoneInOnnx(model, label);
        }
    }

    [Fact]
    public void Averaged_weights_are_monotone()
    {
        var options = Quick(Value);
        (options.WeightAveraging, options.NumberOfIterations) = (new ExponentialMovingAverage(), 10);
        AssertMonotone(new BackpropTrainer(_ml, options).Fit(Samples.Table(_ml)).Model.Network);
    }

    [Fact]
    public void Every_model_of_a_cross_validation_is_monotone()
    {
        foreach (var fold in _ml.Regression.CrossValidate(Samples.Table(_ml), new BackpropTrainer(_ml, Quick(Value)), 3, Value))
            AssertMonotone(((BackpropTransformer)fold.Model).Model.Network);
    }

    [Fact]
    public void Training_continues_with_the_same_constraints_only()
    {
        var data = Samples.Table(_ml);
        var model = new BackpropTrainer(_ml, Quick(Value)).Fit(data);
        AssertMonotone(new BackpropTrainer(_ml, Quick(Value)).Fit(data, null, model.Model).Model.Network);

        var free = Quick(Value);
        free.MonotoneConstraints = null;
        Refused("was trained with MonotoneConstraints", () => new BackpropTrainer(_ml, free).Fit(data, null, model.Model));
        var other = new BackpropTrainer(_ml, free).Fit(data);
        Refused("was trained without MonotoneConstraints", () => new BackpropTrainer(_ml, Quick(Value)).Fit(data, null, other.Model));
        var opposite = Quick(Value);
        opposite.MonotoneConstraints = new MonotoneConstraints { Increasing = Constraints.Decreasing, Decreasing = Constraints.Increasing };
        Refused("another shape", () => new BackpropTrainer(_ml, opposite).Fit(data, null, model.Model));
    }

    // Slots that are 0 in all rows are not read, and missing values have an indicator.
    [Fact]
    public void Names_mean_the_same_features_in_sparse_data_and_with_missing_values()
    {
        const int width = 1200;
        var random = new Random(3);
        var rows = Enumerable.Range(0, 80).Select(_ => new WideRow
        {
            Wide = Sparse(width, (400, random.NextSingle()), (600, random.Next(4) == 0 ? float.NaN : random.NextSingle()),
                (random.Next(700, 720), 1)),
            Value = random.NextSingle(),
        });
        var data = _ml.Data.LoadFromEnumerable(rows.ToArray());
        var options = new BackpropTrainer.Options
        {
            LabelColumnName = nameof(WideRow.Value),
            FeatureColumnName = nameof(WideRow.Wide),
            MonotoneConstraints = new MonotoneConstraints { Increasing = ["Wide[400]"], Decreasing = ["Wide[600]", "Wide[3]"] },
            HiddenLayers = [8, 8],
            NumberOfIterations = 20,
            Seed = 1,
        };
        var model = new BackpropTrainer(_ml, options).Fit(data);
        Assert.Contains(model.Model.Network.Network.Layers, layer => layer is MonotoneDense);
        float[] along400 = Scores(value => Sparse(width, (400, value), (600, 0.5f)));
        float[] along600 = Scores(value => Sparse(width, (400, 0.5f), (600, value)));
        Assert.Equal(along400.Order(), along400);
        Assert.Equal(along600.OrderDescending(), along600);
        Assert.True(along400[^1] > along400[0], "The score does not depend on feature 400.");

        float[] Scores(Func<float, VBuffer<float>> row)
        {
            var grid = Enumerable.Range(1, 40).Select(i => new WideRow { Wide = row(i / 40f) });
            return [.. model.Transform(_ml.Data.LoadFromEnumerable(grid.ToArray())).GetColumn<float>("Score")];
        }
    }

    [Fact]
    public void A_name_is_a_slot_a_joined_column_or_all_features()
    {
        var rows = Samples.Table(_ml);
        var data = _ml.Transforms.Concatenate("Pair", "A", "B").Append(_ml.Transforms.Concatenate("All", "Weight", "Pair", "Relevance"))
            .Fit(rows).Transform(rows);
        Assert.Equal([0], IncreasingSlots(data, "Weight"));
        Assert.Equal([1, 2], IncreasingSlots(data, "Pair"));
        Assert.Equal([2], IncreasingSlots(data, "Pair.B"));
        Assert.Equal([0, 1, 2, 3], IncreasingSlots(data, "All"));
        Assert.Equal("increasing A, B; decreasing C", $"{new MonotoneConstraints { Increasing = ["A", "B"], Decreasing = ["C"] }}");
    }

    [Fact]
    public void Wrong_names_are_refused_by_name_before_data_is_read()
    {
        var rows = Samples.Table(_ml);
        var data = _ml.Transforms.Concatenate("All", "A", Dense)
            .Append(_ml.Transforms.Categorical.OneHotEncoding("Hot", nameof(SampleRow.Color)))
            .Append(_ml.Transforms.Concatenate("WithHot", "A", "Hot")).Fit(rows).Transform(rows);
        RefusedNames("names 'Size', but the model does not predict from it. It predicts from 'A', 'All[1]'", "All", ["Size"]);
        RefusedNames("names feature 'A' twice, as 'A' and as 'All'", "All", ["A", "All"]);
        RefusedNames("names 'Hot', which contains indicators of a one-hot encoded category", "WithHot", ["Hot"]);
        RefusedNames(
            "names 'Category', which is a category column", "All", ["Category"], o => o.CategoricalFeatureColumnNames = ["Category"]);
        RefusedNames(
            "names 'A', which contains the categories that Categories names", "All", ["A"],
            o => o.Categories = [new EmbeddedCategory(0, 3, 2)]);

        void RefusedNames(string expected, string features, string[] names, Action<BackpropTrainer.Options>? change = null)
        {
            var options = Samples.Quick(Value, features);
            options.MonotoneConstraints = new MonotoneConstraints { Increasing = names };
            change?.Invoke(options);
            Refused("MonotoneConstraints " + expected, () => new BackpropTrainer(_ml, options).Fit(data));
        }
    }

    public static TheoryData<string, string> WrongOptions => new()
    {
        { "twice", "names 'Dense[0]' twice" },
        { "activation", "Activation may decrease, so it cannot be combined with MonotoneConstraints" },
        { "mix", "Activation may decrease" },
        { "activations", "Activations may decrease" },
        { "normalization", "Normalization cannot be combined with MonotoneConstraints, because a normalized unit may decrease" },
        { "parameters", "InitialParameters cannot be combined with MonotoneConstraints, because an array has no constraints" },
        { "loss", "MonotoneConstraints cannot be combined with GaussianNegativeLogLikelihood { }, whose predictions depend on several" },
        { "losses", "whose predictions depend on several scores" },
    };

    [Theory, MemberData(nameof(WrongOptions))]
    public void Options_that_cannot_be_monotone_are_refused_by_name(string name, string expected)
    {
        var options = Quick(Value);
        switch (name)
        {
            case "twice": options.MonotoneConstraints = new() { Increasing = ["Dense[0]"], Decreasing = ["Dense[0]"] }; break;
            case "activation": options.Activation = new SiLU(); break;
            case "mix": options.Activation = new ParametricMix(new ReLU()); break;
            case "activations": options.Activations = [new GELU()]; break;
            case "normalization": options.Normalization = Normalization.Layer; break;
            case "parameters": options.InitialParameters = new float[25]; break;
            case "losses":
                options.LossFunction = new LossPerTarget(new GaussianNegativeLogLikelihood(), new GaussianNegativeLogLikelihood());
                break;
            default: options.LossFunction = new GaussianNegativeLogLikelihood(); break;
        }
        Refused(expected, () => _ml.Regression.Trainers.Backprop(options));
    }

    [Fact]
    public void Tasks_without_single_scores_are_refused_as_soon_as_the_task_is_known()
    {
        var options = Quick(nameof(SampleRow.Key));
        var data = Samples.Table(_ml);
        Refused("MonotoneConstraints is not for Multiclass", () => _ml.MulticlassClassification.Trainers.Backprop(options).Fit(data));
        options.LabelColumnName = "Label";
        Refused("MonotoneConstraints is not for", () => _ml.AnomalyDetection.Trainers.Backprop(options));
        Assert.Throws<ArgumentException>("Increasing", () => new MonotoneConstraints { Increasing = [""] });
        Assert.Throws<ArgumentNullException>("Decreasing", () => new MonotoneConstraints { Decreasing = null! });
    }

    [Fact]
    public void A_nondecreasing_activation_of_the_user_is_used_for_all_units()
    {
        var options = Quick(Value);
        (options.Activation, options.EnsembleSize) = (new Tanh(), 2);
        var model = new BackpropTrainer(_ml, options).Fit(Samples.Table(_ml));
        var network = model.Model.Network;
        AssertMonotone(network);
        var joined = network.Network.Layers.OfType<PerMember>().Select(layer => layer.Each).OfType<ParallelLayers>().Single();
        Assert.All(
            joined.Parts.Cast<ActivationLayer>(),
            layer => Assert.True(layer.Activation is Tanh or Reflected { Inner: Tanh } or Saturated { Inner: Tanh }));

        var hidden = model.WithHiddenLayer(-1, "Hidden").Transform(Samples.Table(_ml, 1)).GetColumn<VBuffer<float>>("Hidden").Single();
        Assert.Equal(2 * 8, hidden.Length);
    }

    private static MonotoneConstraints Constraints => new() { Increasing = ["Dense[1]"], Decreasing = ["Dense[0]"] };

    private static BackpropTrainer.Options Quick(string label)
    {
        var options = Samples.Quick(label);
        options.MonotoneConstraints = Constraints;
        (options.HiddenLayers, options.LearningRate, options.Seed) = ([8], 0.01, 1);
        if (label == nameof(SampleRow.Relevance)) options.RowGroupColumnName = nameof(SampleRow.Query);
        return options;
    }

    private static VBuffer<float> Sparse(int width, params (int Slot, float Value)[] values) =>
        new(width, values.Length, [.. values.Select(each => each.Value)], [.. values.Select(each => each.Slot)]);

    private IReadOnlyList<int> IncreasingSlots(IDataView data, string name)
    {
        var options = Samples.Quick(Value, "All");
        options.MonotoneConstraints = new MonotoneConstraints { Increasing = [name] };
        return new BackpropTrainer(_ml, options).Fit(data).Model.Network.Network.Layers.OfType<MonotoneDense>().First().Increasing;
    }

    private static void AssertMonotone(TrainedNetwork network) => Assert.Equal(0, Violations(network));

    private static int Violations(TrainedNetwork network)
    {
        var (grid, points) = Grid(network.Network.Inputs);
        var rows = grid.Length / network.Network.Inputs;
        var x = new ReadOnlyMatrix(grid, rows, network.Network.Inputs);
        var scores = network.CreateScorer(rows).Score(x).Values.ToArray();
        var predictions = network.CreateScorer(rows).Predict(x).Values.ToArray();
        return CountViolations(scores, network.Network.Outputs, points) + CountViolations(predictions, network.Network.Outputs, points);
    }

    // Lines along each constrained feature, the others fixed; also beyond the training data. Inputs after the fourth are categories.
    private static (float[] Rows, int Points) Grid(int inputs)
    {
        const int lines = 20, points = 30;
        var random = new Random(5);
        List<float> grid = [];
        foreach (var feature in (int[])[Increasing, Decreasing])
            for (var line = 0; line < lines; line++)
            {
                float[] row = [.. Enumerable.Range(0, inputs).Select(j => j < 4 ? 2 * random.NextSingle() - 1 : random.Next(1, 4))];
                for (var i = 0; i < points; i++)
                {
                    row[feature] = 3f * i / points - 1.5f;
                    grid.AddRange(row);
                }
            }
        return ([.. grid], points);
    }

    // The first half of the lines is along the increasing feature. Rounding may move a score by a millionth of its range.
    private static int CountViolations(float[] values, int outputs, int points)
    {
        var violations = 0;
        var rows = values.Length / outputs;
        for (var output = 0; output < outputs; output++)
        {
            float[] column = [.. Enumerable.Range(0, rows).Select(row => values[row * outputs + output])];
            var allowed = -1e-6f * (column.Max() - column.Min());
            for (var row = 1; row < rows; row++)
            {
                if (row % points == 0) continue;
                var sign = row < rows / 2 ? 1 : -1;
                if (sign * (column[row] - column[row - 1]) < allowed) violations++;
            }
        }
        return violations;
    }

    private void AssertMonotoneInOnnx(BackpropTransformer model, string label)
    {
        var (grid, points) = Grid(5);
        var rows = grid.Length / 5;
        float[] features = [.. grid.Chunk(5).SelectMany(row => row[..4])];
        long[] keys = [.. grid.Chunk(5).Select(row => (long)row[4])];
        using var onnx = new OnnxRun(model.Model.SaveAsOnnx);
        var results = onnx.Run(OnnxRun.Tensor("features", features, 4), OnnxRun.Tensor(nameof(SampleRow.Category), keys, 1));
        var found = (float[])results["predictions"];
        var scored = model.Transform(_ml.Data.LoadFromEnumerable(
            grid.Chunk(5).Select(row => new SampleRow { Dense = row[..4], Category = (uint)row[4] - 1 }).ToArray()));
        float[] expected = [.. scored.GetColumn<float>(label == Flag ? "Probability" : "Score")];
        Assert.InRange(Agreement.Largest(expected, found), 0, 1e-5);
        var allowed = 1e-5f * (found.Max() - found.Min()); // another order of summation, so another rounding
        for (var row = 1; row < rows; row++)
        {
            var sign = row < rows / 2 ? 1 : -1;
            if (row % points != 0) Assert.True(sign * (found[row] - found[row - 1]) >= -allowed, $"Row {row} is not monotone in ONNX.");
        }
    }

    private static void Refused(string expected, Action action) =>
        Assert.Contains(expected, Assert.ThrowsAny<Exception>(action).GetBaseException().Message);

    private sealed class WideRow
    {
        [VectorType(1200)]
        public VBuffer<float> Wide { get; set; }

        public float Value { get; set; }
    }
}
