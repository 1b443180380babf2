using Backprop.Losses;
using Backprop.Metrics;
using Backprop.Numerics;
using Backprop.Training;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms;

namespace Backprop.ML.Data;

/// <summary>Permutes columns of data in memory, scores the data again, and compares the metrics.</summary>
/// <remarks>Every permutation depends only on the seed, the unit and the repeat, and every score is computed by one thread. So the result
/// does not depend on the number of threads.</remarks>
internal sealed class ImportanceMeasurement
{
    private readonly IHost _host;
    private readonly BackpropTransformer _model;
    private readonly ColumnImportanceOptions _options;
    private readonly CacheDataView _data;
    private readonly string _labelName;
    private readonly Metric _metric;
    private readonly int[]? _classes;

    public ImportanceMeasurement(IHost host, BackpropTransformer model, IDataView data, ColumnImportanceOptions options)
    {
        (_host, _model, _options) = (host, model, options);
        _labelName = options.LabelColumnName ?? model.LabelColumnName;
        var task = model.Model.Task;
        _metric = options.Metric ?? (task.TargetKind == TargetKind.Real ? new RSquared() : new LogLoss());
        if (!_metric.Suits(task.TargetKind))
            throw host.ExceptParam(nameof(options), "{0} {1} does not suit {2}.", nameof(options.Metric), _metric, task.Name);
        var label = ColumnChecks.Find(host, nameof(data), data.Schema, "label", _labelName);
        if (!LabelFits(label))
            throw host.ExceptSchemaMismatch(nameof(data), "label", _labelName, model.TrainedLabel.Type.ToString(), label.Type.ToString());
        _ = model.GetOutputSchema(data.Schema); // throws if the data lacks an input column
        _classes = ClassesOf(label);

        var rows = options.MaximumRows is { } count ? new SkipTakeFilter(host, new SkipTakeFilter.TakeOptions { Count = count }, data)
            : data;
        _data = new CacheDataView(host, rows, prefetch: null);
    }

    /// <summary>Measures the importance of all columns.</summary>
    /// <exception cref="InvalidOperationException">Fewer than two rows have a label and a finite prediction, or the metric is not defined
    /// on them.</exception>
    public ColumnImportanceReport Run()
    {
        using var channel = _host.Start("ColumnImportance");
        var baseline = Score(_data);
        int[] rows = [.. Enumerable.Range(0, baseline.Usable.Count).Where(row => baseline.Usable[row])];
        var all = baseline.Usable.Count;
        if (rows.Length < 2)
            throw _host.Except("{0} of {1} rows have a label in column '{2}' and a finite prediction. At least 2 are needed.", rows.Length,
                all, _labelName);
        if (rows.Length < all)
            channel.Warning(MessageSensitivity.None, "Skipped {0} of {1} rows, which have no label or no finite prediction.",
                all - rows.Length, all);
        var value = baseline.Measure(_metric);
        if (!double.IsFinite(value))
            throw _host.Except("{0} is {1} on these {2} rows, so no column can make it worse. Choose another {3}, or other rows.",
                _metric.GetType().Name, value, rows.Length, nameof(_options.Metric));

        var units = ImportanceUnits.Of(_host, _data.Schema, _model.Inputs, _options.Groups);
        var measured = MeasureAll(units, rows);
        var columns = units.Select((unit, index) =>
            new ColumnImportance(
                unit.Name, [.. measured.Skip(index * _options.Repeats).Take(_options.Repeats)
                    .Select(each => _metric.HigherIsBetter ? value - each : each - value)]));
        return new ColumnImportanceReport(_metric, value, rows.Length, ColumnImportance.Sorted(columns));
    }

    // The metric of every repeat of every unit.
    private double[] MeasureAll(IReadOnlyList<ColumnUnit> units, int[] rows)
    {
        var values = new double[units.Count * _options.Repeats];
        var next = -1;
        var isOver = false;
        using var team = new WorkerTeam(Math.Clamp(_options.NumberOfThreads ?? Environment.ProcessorCount, 1, Math.Max(values.Length, 1)));
        team.Run(_ =>
        {
            try
            {
                for (int job; !Volatile.Read(ref isOver) && (job = Interlocked.Increment(ref next)) < values.Length;)
                {
                    int[] others = [.. rows];
                    new RandomSequence(_options.Seed, RandomPurpose.Permutation, job).Shuffle(others);
                    values[job] = Score(new SubstitutedView(_host, _data, rows, units[job / _options.Repeats], others)).Measure(_metric);
                }
            }
            finally
            {
                Volatile.Write(ref isOver, true); // all work is done, or an exception occurred
            }
        });
        return values;
    }

    private ScoredRows Score(IDataView data) =>
        new(_model.Model.Task, _model.Transform(data), _labelName, _classes, _model.Model.Columns.Classes,
            followsDecisions: _metric is IDecisionMetric, _host.CheckAlive);

    private bool LabelFits(DataViewSchema.Column label)
    {
        var expected = _model.TrainedLabel.Type;
        if (expected is KeyDataViewType) return label.Type is KeyDataViewType && label.Type.RawType == expected.RawType;
        return label.Type.Equals(expected);
    }

    // Classes may have other indices in other data, so they are matched by name. Null if they are matched by index.
    private int[]? ClassesOf(DataViewSchema.Column label)
    {
        if (label.Type is not KeyDataViewType || !HasNames(label) || !HasNames(_model.TrainedLabel)) return null;
        IReadOnlyList<string> names = KeyNames.Of(label), trained = KeyNames.Of(_model.TrainedLabel);
        if (names.SequenceEqual(trained)) return null;
        var indices = trained.Index().ToDictionary(name => name.Item, name => name.Index);
        return [.. names.Select(name => indices.GetValueOrDefault(name, -1))];
    }

    private static bool HasNames(DataViewSchema.Column column) =>
        column.Annotations.Schema.GetColumnOrNull(AnnotationUtils.Kinds.KeyValues) is not null;
}
