using System.Globalization;
using Backprop.Losses;
using Backprop.Metrics;
using Backprop.ML.Tasks;
using Backprop.ML.Transformers;
using Backprop.Numerics;
using Backprop.Reports;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Data;

/// <summary>Measures what a report about a model contains.</summary>
internal sealed class ReportMeasurement
{
    private readonly IHost _host;
    private readonly BackpropTransformer _model;
    private readonly ModelReportOptions _options;
    private readonly ModelLabel _label;
    private readonly ReportOutput _output;
    private readonly RowSample _sample;
    private readonly IDataView _scored;
    private readonly ScoredRows _rows, _decided;

    /// <exception cref="ArgumentException">A column is missing or has the wrong type, or there is no such output.</exception>
    /// <exception cref="InvalidOperationException">Fewer than two rows have a label and a finite prediction.</exception>
    public ReportMeasurement(IHost host, ModelChain chain, IDataView data, ModelReportOptions options)
    {
        (_host, _model, _options) = (host, chain.Model, options);
        if (Task.HasGroups)
            throw host.ExceptParam(
                "model", "The model is for {0}, but a report is about single rows. Evaluate the groups by ml.Ranking.Evaluate.", Task.Name);
        var prepared = chain.Prepare(data);
        _label = new ModelLabel(host, _model, prepared.Schema, options.LabelColumnName);
        _output = new ReportOutput(host, _model, _model.GetOutputSchema(prepared.Schema), options.OutputName);
        _sample = RowSample.Of(host, prepared, options.MaximumRows, options.Seed);
        _scored = _model.Transform(_sample.Data);
        _rows = _label.Score(_sample.Data, followsDecisions: false);
        if (_rows.Count < 2)
            throw host.Except(
                "{0} of {1} rows have a label in column '{2}' and a finite prediction. At least 2 are needed.", _rows.Count,
                _sample.Count, _label.Column.Name);
        _decided = Task.TargetKind == TargetKind.Binary ? _label.Score(_sample.Data, followsDecisions: true) : _rows;
    }

    private LearningTask Task => _model.Model.Task;

    private bool IsMulticlass => Task.TargetKind == TargetKind.Class;

    /// <summary>Measures the report.</summary>
    public ModelReport Run()
    {
        var columns = new ReportColumns(_host, _model, _sample.Data, _options.MaximumColumns);
        var metrics = Metrics();
        var importance = Importance(columns, metrics);
        var calibrations = Calibrations();
        var several = Task.HasSeveralTargets;
        var isReal = Task.TargetKind == TargetKind.Real;
        return new ModelReport
        {
            Title = _options.Title ?? $"Model of {_label.Column.Name}",
            Model = Facts(),
            Training = _model.Model.Summary,
            History = _model.Model.History,
            Data = new MeasuredData
            {
                TotalRows = _sample.Total,
                SampledRows = _sample.Count,
                RowsWithoutLabel = _rows.WithoutLabel,
                RowsWithoutPrediction = _sample.Count - _rows.Count - _rows.WithoutLabel,
                Columns = columns.Summaries,
                OtherColumns = columns.Others.Count,
            },
            Metrics = metrics,
            ConstantMetrics = ConstantPrediction.Measure(
                [.. metrics.Select(metric => metric.Metric)], Task.TargetKind, _rows.Predictions.Columns, _rows.Targets),
            Targets = several && isReal
                ? MultiTargetRegressionMetrics.Measure(_rows.Predictions, _rows.Targets, _output.Names).Targets : [],
            Labels = several && !isReal
                ? MultiLabelClassificationMetrics.Measure(_rows.Scores, _decided.Scores, _rows.Targets, _output.Names).Labels : [],
            Intervals = _scored.Schema.GetColumnOrNull(UncertaintyColumns.Interval) is { } interval
                ? Labeled(interval).MeasureIntervals(_output.Names) : null,
            PredictionSets = _scored.Schema.GetColumnOrNull(UncertaintyColumns.PredictionSet) is { } set
                ? Labeled(set).MeasureSets(IsMulticlass ? ((VectorDataViewType)set.Type).Size : 2) : null,
            Output = _output.Name,
            Calibration = calibrations.Drawn,
            EachCalibration = calibrations.Each,
            Confusion = isReal ? null : Confusion(),
            Residuals = isReal ? Residuals() : null,
            ImportanceMetric = importance.Metric,
            Importance = importance.Columns,
            Dependence = Dependence(importance.Columns, columns),
            Confidence = _options.Confidence,
        }.WithFindings(_options.NotFor);
    }

    private ModelFacts Facts()
    {
        var network = _model.Model.Network;
        var columns = _model.Model.Columns;
        return new ModelFacts
        {
            Task = Words(Task.Name),
            Label = _label.Column.Name,
            Outputs = _output.Names,
            HasClasses = Task.TargetKind != TargetKind.Real && !Task.HasSeveralTargets,
            HasLabels = Task.TargetKind != TargetKind.Real && Task.HasSeveralTargets,
            Loss = InvariantText.Of(network.Loss).Replace(" { }", "", StringComparison.Ordinal), // a loss without options
            PredictionNames = network.Loss.OfTarget(_output.Index).PredictionNames,
            Network = InvariantText.Of(network.Network),
            Members = network.Network.EnsembleSize,
            Parameters = network.Network.ParameterCount,
            Features = columns.Features.Length,
            CategoryColumns = _model.Inputs.Categories,
            NominalCoverage = network.Conformal?.Coverage,
            Temperature = network.Temperature,
            Threshold = Task.TargetKind == TargetKind.Binary
                ? $"{ThresholdText()} of {_model.ThresholdColumnName}" : null,
        };
    }

    // One value, or one for each label.
    private string ThresholdText()
    {
        IReadOnlyList<float> thresholds = float.IsNaN(_model.Threshold) ? _model.Thresholds : [_model.Threshold];
        return string.Join(", ", thresholds.Select(each => each.ToString(CultureInfo.InvariantCulture)));
    }

    // "BinaryClassification" becomes "Binary classification".
    private static string Words(string name) =>
        name[..1] + string.Concat(name.Skip(1).Select(letter => char.IsUpper(letter) ? $" {char.ToLowerInvariant(letter)}" : $"{letter}"));

    // Decisions follow the threshold of the model, so their metrics have other scores.
    private IReadOnlyList<MetricInterval> Metrics() => Task.TargetKind switch
    {
        TargetKind.Real => Measure(_rows, new RSquared(), new RootMeanSquaredError(), new MeanAbsoluteError()),
        TargetKind.Class => Measure(_rows, new Accuracy(), new MacroAccuracy(), new LogLoss()),
        _ =>
        [
            .. Measure(_rows, new AreaUnderRocCurve(), new AreaUnderPrecisionRecallCurve(), new LogLoss()),
            .. Measure(_decided, new Accuracy(), new MacroAccuracy(), new F1Score()),
        ],
    };

    private IReadOnlyList<MetricInterval> Measure(ScoredRows rows, params Metric[] metrics) => MetricInterval.Measure(
        metrics, rows.Scores, rows.Predictions, rows.Targets, _options.BootstrapSamples, _options.Confidence, _options.Seed,
        _options.NumberOfThreads);

    private LabeledRows Labeled(DataViewSchema.Column column) =>
        new(_host, _scored, _scored.Schema[_label.Column.Name], column, _label.Classes);

    private (CalibrationMetrics? Drawn, IReadOnlyList<CalibrationMetrics> Each) Calibrations()
    {
        if (Task.TargetKind == TargetKind.Real || !AreProbabilities()) return (null, []);
        if (IsMulticlass)
        {
            var classes = MulticlassCalibrationMetrics.Measure(_rows.Predictions, _rows.Targets, names: [.. _output.Names]);
            return (classes.TopLabel, classes.Classes);
        }
        IReadOnlyList<string> names = Task.HasSeveralTargets ? _output.Names : ["true"];
        var each = CalibrationMetrics.MeasureColumns(_rows.Predictions, _rows.Targets, names: [.. names]);
        return (each[_output.Index], Task.HasSeveralTargets ? each : []);
    }

    // The predictions of a loss of the user may be others, such as margins.
    private bool AreProbabilities() => MulticlassCalibrationMetrics.AreProbabilities(_rows.Predictions, haveSumOne: IsMulticlass);

    private ConfusionCounts Confusion() => IsMulticlass
        ? ConfusionCounts.OfClasses(_rows.Scores, _rows.Targets, _output.Names)
        : ConfusionCounts.OfDecisions(
            TargetMeans.Column(_decided.Scores, _output.Index), TargetMeans.Column(_rows.Targets, _output.Index));

    // Null for a target that no row has.
    private ResidualSummary? Residuals()
    {
        var known = TargetMeans.KnownRows(_rows.Targets, _output.Index);
        if (known.Length == 0) return null;
        var slot = _output.Index * (_rows.Predictions.Columns / _rows.Targets.Columns);
        return ResidualSummary.Of(
            _output.Names[_output.Index], TargetMeans.Column(_rows.Predictions, slot, known).Values,
            TargetMeans.Column(_rows.Targets, _output.Index, known).Values, seed: _options.Seed);
    }

    // R² is not defined if all labels are equal.
    private ColumnImportanceReport Importance(ReportColumns columns, IReadOnlyList<MetricInterval> metrics)
    {
        var isUndefined = metrics[0].Metric is RSquared && !double.IsFinite(metrics[0].Value);
        return new ImportanceMeasurement(_host, _model, _sample.Data, new ColumnImportanceOptions
        {
            Metric = isUndefined ? new MeanAbsoluteError() : null,
            Repeats = _options.ImportanceRepeats,
            LabelColumnName = _label.Column.Name,
            Groups = columns.OtherGroup,
            Seed = _options.Seed,
            NumberOfThreads = _options.NumberOfThreads,
        }).Run();
    }

    private IReadOnlyList<PartialDependence> Dependence(IReadOnlyList<ColumnImportance> importance, ReportColumns columns)
    {
        var options = new PartialDependenceOptions { Seed = _options.Seed, NumberOfCurves = 0 };
        var measurement = new DependenceMeasurement(
            _host, _model, _sample.Data, _output.ColumnName, _output.SlotName, options.MaximumRows, options.Seed);
        return
        [
            .. importance.Where(column => columns.IsSingle(column.Name) && measurement.HasCurve(column.Name, options))
                .Take(_options.NumberOfCurves).Select(column => measurement.Curve(column.Name, options)),
        ];
    }
}
