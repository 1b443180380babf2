using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Presets;

/// <summary>The classic preset is the textbook's algorithm: θ ← θ − α∇J(θ), so many times, from given parameters.</summary>
public class ClassicTests
{
    private sealed class Row
    {
        [VectorType(1)]
        public float[] Features { get; set; } = [];

        public float Label { get; set; }
    }

    // J(w, b) = mean (w·x + b − y)²; three points, two steps, worked by hand.
    [Fact]
    public void Two_steps_on_three_points_are_those_on_paper()
    {
        var ml = new MLContext(seed: 1);
        Row[] rows = [new() { Features = [1], Label = 3 }, new() { Features = [2], Label = 5 }, new() { Features = [3], Label = 7 }];
        var options = new BackpropTrainer.Options
        {
            Preset = Preset.Classic,
            HiddenLayers = [],
            LearningRate = 0.1,
            NumberOfIterations = 2,
            InitialParameters = [0, 0]
        };
        var parameters = new BackpropTrainer(ml, options).Fit(ml.Data.LoadFromEnumerable(rows)).Model.Network.Parameters;

        // From (0, 0) the errors are −3, −5, −7: ∂J/∂w = −2·34/3, ∂J/∂b = −2·15/3, so w = 34/15, b = 1.
        // Then the errors are 4/15, 8/15, 12/15: ∂J/∂w = 2·(56/15)/3 = 112/45, ∂J/∂b = 2·(24/15)/3 = 16/15.
        Assert.Equal(34 / 15.0 - 11.2 / 45, parameters[0], 1e-6);
        Assert.Equal(1 - 1.6 / 15, parameters[1], 1e-6);
    }
}
