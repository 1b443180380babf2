using System.Text;
using Backprop.Metrics;
using Backprop.Training;

namespace Backprop.Reports;

/// <summary>A report about a model: what it is, how good it is on some rows, what it uses, and what it must not be used for.</summary>
/// <remarks>The sections are those of a model card: Mitchell et al. (2019), "Model cards for model reporting", arXiv:1810.03993.</remarks>
public sealed class ModelReport
{
    internal ModelReport()
    {
    }

    /// <summary>The heading of the page.</summary>
    public required string Title { get; init; }

    /// <summary>What the model is.</summary>
    public required ModelFacts Model { get; init; }

    /// <summary>The facts of the training. Most of them are unknown for a model that was loaded.</summary>
    public required TrainingSummary Training { get; init; }

    /// <summary>The epochs of the training; empty if the network was not trained here.</summary>
    public required IReadOnlyList<EpochReport> History { get; init; }

    /// <summary>The rows that the report was measured on.</summary>
    public required MeasuredData Data { get; init; }

    /// <summary>The metrics of the task, with bootstrap intervals. For several targets or labels, means over them.</summary>
    public required IReadOnlyList<MetricInterval> Metrics { get; init; }

    /// <summary>The values of <see cref="Metrics"/> for a prediction that ignores all columns: the mean of the target, or the shares of the
    /// classes, in the measured rows.</summary>
    public required IReadOnlyList<double> ConstantMetrics { get; init; }

    /// <summary>The metrics of each target of several; empty for other tasks.</summary>
    public IReadOnlyList<TargetMetrics> Targets { get; init; } = [];

    /// <summary>The metrics of each label of several; empty for other tasks.</summary>
    public IReadOnlyList<LabelMetrics> Labels { get; init; } = [];

    /// <summary>Coverage and width of prediction intervals; null if the model has none.</summary>
    public IntervalMetrics? Intervals { get; init; }

    /// <summary>Coverage and size of prediction sets; null if the model has none.</summary>
    public PredictionSetMetrics? PredictionSets { get; init; }

    /// <summary>The class, label or target that is drawn where one must be chosen; null for one output.</summary>
    public string? Output { get; init; }

    /// <summary>The reliability curve that is drawn: of true, of the most probable class, or of the chosen label. Null for regressions, and
    /// if predictions are not probabilities.</summary>
    public CalibrationMetrics? Calibration { get; init; }

    /// <summary>The calibration of each class or label of several; empty for other tasks.</summary>
    public IReadOnlyList<CalibrationMetrics> EachCalibration { get; init; } = [];

    /// <summary>True and predicted classes; of several labels, of the chosen one. Null for regressions.</summary>
    public ConfusionCounts? Confusion { get; init; }

    /// <summary>The residuals of the target, or of the chosen one. Null for classifications.</summary>
    public ResidualSummary? Residuals { get; init; }

    /// <summary>The metric of the importance; null if none was measured.</summary>
    public Metric? ImportanceMetric { get; init; }

    /// <summary>The importance of columns, in descending order; empty if it was not measured.</summary>
    public IReadOnlyList<ColumnImportance> Importance { get; init; } = [];

    /// <summary>The partial dependence of the most important columns, in the order of their importance.</summary>
    public IReadOnlyList<PartialDependence> Dependence { get; init; } = [];

    /// <summary>Warnings of the training, and warnings that follow from the data and the metrics.</summary>
    public IReadOnlyList<string> Warnings { get; internal set; } = [];

    /// <summary>What the model must not be used for: sentences that follow from the report, then those of the caller.</summary>
    public IReadOnlyList<string> NotFor { get; internal set; } = [];

    /// <summary>The confidence of all intervals.</summary>
    public double Confidence { get; init; } = 0.95;

    /// <summary>The report as a self-contained HTML page, with charts in SVG and without scripts.</summary>
    /// <returns>HTML. It is also well-formed XML. Values have four significant digits. Equal reports are equal pages.</returns>
    public string ToHtml() => ModelPage.Write(this);

    /// <summary>Writes <see cref="ToHtml"/> to a file in UTF-8. An existing file is overwritten.</summary>
    /// <param name="path">The file; its folder exists.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void SaveHtml(string path) => File.WriteAllText(path, ToHtml(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));

    /// <summary>Writes <see cref="ToHtml"/> to a writer. The page says that its encoding is UTF-8.</summary>
    /// <param name="writer">It stays open.</param>
    public void SaveHtml(TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(ToHtml());
    }

    /// <summary>Derives the warnings and the limits of use.</summary>
    /// <param name="notFor">The sentences of the caller.</param>
    internal ModelReport WithFindings(IEnumerable<string> notFor)
    {
        Warnings = [.. Training.Warnings ?? [], .. ReportWarnings.Of(this)];
        NotFor = [.. UseLimits.Of(this), .. notFor];
        return this;
    }
}
