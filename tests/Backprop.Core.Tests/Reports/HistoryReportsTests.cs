using System.Globalization;
using System.Text.Json;
using System.Xml.Linq;
using Backprop.Activations;
using Backprop.Initializers;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Reports;
using Backprop.Training;

namespace Backprop.Core.Tests.Reports;

public class HistoryReportsTests
{
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

    [Fact]
    public void Json_holds_what_the_reports_hold()
    {
        using var json = JsonDocument.Parse(Three.ToJson());
        var read = json.RootElement.EnumerateArray().Select(epoch => epoch.Deserialize<EpochReport>()!);
        Assert.Equal(Three, read);
    }

    // 720 × 280, of which 72, 12, 12 and 34 are margins: 72 to 708 across, 12 to 246 down.
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
        Assert.Equal(["1", "2", "3", "4", "5", "1", "2", "3", "epoch"], loss.Descendants("text").Select(text => text.Value));
        Assert.Contains(loss.Descendants("title"), title => title.Value == "validation, epoch 2: 3");
        // the lowest validation loss
        Assert.Equal("708", loss.Descendants("line").Single(line => line.Attribute("class")!.Value == "mark").Attribute("x1")!.Value);
        Assert.Single(Figure(Three.ToHtml(), "Metric").Descendants("path"));
    }

    // 1e-8 to 1: the middle of eight decades is 1e-4.
    [Fact]
    public void Numbers_of_many_magnitudes_get_a_logarithmic_axis()
    {
        EpochReport[] history = [new(1, 1, 1, null), new(2, 1e-4, 1, null), new(3, 1e-8, 1, null)];
        var rate = Figure(history.ToHtml(), "Learning rate");
        Assert.Equal("M72 12L390 129L708 246", Assert.Single(rate.Descendants("path")).Attribute("d")!.Value);
        Assert.Equal(["1E-08", "1E-06", "0.0001", "0.01", "1"], rate.Descendants("text").Select(text => text.Value).Take(5));
        Assert.DoesNotContain("Metric", history.ToHtml(), StringComparison.Ordinal);
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

    private static IReadOnlyList<EpochReport> Inspected()
    {
        var x = new Real[] { 0, 0, 0, 1, 1, 0, 1, 1 };
        var options = new TrainingOptions
        {
            Loss = new SquaredError(),
            NumberOfIterations = 4,
            Initializer = new HeNormal(),
            Diagnostics = true
        };
        return new Trainer(options).Train(Network.FullyConnected(2, [3], 1, new Tanh()), new ExampleSet(x, 2, [0, 1, 1, 2], 1)).History;
    }
}
