using System.Text.Json.Nodes;
using Backprop.Activations;
using Backprop.Core.Tests.Persistence;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Presets;
using Backprop.Training;

namespace Backprop.Core.Tests.Training;

/// <summary>Networks that reconstruct their features.</summary>
public class AutoencoderTests
{
    private const int Features = 4;

    private static readonly TrainingOptions Options = new()
    {
        Loss = new AbsoluteError(),
        StandardizeTargets = false,
        NumberOfIterations = 20,
        LearningRate = 0.01,
        EarlyStopping = new EarlyStopping { Patience = EarlyStopping.Unlimited },
    };

    private static readonly MultilayerPerceptron Form = new() { HiddenLayers = [6], Activation = new Tanh(), Autoencoder = true };

    // One unit h = x₀ + 1; the reconstruction is (2h, h − 1, −h).
    [Fact]
    public void The_error_is_the_weighted_mean_square_of_reconstruction_minus_feature()
    {
        var network = new NetworkBuilder(3).Dense(1).Dense(3).ReconstructionError().Build();
        float[] parameters = [1, 0, 0, 1, 2, 1, -1, 0, -1, 0, 1, 0.5f, 3];
        var trained = new TrainedNetwork(network, parameters, new AbsoluteError());
        float[] row = [2, 4, -3]; // h = 3, reconstruction (6, 2, −3), residuals (4, −2, 0)
        Assert.Equal((16 + 0.5f * 4 + 0) / 3, trained.CreateScorer().Score(new ReadOnlyMatrix(row, 1, 3)).Values[0], 1e-5f);
    }

    [Fact]
    public void A_missing_feature_has_no_error()
    {
        var network = new NetworkBuilder(2).Imputation(MissingValues.Mean).Dense(2).ReconstructionError().Build();
        float[] parameters = [10, 20, 0, 0, 0, 0, 1, 5, 1, 1]; // replacements; the reconstruction is (1, 5); weights 1
        var scorer = new TrainedNetwork(network, parameters, new AbsoluteError()).CreateScorer(rows: 3);
        var errors = scorer.Score(new ReadOnlyMatrix([3, 4, float.NaN, 4, float.NaN, float.NaN], 3, 2));
        Assert.Equal([(4f + 1) / 2, 1f / 2, 0], errors.Values.ToArray());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Features_are_weighed_by_their_residuals_on_held_out_rows(int members)
    {
        var (training, validation) = (Plane(200, seed: 1), Plane(50, seed: 2));
        var network = (Form with { EnsembleSize = members }).Build(Features, 1);
        var trained = new Trainer(Options).Train(network, training, validation).Network;
        var weights = trained.Parameters[^(members * Features)..].ToArray();

        // The error by one feature alone is its mean square, if its weight is 1 and the others are 0.
        for (var j = 0; j < members * Features; j++)
        {
            float[] alone = trained.Parameters.ToArray();
            alone.AsSpan(^(members * Features)..).Clear();
            alone[alone.Length - members * Features + j] = 1;
            var scorer = new TrainedNetwork(network, alone, new AbsoluteError(), trained.Inputs).CreateScorer(validation.Count);
            double sum = 0;
            foreach (var error in scorer.Score(validation.Features).Values) sum += error * Features * members;
            Assert.Equal((validation.Count + 1) / (sum + 1), weights[j], 1e-3 * weights[j]);
        }
        float[] scores = [.. trained.CreateScorer(validation.Count).Score(validation.Features).Values];
        TestNumbers.AssertClose([.. scores.Order()], trained.Errors!.Errors, 1e-5f);
    }

    // Rows of the plane, on which the autoencoder was trained, and rows whose features do not belong together.
    [Fact]
    public void Rows_off_the_plane_have_larger_errors_and_one_normal_row_in_twenty_is_called_an_anomaly()
    {
        var trained = new Trainer(Options with { NumberOfIterations = 60 })
            .Train(Form.Build(Features, 1), Plane(400, seed: 1), Plane(400, seed: 2)).Network;
        float[] normal = Probabilities(trained, Plane(4000, seed: 3)), strange = Probabilities(trained, Noise(1000, seed: 4));
        Assert.InRange(normal.Average(p => p > 0.95 ? 1.0 : 0), 0.03, 0.075);
        Assert.InRange(normal.Average(p => p > 0.5 ? 1.0 : 0), 0.44, 0.56);
        Assert.InRange(strange.Average(p => p > 0.95 ? 1.0 : 0), 0.7, 1);
    }

    [Fact]
    public void Saved_and_read_it_predicts_the_same()
    {
        var result = new Trainer(Options).Train(Form.Build(Features, 1), Plane(100, seed: 1), Plane(30, seed: 2));
        var bytes = Saved.Bytes(result);
        var read = Saved.Read(bytes).Network;
        Assert.Equal(30, read.Errors!.Rows);
        Assert.Equal(Probabilities(result.Network, Noise(20, seed: 3)), Probabilities(read, Noise(20, seed: 3)));
        Assert.Equal(bytes, Saved.Bytes(Saved.Read(bytes)));
    }

    [Theory]
    [InlineData("31")]
    [InlineData("-1")]
    [InlineData("2147483647")]
    [InlineData("null")]
    public void A_file_with_another_number_of_held_out_rows_is_refused(string rows)
    {
        var bytes = Saved.Bytes(new Trainer(Options).Train(Form.Build(Features, 1), Plane(100, seed: 1), Plane(30, seed: 2)));
        var header = JsonNode.Parse(Saved.Header(bytes))!.AsObject();
        Assert.True(header.ContainsKey("heldOutRows"));
        header["heldOutRows"] = JsonNode.Parse(rows);
        Assert.Throws<FormatException>(() => Saved.Read(Saved.Forge(header.ToJsonString(), Saved.Floats(bytes))));
    }

    [Fact]
    public void Without_validation_rows_the_score_is_the_prediction()
    {
        var trained = new Trainer(Options).Train(Form.Build(Features, 1), Plane(100, seed: 1)).Network;
        Assert.Null(trained.Errors);
        Assert.All(trained.Parameters[^Features..].ToArray(), weight => Assert.Equal(1, weight));
    }

    [Fact]
    public void Options_that_leave_no_held_out_rows_or_need_a_target_are_refused_by_name()
    {
        Refused(Options with { EarlyStopping = new EarlyStopping { RefitOnAllRows = true } }, nameof(EarlyStopping.RefitOnAllRows));
        Refused(Options with { PredictionIntervals = new Conformal() }, nameof(TrainingOptions.PredictionIntervals));
        Refused(Options with { Uncertainty = true }, nameof(TrainingOptions.Uncertainty), members: 2);
        Refused(Options with { KFoldBagging = true }, nameof(TrainingOptions.KFoldBagging), members: 2, Plane(9, seed: 1));

        static void Refused(TrainingOptions options, string name, int members = 1, ExampleSet? training = null)
        {
            var network = (Form with { EnsembleSize = members }).Build(Features, 1);
            var validation = options.KFoldBagging ? null : Plane(30, seed: 2);
            var error = Assert.Throws<ArgumentException>(
                () => new Trainer(options).Train(network, training ?? Plane(100, seed: 1), validation));
            Assert.Contains(name, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Shapes_that_are_impossible_are_refused()
    {
        Refuses("HiddenLayers", () => (Form with { HiddenLayers = [] }).Build(Features, 1));
        Refuses("InputSkip", () => (Form with { InputSkip = true }).Build(Features, 1));
        Refuses("Categories", () => (Form with { Categories = [new EmbeddedCategory(0, 3, 2)] }).Build(Features, 1));
        Refuses("one output", () => Form.Build(Features, 2));
        Refuses("one output for each of the 4 features", () => new NetworkBuilder(4).Dense(3).ReconstructionError());
        Refuses("5 features", () => new Network(new Dense(4, 5), new ReconstructionResidual(5)));
        Refuses(
            "category indices", () => new Network(
                new OneHotEncoding(2, [new OneHotCategory(1, 3)], null), new Dense(4, 2), new ReconstructionResidual(2)));

        static void Refuses(string text, Func<object> make) =>
            Assert.Contains(text, Assert.Throws<ArgumentException>(make).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_preset_trains_an_autoencoder()
    {
        foreach (var preset in TrainingPreset.All)
        {
            var values = preset.For(new DatasetProfile(TargetKind.Real, 100, Features) { ReconstructsFeatures = true });
            Assert.True(values.Architecture.Autoencoder);
            Assert.Equal(0.2, values.Preparation.ValidationFraction);
            var few = values with { Training = values.Training with { NumberOfIterations = 2 } };
            Assert.Equal(20, few.Train(Plane(100, seed: 1)).Network.Errors!.Rows);
        }
    }

    [Fact]
    public void Training_stopped_after_one_step_is_calibrated_by_what_there_is()
    {
        using var source = new CancellationTokenSource();
        var progress = new Heard<EpochReport>(_ => source.Cancel());
        var trained = new Trainer(Options with { CancellationToken = source.Token })
            .Train(Form.Build(Features, 1), Plane(100, seed: 1), Plane(30, seed: 2), progress: progress).Network;
        Assert.Equal(30, trained.Errors!.Rows);
    }

    private static float[] Probabilities(TrainedNetwork trained, ExampleSet rows) =>
        [.. trained.CreateScorer(rows.Count).Predict(rows.Features).Values];

    // Two random numbers determine four features.
    private static ExampleSet Plane(int rows, int seed)
    {
        var z = TestNumbers.Normal(2 * rows, seed);
        var x = new float[rows * Features];
        for (var row = 0; row < rows; row++)
        {
            float a = z[2 * row], b = z[2 * row + 1];
            ((float[])[a, b, a + b, a - b]).CopyTo(x, row * Features);
        }
        return new ExampleSet(x, Features, new float[rows]);
    }

    private static ExampleSet Noise(int rows, int seed) => new(TestNumbers.Normal(rows * Features, seed), Features, new float[rows]);
}
