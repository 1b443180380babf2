using System.Globalization;
using System.Text.Json;
using System.Xml.Linq;
using Backprop.Activations;
using Backprop.Initializers;
using Backprop.Losses;
using Backprop.Metrics;
using Backprop.Networks;
using Backprop.Presets;
using Backprop.Reports;
using Backprop.Training;

namespace Backprop.Core.Tests.Reports;

public class HistoryReportsTests
{
    private static readonly TrainingSummary Summary = new()
    {
        BestEpoch = 2,
        SelectedBy = "Accuracy",
        PlannedEpochs = 10,
        Duration = TimeSpan.FromSeconds(65.4),
        Preset = "Plain",
        Seed = 7,
        Warnings = [],
    };

    private static readonly EpochReport[] Three = [new(1, 0.1, 4, 5, 0.5), new(2, 0.05, 2, 3, 0.75), new(3, 0.025, 1, 1.0 / 3)];

    [Fact]
    public void Csv_has_a_line_for_every_epoch_in_full_precision_and_nothing_where_there_is_nothing()
    {
        var lines = Three.ToCsv().Split("\r\n");
        Assert.Equal("Epoch,LearningRate,TrainingLoss,ValidationLoss,ValidationMetric", lines[0]);
        Assert.Equal(["1,0.1,4,5,0.5", "2,0.05,2,3,0.75", "3,0.025,1,0.3333333333333333,", ""], lines[1..]);
    }

    [Fact]
    public void Csv_and_json_hold_the_gradients_of_layers_that_learn()
    {
        var history = Inspected();
        var rows = history.ToCsv().Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(',')).ToArray();
        Assert.Equal(["\"GradientScale 0 Dense 2 → 3\"", "\"GradientScale 2 Dense 3 → 1\""], rows[0][5..]);
        Assert.Equal(
            history.Select(report => report.Diagnostics!.Layers[2].GradientScale),
            rows[1..].Select(row => double.Parse(row[6], CultureInfo.InvariantCulture)));

        using var json = JsonDocument.Parse(history.ToJson());
        Assert.Equal(
            history.Select(report => report.Diagnostics!.Layers[1].OutputScale),
            json.RootElement.EnumerateArray().Select(epoch => epoch.GetProperty("Layers")[1].GetProperty("OutputScale").GetDouble()));
    }

    // Marks at steps below the last digit of the values would be equal, and their number without end.
    [Theory, InlineData(0.5), InlineData(1e300), InlineData(-3), InlineData(double.Epsilon)]
    public async Task Losses_that_differ_in_the_last_digit_have_a_chart(double loss)
    {
        var page = await Task.Run(() => new EpochReport[] { new(1, 0.1, loss, null), new(2, 0.1, Math.BitIncrement(loss), null) }.ToHtml())
            .WaitAsync(TimeSpan.FromSeconds(60));
        Assert.DoesNotContain("NaN", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_part_of_a_history_has_the_same_best_epoch()
    {
        EpochReport[] late = [.. Three.Select(report => report with { Epoch = report.Epoch + 5 })];
        Assert.Contains("lowest validation loss", late.ToHtml(), StringComparison.Ordinal);
        Assert.Contains("epoch 8", late.ToHtml(), StringComparison.Ordinal);
        Assert.Contains("epoch 7 kept", late.ToHtml(summary: Summary with { BestEpoch = 7 }), StringComparison.Ordinal);
        Assert.DoesNotContain(" kept", late.ToHtml(summary: Summary), StringComparison.Ordinal); // epoch 2 is not a part of it
    }

    [Fact]
    public void Json_holds_what_the_reports_hold()
    {
        using var json = JsonDocument.Parse(Three.ToJson());
        var read = json.RootElement.EnumerateArray().Select(epoch => epoch.Deserialize<EpochReport>()!);
        Assert.Equal(Three, read);
    }

    // The plot is from 72 to 708 across, and from 12 to 246 down.
    [Fact]
    public void The_page_draws_every_number_where_it_belongs()
    {
        var loss = Figure(Three.ToHtml(), "Loss");
        var paths = loss.Descendants("path").Select(path => path.Attribute("d")!.Value).ToArray();
        // 4, 2, 1 and 5, 3, 1/3 on an axis from 1/3 to 5.
        Assert.Equal("M72 62.1L390 162.4L708 212.6", paths[0]);
        Assert.Equal("M72 12L390 112.3L708 246", paths[1]);
        Assert.Equal(["training", "validation"], loss.Descendants("span").Select(span => span.Value));
        // down, then across
        Assert.Equal(
            ["1", "2", "3", "4", "5", "1", "2", "3", "epoch", "epoch 3: lowest validation loss"],
            loss.Descendants("text").Select(text => text.Value));
        Assert.Contains(loss.Descendants("title"), title => title.Value == "validation, epoch 2: 3");
        // the lowest validation loss
        Assert.Equal("708", loss.Descendants("line").Single(line => line.Attribute("class")!.Value == "mark").Attribute("x1")!.Value);
        Assert.Single(Figure(Three.ToHtml(), "Validation metric").Descendants("path"));
    }

    // 1e-8 to 1: the middle of eight decades is 1e-4.
    [Fact]
    public void Numbers_of_many_magnitudes_get_a_logarithmic_axis()
    {
        EpochReport[] history = [new(1, 1, 1, null), new(2, 1e-4, 1, null), new(3, 1e-8, 1, null)];
        var rate = Figure(history.ToHtml(), "Learning rate");
        Assert.Equal("M72 12L390 129L708 246", Assert.Single(rate.Descendants("path")).Attribute("d")!.Value);
        Assert.Equal(["1E-8", "1E-6", "0.0001", "0.01", "1"], rate.Descendants("text").Select(text => text.Value).Take(5));
        Assert.DoesNotContain("Metric", history.ToHtml(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_opens_with_the_facts_of_the_run()
    {
        var summary = Summary with { Warnings = ["<few> rows"] };
        var page = XDocument.Parse(Three.ToHtml("Mine", summary));
        string[] expected =
        [
            "Best epoch: 2 of 3 trained, 10 planned; best Accuracy", "Accuracy: 0.75 on the validation rows",
            "Validation loss: 3 training loss 2", "Time: 1 min 5 s", "Preset: Plain", "Seed: 7", "Warnings: 1 listed below",
        ];
        Assert.Equal(expected, Facts(page));
        Assert.Equal("<few> rows", page.Descendants("p").Single().Value);
        // before the first chart
        Assert.Equal(["h1", "dl", "p", "figure"], page.Root!.Element("body")!.Elements().Select(element => element.Name.LocalName).Take(4));

        Assert.Contains("Warnings: none", Facts(XDocument.Parse(Three.ToHtml("Mine", Summary))));
        var refit = Three.ToHtml("Mine", Summary with { IsRefit = true });
        Assert.StartsWith("The network was then trained again on all rows.", XDocument.Parse(refit).Descendants("p").Single().Value);
        Assert.Equal(
            ["Best epoch: 3 of 3; lowest validation loss", "Validation loss: 0.3333 training loss 1"],
            Facts(XDocument.Parse(Three.ToHtml())));
    }

    [Theory]
    [InlineData("Accuracy", 2, "epoch 2 kept: best Accuracy")]
    [InlineData("validation loss", 3, "epoch 3 kept: best validation loss")]
    [InlineData(null, 3, "epoch 3 kept: the last")]
    [InlineData(null, 2, "epoch 2 kept")]
    public void Every_chart_marks_the_epoch_that_was_kept_and_says_why(string? selectedBy, int epoch, string text)
    {
        var history = Inspected()[..3];
        var page = XDocument.Parse(history.ToHtml("Mine", Summary with { SelectedBy = selectedBy, BestEpoch = epoch }));
        var figures = page.Descendants("figure").ToArray();
        Assert.Equal(4, figures.Length);
        foreach (var figure in figures)
        {
            var mark = figure.Descendants("line").Single(line => line.Attribute("class")!.Value == "mark");
            Assert.Equal(72 + (epoch - 1) * 318, double.Parse(mark.Attribute("x1")!.Value, CultureInfo.InvariantCulture));
            Assert.Equal(text, figure.Descendants("text").Last().Value);
        }
        var kept = page.Descendants("tr").Single(row => row.Attribute("class")?.Value == "kept");
        Assert.Equal($"{epoch}", kept.Elements().First().Value);
    }

    [Fact]
    public void Values_have_four_significant_digits()
    {
        EpochReport[] history = [
            new(1, 0.0123456, 44847.26, 1.0 / 3, 123456789), new(2, 1.23456e-7, 0.99996, 2e-4, -0.00123456), new(3, 0, 1e7, 1e-5)];
        var rows = XDocument.Parse(history.ToHtml()).Descendants("tr").Skip(1)
            .Select(row => string.Join(' ', row.Elements().Select(cell => cell.Value)).TrimEnd());
        Assert.Equal(
            ["1 0.01235 44850 0.3333 1.235E08", "2 1.235E-07 1 0.0002 -0.001235", "3 0 1E07 1E-05"], rows);
    }

    [Theory]
    [InlineData(0.304, "0.30 s")]
    [InlineData(12.34, "12.3 s")]
    [InlineData(65, "1 min 5 s")]
    [InlineData(3_780, "1 h 3 min")]
    public void Times_have_a_unit_that_suits_them(double seconds, string text)
    {
        var summary = Summary with { Duration = TimeSpan.FromSeconds(seconds) };
        Assert.Contains($"Time: {text}", Facts(XDocument.Parse(Three.ToHtml("Mine", summary))));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_training_says_which_epoch_it_kept_and_why(bool isByLoss)
    {
        var examples = new ExampleSet([0, 0, 0, 1, 1, 0, 1, 1], 2, [0, 1, 1, 2], 1);
        var options = new TrainingOptions
        {
            Loss = new SquaredError(),
            NumberOfIterations = 5,
            EarlyStopping = new EarlyStopping { Metric = isByLoss ? null : new MeanAbsoluteError() },
            Seed = 3,
        };
        var network = Network.FullyConnected(2, [3], 1, new Tanh());
        var validated = new Trainer(options).Train(network, examples, examples).Summary;
        Assert.Equal(isByLoss ? "validation loss" : "MeanAbsoluteError", validated.SelectedBy);
        Assert.Equal((5, 3), (validated.PlannedEpochs, validated.Seed));
        Assert.True(validated.Duration > TimeSpan.Zero);
        Assert.Empty(validated.Warnings!);

        var blind = new Trainer(options).Train(network, examples).Summary;
        Assert.Equal((5, null), (blind.BestEpoch, blind.SelectedBy));
        Assert.Equal("Plain", TrainingPreset.Plain.Train(examples, TargetKind.Real).Summary.Preset);
    }

    [Fact]
    public void The_axis_of_epochs_is_linear_for_any_number_of_them()
    {
        EpochReport[] history = [new(1, 1, 1, null), new(51, 1, 1, null), new(101, 1, 1, null)];
        Assert.Equal("M72 129L390 129L708 129", Figure(history.ToHtml(), "Loss").Descendants("path").First().Attribute("d")!.Value);
    }

    [Fact]
    public void Layers_have_a_curve_each_and_what_is_not_finite_leaves_a_gap()
    {
        var history = Inspected();
        foreach (var title in new[] { "Scale of the gradient by layer", "Scale of updates over that of parameters by layer" })
            Assert.Equal(
                ["0 Dense 2 → 3", "2 Dense 3 → 1"], Figure(history.ToHtml(), title).Descendants("span").Select(span => span.Value));

        EpochReport[] broken = [
            new(1, 0.1, 1, null), new(2, 0.1, double.NaN, null), new(3, 0.1, 2, null), new(4, 0.1, double.PositiveInfinity, null)];
        Assert.Equal("M72 246M496 12", Figure(broken.ToHtml(), "Loss").Descendants("path").First().Attribute("d")!.Value);
        Assert.Contains("\"NaN\"", broken.ToJson(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_needs_nothing_else_and_texts_cannot_break_it()
    {
        var page = Inspected().ToHtml("<b>a & \"b\"");
        Assert.Equal("<b>a & \"b\"", XDocument.Parse(page).Descendants("h1").Single().Value);
        foreach (var foreign in new[] { "<script", "src=", "href", "http", "url(", "@import" })
            Assert.DoesNotContain(foreign, page, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void It_is_the_same_in_every_culture()
    {
        var culture = CultureInfo.CurrentCulture;
        var (csv, json, html) = (Three.ToCsv(), Three.ToJson(), Three.ToHtml());
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
            Assert.Equal((csv, json, html), (Three.ToCsv(), Three.ToJson(), Three.ToHtml()));
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    [Fact]
    public void Files_hold_the_same_texts_and_no_epochs_are_no_error()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            string InFolder(string name) => Path.Combine(folder.FullName, name);
            Three.SaveCsv(InFolder("a.csv"));
            Three.SaveJson(InFolder("a.json"));
            Three.SaveHtml(InFolder("a.html"), "Mine");
            Assert.Equal(
                (Three.ToCsv(), Three.ToJson(), Three.ToHtml("Mine")),
                (File.ReadAllText(InFolder("a.csv")), File.ReadAllText(InFolder("a.json")), File.ReadAllText(InFolder("a.html"))));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
        EpochReport[] none = [];
        Assert.Equal(("[]", 1), (none.ToJson(), none.ToCsv().Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length));
        Assert.Equal("No epoch was trained.", XDocument.Parse(none.ToHtml()).Descendants("p").Single().Value);
    }

    private static XElement Figure(string page, string title) =>
        XDocument.Parse(page).Descendants("figure").Single(figure => figure.Descendants("b").Single().Value == title);

    private static IEnumerable<string> Facts(XDocument page) => page.Descendants("dl").Elements().Select(fact =>
    {
        var value = fact.Element("dd")!;
        var note = value.Element("small")?.Value;
        return $"{fact.Element("dt")!.Value}: {value.Nodes().OfType<XText>().First().Value}{(note is null ? "" : " " + note)}";
    });

    private static EpochReport[] Inspected()
    {
        var x = new Real[] { 0, 0, 0, 1, 1, 0, 1, 1 };
        var options = new TrainingOptions
        {
            Loss = new SquaredError(),
            NumberOfIterations = 4,
            Initializer = new HeNormal(),
            Diagnostics = true
        };
        var network = Network.FullyConnected(2, [3], 1, new Tanh());
        return [.. new Trainer(options).Train(network, new ExampleSet(x, 2, [0, 1, 1, 2], 1)).History];
    }
}
