using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Conformance;

/// <summary>Models that the first version of the library saved must load for ever, and score what models/score.py computes of them without the library.</summary>
public class StoredModelTests
{
    // The third feature was constant in training, so that its value changes nothing.
    private static readonly Input[] _rows =
        [new() { Features = [0, 0, 7] }, new() { Features = [1.5f, -1, 7] }, new() { Features = [-1.75f, 0.5f, 7] }, new() { Features = [-0.25f, 1.25f, -100] }];

    [Fact]
    public void A_binary_model_of_version_1_gives_its_scores()
    {
        var scored = Score("binary-v1.zip");
        AssertClose([-0.033819508f, 6.8688304f, -4.1977623f, -3.7404037f], [.. scored.GetColumn<float>("Score")]);
        AssertClose([0.49154593f, 0.99896139f, 0.014806638f, 0.023193791f], [.. scored.GetColumn<float>("Probability")]);
        Assert.Equal([false, true, false, false], scored.GetColumn<bool>("PredictedLabel"));
    }

    [Fact]
    public void A_multiclass_model_of_version_1_gives_its_scores_and_classes()
    {
        var scored = Score("multiclass-v1.zip");
        float[] expected =
        [
            0.030066958f, 0.65884128f, 0.31109176f,
            2.0192532e-06f, 0.99955442f, 0.00044355937f,
            0.99764756f, 2.0964008e-05f, 0.0023314717f,
            0.0029222829f, 3.7584111e-05f, 0.99704013f,
        ];
        AssertClose(expected, [.. scored.GetColumn<float[]>("Score").SelectMany(score => score)]);
        Assert.Equal(["ash", "cedar", "birch"], scored.GetColumn<string>("Tree").Skip(1));

        VBuffer<ReadOnlyMemory<char>> names = default;
        scored.Schema["Score"].GetSlotNames(ref names);
        Assert.Equal(["cedar", "ash", "birch"], names.DenseValues().Select(name => name.ToString()));
    }

    [Fact]
    public void A_regression_model_of_version_1_gives_its_scores() =>
        AssertClose([50.144636f, 65.673131f, 33.884408f, 45.881428f], [.. Score("regression-v1.zip").GetColumn<float>("Score")]);

    private static IDataView Score(string file)
    {
        var ml = new MLContext(seed: 1);
        return ml.Model.Load(Path.Combine(AppContext.BaseDirectory, "Conformance", "models", file), out _).Transform(ml.Data.LoadFromEnumerable(_rows));
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
