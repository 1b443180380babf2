using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Conformance;

/// <summary>
/// Models that the first version of the library saved must load for ever, and score what models/score.py computes of them
/// without the library.
/// </summary>
public class StoredModelTests
{
    // The third feature was constant in training, so that its value changes nothing.
    private static readonly Input[] _rows =
    [
        new() { Features = [0, 0, 7] }, new() { Features = [1.5f, -1, 7] },
        new() { Features = [-1.75f, 0.5f, 7] }, new() { Features = [-0.25f, 1.25f, -100] },
    ];

    [Fact]
    public void A_binary_model_of_version_1_gives_its_scores()
    {
        var scored = Score("binary-v1.zip");
        float[][] expected = Expected("binary"); // score and probability of every row
        AssertClose([.. expected.Select(row => row[0])], [.. scored.GetColumn<float>("Score")]);
        AssertClose([.. expected.Select(row => row[1])], [.. scored.GetColumn<float>("Probability")]);
        Assert.Equal(expected.Select(row => row[0] > 0), scored.GetColumn<bool>("PredictedLabel"));
    }

    [Fact]
    public void A_multiclass_model_of_version_1_gives_its_scores_and_classes()
    {
        var scored = Score("multiclass-v1.zip");
        float[][] expected = Expected("multiclass");
        AssertClose([.. expected.SelectMany(row => row)], [.. scored.GetColumn<float[]>("Score").SelectMany(score => score)]);

        VBuffer<ReadOnlyMemory<char>> slots = default;
        scored.Schema["Score"].GetSlotNames(ref slots);
        string[] names = [.. slots.DenseValues().Select(name => name.ToString())];
        Assert.Equal(["ash", "birch", "cedar"], names.Order(StringComparer.Ordinal));
        Assert.Equal(expected.Select(row => names[Array.IndexOf(row, row.Max())]), scored.GetColumn<string>("Tree"));
    }

    [Fact]
    public void A_regression_model_of_version_1_gives_its_scores() =>
        AssertClose([.. Expected("regression").Select(row => row[0])], [.. Score("regression-v1.zip").GetColumn<float>("Score")]);

    private static string PathOf(string file) => Path.Combine(AppContext.BaseDirectory, "Conformance", "models", file);

    // By row; StoredModels/Program.cs made the models, and score.py these numbers.
    private static float[][] Expected(string task) =>
        JsonSerializer.Deserialize<Dictionary<string, float[][]>>(File.ReadAllText(PathOf("scores.json")))![task];

    private static IDataView Score(string file)
    {
        var ml = new MLContext(seed: 1);
        return ml.Model.Load(PathOf(file), out _).Transform(ml.Data.LoadFromEnumerable(_rows));
    }

    // Each relative to itself: small probabilities must be right too.
    private static void AssertClose(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, tolerance: 2e-5f * Math.Abs(pair.First)));
    }

    private sealed class Input
    {
        [VectorType(3)]
        public float[] Features { get; set; } = [];

        public bool Flag { get; set; }

        public string Kind { get; set; } = "";

        public float Value { get; set; }
    }
}
