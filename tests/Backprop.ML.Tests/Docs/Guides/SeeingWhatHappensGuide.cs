using Backprop.Activations;
using Backprop.Reports;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using Spectre.Console.Testing;

namespace Backprop.ML.Tests.Docs.Guides;

public class SeeingWhatHappensGuide() : GuidePage("seeing-what-happens")
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly BackpropTrainer.Options _options = new()
    {
        Preset = Preset.Plain,
        LabelColumnName = "IsLate",
        HiddenLayers = [8],
        NumberOfIterations = 3,
        ValidationFraction = 0.2,
        Seed = 1,
    };

    private IDataView Data
    {
        get
        {
            var rows = Parcel.View(_ml, 100);
            return _ml.Transforms.Concatenate("Features", "Weight", "Distance", "Stops").Fit(rows).Transform(rows);
        }
    }

    [Fact]
    public void The_log_has_a_line_for_every_epoch()
    {
        var (ml, options, data) = (_ml, _options, Data);
        #region log
        ml.Log += (_, line) =>
        {
            if (line.Kind > ChannelMessageKind.Trace && line.Source.StartsWith("BackpropTrainer", StringComparison.Ordinal))
                Console.WriteLine($"{line.Kind}: {line.RawMessage}");
        };
        var model = ml.BinaryClassification.Trainers.Backprop(options).Fit(data);
        #endregion
        Assert.Equal(3, model.Model.History.Count);
        AssertPrinted();
    }

    [Fact]
    public void The_history_is_saved_as_page_and_table()
    {
        var (ml, options, data) = (_ml, _options, Data);
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            #region history
            var history = ml.BinaryClassification.Trainers.Backprop(options).Fit(data).Model.History;
            foreach (var epoch in history)
                Console.WriteLine($"{epoch.Epoch}: {epoch.TrainingLoss:F3}, validation {epoch.ValidationLoss:F3}");

            history.SaveHtml(Path.Combine(folder.FullName, "training.html"), "Late parcels");
            history.SaveCsv(Path.Combine(folder.FullName, "training.csv"));
            history.SaveJson(Path.Combine(folder.FullName, "training.json"));
            #endregion
            Assert.Equal(3, folder.GetFiles().Length);
            AssertPrinted();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void The_console_has_a_bar()
    {
        var (ml, options, data) = (_ml, _options, Data);
        using var console = new TestConsole().Interactive().Width(100);
        #region bar
        var model = ConsoleProgress.Show(options, () => ml.BinaryClassification.Trainers.Backprop(options).Fit(data));
        #endregion
        Assert.Equal(3, model.Model.History.Count);
        ConsoleProgress.Show(options, () => ml.BinaryClassification.Trainers.Backprop(options).Fit(data), console);
        Assert.Contains("Epoch 3 of 3: loss", console.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Diagnostics_measure_every_layer_and_TensorBoard_has_a_folder()
    {
        var (ml, options, data) = (_ml, _options, Data);
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            options.TensorBoardDirectory = folder.FullName;
            #region diagnostics
            options.Diagnostics = true;
            var model = ml.BinaryClassification.Trainers.Backprop(options).Fit(data);
            Console.WriteLine(model.Model.History[^1].Diagnostics);
            #endregion
            Assert.True(Directory.Exists(Path.Combine(folder.FullName, "run-001")));
            AssertPrinted();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void TensorBoard_is_one_option()
    {
        var options = _options;
        #region tensorboard
        options.TensorBoardDirectory = "runs";
        #endregion
        options.Activation = new Sigmoid();
        Assert.Equal("runs", options.TensorBoardDirectory);
    }
}
