using Backprop.Activations;
using Backprop.Diagnostics;
using Backprop.Initializers;
using Backprop.Networks;
using Microsoft.ML;

namespace Backprop.ML.Tests.Docs.Guides;

public class VanishingGradientsGuide
{
    [Fact]
    public void A_deep_network_of_sigmoids_is_reported()
    {
        var (ml, data) = LearnRows.Load(500);
        var warnings = 0;
        ml.Log += (_, line) => warnings += line.Message.Contains("The gradient vanishes", StringComparison.Ordinal) ? 1 : 0;
        #region vanishing-diagnose
        var options = new BackpropTrainer.Options
        {
            Preset = Preset.Plain,
            HiddenLayers = [16, 16, 16, 16, 16, 16, 16, 16, 16, 16],
            Activation = new Sigmoid(),
            NumberOfIterations = 3,
            Diagnostics = true,
        };
        var model = ml.BinaryClassification.Trainers.Backprop(options).Fit(data).Model;
        Console.WriteLine(model.History[0].Diagnostics);
        #endregion
        Assert.Contains(model.History[0].Diagnostics!.Warnings, warning => warning.Trouble == NetworkTrouble.VanishingGradient);
        Assert.Equal(1, warnings);
    }

    [Fact]
    public void The_remedies_are_options()
    {
        var (ml, data) = LearnRows.Load(500);
        #region vanishing-remedies
        var options = new BackpropTrainer.Options
        {
            Preset = Preset.Plain,
            HiddenLayers = [16, 16, 16, 16, 16, 16, 16, 16, 16, 16],
            Activation = new ReLU(),
            Initializer = new HeNormal(),
            Normalization = Normalization.Batch, // or Normalization.Layer
            Residual = true,
            Diagnostics = true,
        };
        #endregion
        options.NumberOfIterations = 3;
        var model = ml.BinaryClassification.Trainers.Backprop(options).Fit(data).Model;
        Assert.DoesNotContain(model.History[0].Diagnostics!.Warnings, warning => warning.Trouble == NetworkTrouble.VanishingGradient);
    }
}
