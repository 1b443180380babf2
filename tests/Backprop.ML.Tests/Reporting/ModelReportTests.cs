using System.Xml.Linq;
using Backprop.Losses;
using Backprop.Metrics;
using Backprop.ML.Tests.Conformance;
using Backprop.Numerics;
using Backprop.Reports;
using Backprop.Training;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Reporting;

/// <summary>The report about a model, for every task.</summary>
public class ModelReportTests
{
    private const string Flag = nameof(SampleRow.Flag), Key = nameof(SampleRow.Key), Value = nameof(SampleRow.Value),
        Values = nameof(SampleRow.Values), Flags = nameof(SampleRow.Flags);

    private readonly MLContext _ml = new(seed: 1);

    public static TheoryData<string> Labels => [Flag, Key, Value, Values, Flags];

    [Theory, MemberData(nameof(Labels))]
    public void The_page_of_every_task_is_well_formed_and_has_all_sections(string label)
    {
        var report = Report(Fit(label));
        var page = Parse(report);
        var isReal = label is Value or Values;
        string[] expected =
        [
            "model", "data", "training", "metrics", isReal ? "residuals" : "calibration", .. isReal ? Array.Empty<string>() : ["confusion"],
            "importance", "dependence", "warnings", "limits",
        ];
        Assert.Equal(expected, page.Descendants("section").Select(section => section.Attribute("id")!.Value));
        Assert.Equal(expected.Select(id => $"#{id}"), page.Descendants("nav").Elements("a").Select(link => link.Attribute("href")!.Value));
        Assert.All(page.Descendants("section"), section => Assert.True(section.Elements().Count() > 1));
        Assert.All(page.Descendants("svg"), svg => Assert.NotNull(svg.Attribute("aria-label") ?? svg.Attribute("aria-hidden")));
        Assert.DoesNotContain(page.Descendants(), element => element.Name.LocalName is "script" or "link" or "img");
        Assert.DoesNotContain("NaN", string.Concat(page.Descendants("path").Attributes("d").Select(path => path.Value)));
        Assert.Equal(4, report.Dependence.Count);
        Assert.Equal(40, report.Data.MeasuredRows);
    }

    [Fact]
    public void Metrics_are_those_of_the_evaluators()
    {
        var data = Samples.Table(_ml);
        IDataView Scored(string label) => Fit(label).Transform(data);

        var binary = _ml.BinaryClassification.EvaluatePredictedLabel(Scored(Flag), Flag);
        var ofFlag = Report(Fit(Flag));
        AssertMetric<AreaUnderRocCurve>(binary.AreaUnderRocCurve, ofFlag);
        AssertMetric<Accuracy>(binary.Accuracy, ofFlag);
        AssertMetric<F1Score>(binary.F1Score, ofFlag);
        AssertMetric<LogLoss>(binary.LogLoss * Math.Log(2), ofFlag); // ML.NET's is in bits
        Assert.Equal(binary.ConfusionMatrix.Counts[0][1], ofFlag.Confusion![1, 0]);
        Assert.Equal(_ml.BinaryClassification.EvaluateCalibration(Scored(Flag), Flag).BrierScore, ofFlag.Calibration!.BrierScore, 1e-12);

        var classes = _ml.MulticlassClassification.Evaluate(Scored(Key), Key);
        var ofKey = Report(Fit(Key));
        AssertMetric<Accuracy>(classes.MicroAccuracy, ofKey);
        AssertMetric<MacroAccuracy>(classes.MacroAccuracy, ofKey);
        AssertMetric<LogLoss>(classes.LogLoss, ofKey);
        for (var k = 0; k < Samples.ClassCount; k++)
            for (var other = 0; other < Samples.ClassCount; other++)
                Assert.Equal(classes.ConfusionMatrix.Counts[k][other], ofKey.Confusion![k, other]);
        Assert.Equal(
            _ml.MulticlassClassification.EvaluateCalibration(Scored(Key), Key).TopLabelExpectedCalibrationError,
            ofKey.Calibration!.ExpectedCalibrationError, 1e-12);

        var regression = _ml.Regression.Evaluate(Scored(Value), Value);
        var ofValue = Report(Fit(Value));
        AssertMetric<RSquared>(regression.RSquared, ofValue);
        AssertMetric<RootMeanSquaredError>(regression.RootMeanSquaredError, ofValue);
        AssertMetric<MeanAbsoluteError>(regression.MeanAbsoluteError, ofValue);
        Assert.Equal(
            regression.MeanSquaredError, Math.Pow(ofValue.Residuals!.Mean, 2) + Math.Pow(ofValue.Residuals.StandardDeviation, 2), 1e-3);

        var targets = _ml.Regression.EvaluateMultiTarget(Scored(Values), Values);
        var ofValues = Report(Fit(Values));
        AssertMetric<MeanAbsoluteError>(targets.MeanAbsoluteError, ofValues);
        Assert.Equal(targets.Targets.Select(target => target.RSquared), ofValues.Targets.Select(target => target.RSquared));

        var labels = _ml.MulticlassClassification.EvaluateMultiLabel(Scored(Flags), Flags);
        var ofFlags = Report(Fit(Flags));
        AssertMetric<Accuracy>(1 - labels.HammingLoss, ofFlags);
        AssertMetric<F1Score>(labels.MacroF1Score, ofFlags);
        Assert.Equal(labels.Labels, ofFlags.Labels);
    }

    [Fact]
    public void Importance_and_curves_are_those_of_their_own_methods()
    {
        var (model, data) = (Fit(Key), Samples.Table(_ml));
        var report = _ml.Model.CreateReport(model, data, Brief with { OutputName = "2", NumberOfCurves = 2 });
        var importance = _ml.MulticlassClassification.ColumnImportance(model, data);
        Assert.Equal(Means(importance.Columns), Means(report.Importance));
        var curve = _ml.Model.PartialDependence(
            model, data, importance.Columns[1].Name, new PartialDependenceOptions { OutputName = "1", NumberOfCurves = 0 });
        Assert.Equal(curve.Points.Select(point => point.Mean), report.Dependence[1].Points.Select(point => point.Mean));
        Assert.Equal(2, report.Dependence.Count);
        Assert.Equal("2", report.Output);
        Assert.Contains("probability of 2", report.ToHtml(), StringComparison.Ordinal);

        static IEnumerable<(string, double)> Means(IEnumerable<ColumnImportance> columns) =>
            columns.Select(column => (column.Name, column.Mean));
    }

    [Fact]
    public void The_same_model_and_rows_have_the_same_page_for_any_number_of_threads_and_culture()
    {
        var (model, data) = (Fit(Value), Samples.Table(_ml));
        string Page(int threads) => _ml.Model.CreateReport(model, data, Brief with { NumberOfThreads = threads }).ToHtml();
        var page = Page(1);
        var culture = Thread.CurrentThread.CurrentCulture;
        try
        {
            Thread.CurrentThread.CurrentCulture = new System.Globalization.CultureInfo("de-DE");
            Assert.Equal(page, Page(3));
        }
        finally
        {
            Thread.CurrentThread.CurrentCulture = culture;
        }
        using var file = new StringWriter();
        Report(model).SaveHtml(file);
        Assert.Equal(page, file.ToString());
        Assert.NotEqual(page, _ml.Model.CreateReport(model, data, Brief with { Seed = 9 }).ToHtml());
    }

    [Fact]
    public void Names_cannot_add_elements_to_the_page()
    {
        const string evil = "<script>alert('1')</script>\"&";
        var rows = _ml.Data.LoadFromEnumerable(Enumerable.Range(0, 40).Select(i => new Named
        {
            X = i % 7,
            Category = i % 2 == 0 ? evil : "b",
            Class = i % 7 > 3 ? evil : "</svg>",
        }));
        var preparation = _ml.Transforms.Conversion.MapValueToKey(evil, nameof(Named.Category))
            .Append(_ml.Transforms.Conversion.MapValueToKey("y" + evil, nameof(Named.Class)))
            .Append(_ml.Transforms.CopyColumns("<b>x", nameof(Named.X)))
            .Append(_ml.Transforms.Concatenate("Features", "<b>x", "X"));
        var options = Samples.Quick("y" + evil, "Features");
        options.CategoricalFeatureColumnNames = [evil];
        var chain = preparation.Append(new BackpropTrainer(_ml, options)).Fit(rows);
        var report = _ml.Model.CreateReport(chain, rows, Brief with { Title = evil, NotFor = [evil] });
        var page = Parse(report);
        Assert.Empty(page.Descendants("script"));
        Assert.DoesNotContain("<b>x", report.ToHtml(), StringComparison.Ordinal);
        Assert.DoesNotContain("<script", report.ToHtml(), StringComparison.Ordinal);
        Assert.Equal(evil, page.Descendants("h1").Single().Value);
        Assert.Equal(evil, page.Descendants("li").Last().Value);
        Assert.Contains(page.Descendants("th"), cell => cell.Value == "</svg>");
        Assert.Contains(page.Descendants("td"), cell => cell.Value == "<b>x");
    }

    [Fact]
    public void A_loaded_model_says_what_is_not_known()
    {
        var model = Fit(Flag);
        using var file = new MemoryStream();
        _ml.Model.Save(model, Samples.Table(_ml).Schema, file);
        file.Position = 0;
        var (trained, loaded) = (Report(model), Report(_ml.Model.Load(file, out _)));
        Assert.Equal(trained.Metrics, loaded.Metrics);
        Assert.Null(loaded.Training.Options);
        Assert.Contains("The options of the training are not known", loaded.ToHtml(), StringComparison.Ordinal);
        Assert.Contains("The warnings of the training are not known", loaded.ToHtml(), StringComparison.Ordinal);

        var known = trained.Training.Options!;
        Assert.Contains(new OptionValue("NumberOfIterations", "2", IsSetByCaller: true), known);
        Assert.Contains(known, option => option is { Name: "BatchSize", IsSetByCaller: false });
        Assert.DoesNotContain("not known", trained.ToHtml(), StringComparison.Ordinal);
    }

    // Also those that only the adapter has: columns, loss, weights, constraints.
    [Fact]
    public void The_report_lists_the_options_that_decide_the_model()
    {
        var options = Samples.Quick(Flag);
        options.PositiveInstanceWeight = 3;
        options.LossFunction = new Backprop.Losses.LogisticLoss();
        options.Caching = DataCaching.Memory;
        options.Progress = new Progress<Backprop.Training.EpochReport>();
        options.MonotoneConstraints = new MonotoneConstraints { Increasing = ["Dense[0]"] };
        var all = Report(new BackpropTrainer(_ml, options).Fit(Samples.Table(_ml))).Training.Options!;
        var listed = all.Where(option => option.IsSetByCaller).ToDictionary(option => option.Name, option => option.Value);
        Assert.Equal("3", listed["PositiveInstanceWeight"]);
        Assert.Equal("increasing Dense[0]", listed["MonotoneConstraints"]);
        Assert.Equal("Memory", listed["Caching"]);
        Assert.Equal(Flag, listed["LabelColumnName"]);
        Assert.Contains("LogisticLoss", listed["LossFunction"], StringComparison.Ordinal);
        Assert.DoesNotContain("Progress", listed.Keys);
        Assert.Equal("balanced", ClassWeights.Balanced.ToString());
        Assert.Equal("True 2.5, False 1", ClassWeights.ByName(("True", 2.5), ("False", 1)).ToString());
    }

    [Fact]
    public void Coverage_of_intervals_and_sets_is_that_of_their_evaluation()
    {
        BackpropTransformer Calibrated(string label)
        {
            var options = Samples.Quick(label);
            options.ValidationFraction = 0.4;
            options.PredictionIntervals = new Conformal { Coverage = 0.8 };
            options.Seed = 1;
            return new BackpropTrainer(_ml, options).Fit(Samples.Table(_ml));
        }

        var (regression, classes) = (Calibrated(Value), Calibrated(Key));
        var data = Samples.Table(_ml);
        Assert.Equal(
            _ml.Regression.EvaluateIntervals(regression.Transform(data), Value).Coverage, Report(regression).Intervals!.Coverage);
        Assert.Equal(
            _ml.MulticlassClassification.EvaluatePredictionSets(classes.Transform(data), Key).MeanSize,
            Report(classes).PredictionSets!.MeanSize);
        Assert.Contains("Prediction intervals", Report(regression).ToHtml(), StringComparison.Ordinal);
        Assert.Equal(0.8, Report(classes).Model.NominalCoverage);
    }

    [Fact]
    public void Rows_and_columns_that_say_little_are_warned_of()
    {
        var rows = Samples.Rows(60);
        foreach (var row in rows) row.Dense[3] = 1; // constant
        rows[0].Value = float.NaN;
        rows[1].Dense[0] = float.NaN;
        var options = Samples.Quick(Value);
        options.MissingValues = Layers.MissingValues.Skip;
        var model = new BackpropTrainer(_ml, options).Fit(Samples.Table(_ml));
        var report = Report(model, rows);
        Assert.Equal((1, 1, 58), (report.Data.RowsWithoutLabel, report.Data.RowsWithoutPrediction, report.Data.MeasuredRows));
        Assert.Contains(report.Warnings, warning => warning.StartsWith("Only 58 rows were measured", StringComparison.Ordinal));
        Assert.Contains(report.Warnings, warning => warning.StartsWith("1 of 60 rows have no label", StringComparison.Ordinal));
        Assert.Contains(report.Warnings, warning => warning.StartsWith("1 of 60 rows have no finite", StringComparison.Ordinal));
        Assert.Contains(report.Warnings, warning => warning.Contains("'Dense[3]'", StringComparison.Ordinal));

        var oneClass = Report(Fit(Key), [.. Samples.Rows(300).Where(row => row.Key != 1)]);
        Assert.Contains("These classes occur in no measured row, so their quality is unknown: '2'.", oneClass.Warnings);
        Assert.Contains(oneClass.NotFor, limit => limit.Contains("'2' (0)", StringComparison.Ordinal));
    }

    [Fact]
    public void Categories_that_did_not_occur_in_training_are_counted()
    {
        static SampleRow WithColor(SampleRow row, string color)
        {
            row.Color = color;
            return row;
        }

        var rows = Samples.Rows(60);
        var preparation = _ml.Transforms.Conversion.MapValueToKey(nameof(SampleRow.Color)).Fit(_ml.Data.LoadFromEnumerable(rows));
        var options = Samples.Quick(Value);
        options.CategoricalFeatureColumnNames = [nameof(SampleRow.Color)];
        var trained = rows.Where(row => row.Color != "blue").ToArray();
        var model = new BackpropTrainer(_ml, options).Fit(preparation.Transform(_ml.Data.LoadFromEnumerable(trained)));
        var blue = rows.Count(row => row.Color == "blue");
        SampleRow[] measured = [.. rows, WithColor(Samples.Rows(1)[0], "purple")];
        var report = _ml.Model.CreateReport(preparation.Append(model), _ml.Data.LoadFromEnumerable(measured), Brief);
        var column = report.Data.Columns[0];
        Assert.Equal(("Color", true, 61, 1, blue), (column.Name, column.IsCategory, column.Rows, column.MissingRows, column.UnknownRows));
        Assert.Contains(report.Warnings, warning => warning.EndsWith($"'Color' ({blue}).", StringComparison.Ordinal));
        Assert.Contains(report.NotFor, limit => limit.StartsWith("Rows with categories that did not", StringComparison.Ordinal));
    }

    [Fact]
    public void Many_classes_have_their_largest_confusions()
    {
        var rows = _ml.Data.LoadFromEnumerable(Enumerable.Range(0, 90).Select(i => new Named { X = i % 15, Class = $"class {i % 15}" }));
        var options = Samples.Quick("Key", "Features");
        var chain = _ml.Transforms.Conversion.MapValueToKey("Key", nameof(Named.Class))
            .Append(_ml.Transforms.Concatenate("Features", nameof(Named.X))).Append(new BackpropTrainer(_ml, options)).Fit(rows);
        var report = _ml.Model.CreateReport(chain, rows, Brief);
        var (trueClass, predictedClass, count) = report.Confusion!.Mistakes[0];
        var cells = Parse(report).Descendants("section").Single(section => section.Attribute("id")!.Value == "confusion")
            .Descendants("tr").ElementAt(1).Elements("td").Select(cell => cell.Value);
        Assert.Equal([$"class {trueClass}", $"class {predictedClass}", $"{count}"], cells);
    }

    [Fact]
    public void Large_data_is_sampled_and_wide_data_is_grouped()
    {
        var options = Brief with { MaximumRows = 100, MaximumColumns = 2 };
        var report = _ml.Model.CreateReport(Fit(Value), Samples.Table(_ml, 3000), options);
        Assert.Equal((3000, 100), (report.Data.TotalRows, report.Data.SampledRows));
        Assert.Equal((2, 2), (report.Data.Columns.Count, report.Data.OtherColumns));
        Assert.Equal(
            ["2 other columns", "Dense[0]", "Dense[1]"],
            report.Importance.Select(column => column.Name).Order(StringComparer.Ordinal));
        Assert.Contains("100 of 3,000 rows were chosen at random", report.ToHtml(), StringComparison.Ordinal);
        Assert.Contains(report.Warnings, warning => warning.StartsWith("2 columns are not described", StringComparison.Ordinal));
    }

    [Fact]
    public void Several_predictions_of_a_target_are_said_to_be_one()
    {
        var options = Samples.Quick(Value);
        options.LossFunction = new PinballLoss { Quantiles = [0.5, 0.9] };
        var report = Report(new BackpropTrainer(_ml, options).Fit(Samples.Table(_ml)));
        Assert.Contains(report.Warnings, warning => warning.Contains("several predictions for each target", StringComparison.Ordinal));
        Parse(report);
    }

    [Fact]
    public void Predictions_that_are_no_probabilities_have_a_page_without_calibration()
    {
        var options = Samples.Quick(Flag);
        (options.Seed, options.LossFunction) = (1, new Margin());
        var report = Report(new BackpropTrainer(_ml, options).Fit(Samples.Table(_ml)));
        Assert.Null(report.Calibration);
        Assert.Contains(report.Warnings, warning => warning.Contains("probabilities", StringComparison.Ordinal));
        Parse(report);
    }

    [Fact]
    public void A_label_without_variation_has_a_page_too()
    {
        var rows = Samples.Rows();
        foreach (var row in rows) (row.Value, row.Flag) = (100, true);
        var regression = Report(Fit(Value), rows);
        Assert.IsType<MeanAbsoluteError>(regression.ImportanceMetric);
        Assert.Contains("R² is not defined on the measured rows.", regression.Warnings);
        Parse(regression);
        Parse(Report(Fit(Flag), rows));
    }

    [Fact]
    public void What_does_not_fit_is_refused_by_name()
    {
        var (model, data) = (Fit(Key), Samples.Table(_ml));
        void Refuses(string word, Action action) =>
            Assert.Contains(word, Assert.ThrowsAny<ArgumentException>(action).Message, StringComparison.Ordinal);

        Refuses("TransformerChain", () => _ml.Model.CreateReport(new TransformerChain<ITransformer>(), data));
        Refuses("'Key'", () => _ml.Model.CreateReport(model, _ml.Transforms.DropColumns(Key).Fit(data).Transform(data)));
        Refuses("'Dense'", () => _ml.Model.CreateReport(model, _ml.Transforms.DropColumns("Dense").Fit(data).Transform(data)));
        Refuses("'Value'", () => _ml.Model.CreateReport(model, data, Brief with { LabelColumnName = Value }));
        Refuses("'9'", () => _ml.Model.CreateReport(model, data, Brief with { OutputName = "9" }));
        Refuses("OutputName", () => _ml.Model.CreateReport(Fit(Flag), data, Brief with { OutputName = "true" }));
        foreach (var (name, options) in new (string, ModelReportOptions)[]
        {
            ("MaximumRows", Brief with { MaximumRows = 1 }), ("MaximumColumns", Brief with { MaximumColumns = 0 }),
            ("ImportanceRepeats", Brief with { ImportanceRepeats = 1 }), ("NumberOfCurves", Brief with { NumberOfCurves = -1 }),
            ("BootstrapSamples", Brief with { BootstrapSamples = 1 }), ("Confidence", Brief with { Confidence = 1 }),
            ("NumberOfThreads", Brief with { NumberOfThreads = 0 }),
        })
            Refuses(name, () => _ml.Model.CreateReport(model, data, options));

        var unlabeled = Samples.Rows();
        foreach (var row in unlabeled) row.Value = float.NaN;
        Assert.Contains(
            "0 of 40 rows have a label in column 'Value'",
            Assert.Throws<InvalidOperationException>(() => Report(Fit(Value), unlabeled)).Message, StringComparison.Ordinal);
    }

    private static ModelReportOptions Brief => new() { BootstrapSamples = 20 };

    private BackpropTransformer Fit(string label)
    {
        var options = Samples.Quick(label);
        options.Seed = 1;
        return new BackpropTrainer(_ml, options).Fit(Samples.Table(_ml));
    }

    private ModelReport Report(ITransformer model, SampleRow[]? rows = null) =>
        _ml.Model.CreateReport(model, _ml.Data.LoadFromEnumerable(rows ?? Samples.Rows()), Brief);

    private static XElement Parse(ModelReport report) => XDocument.Parse(report.ToHtml()).Root!;

    private static void AssertMetric<T>(double expected, ModelReport report) where T : Metric
    {
        var metric = report.Metrics.Single(metric => metric.Metric is T);
        Assert.Equal(expected, metric.Value, 1e-4 * Math.Max(1, Math.Abs(expected)));
        Assert.InRange(metric.Value, metric.Lower, metric.Upper);
        Assert.Contains($"<td>{ReportText(metric.Value)}</td>", report.ToHtml(), StringComparison.Ordinal);
    }

    // Four significant digits.
    private static string ReportText(double value) => $"{double.Parse($"{value:E3}")}";

    /// <summary>(z − (2y − 1))², whose predictions are scores from about −1 to 1.</summary>
    private sealed record Margin : RowLoss
    {
        public override TargetKind TargetKind => TargetKind.Binary;

        public override void EvaluateRows(ReadOnlyMatrix scores, ReadOnlyMatrix targets, Span<float> losses, Matrix gradient)
        {
            for (var row = 0; row < scores.Rows; row++)
            {
                var error = scores.Row(row)[0] - (2 * targets.Row(row)[0] - 1);
                (losses[row], gradient.Row(row)[0]) = (error * error, 2 * error);
            }
        }

        public override void Predict(Matrix scores)
        {
        }
    }

    private sealed class Named
    {
        public float X { get; set; }

        public string Category { get; set; } = "";

        public string Class { get; set; } = "";
    }
}
