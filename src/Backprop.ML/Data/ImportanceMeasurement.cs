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
    private readonly InputColumns _inputs;
    private readonly ColumnImportanceOptions _options;
    private readonly CacheDataView _data;
    private readonly ModelLabel _label;
    private readonly Metric _metric;

    public ImportanceMeasurement(IHost host, BackpropTransformer model, IDataView data, ColumnImportanceOptions options)
    {
        (_host, _inputs, _options) = (host, model.Inputs, options);
        var task = model.Model.Task;
        _metric = options.Metric ?? (task.TargetKind == TargetKind.Real ? new RSquared() : new LogLoss());
        if (!_metric.Suits(task.TargetKind))
            throw host.ExceptParam(nameof(options), "{0} {1} does not suit {2}.", nameof(options.Metric), _metric, task.Name);
        _label = new ModelLabel(host, model, data.Schema, options.LabelColumnName);
        _ = model.GetOutputSchema(data.Schema); // throws if the data lacks an input column

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
                all, _label.Column.Name);
        if (rows.Length < all)
            channel.Warning(MessageSensitivity.None, "Skipped {0} of {1} rows, which have no label or no finite prediction.",
                all - rows.Length, all);
        var value = baseline.Measure(_metric);
        if (!double.IsFinite(value))
            throw _host.Except("{0} is {1} on these {2} rows, so no column can make it worse. Choose another {3}, or other rows.",
                _metric.GetType().Name, value, rows.Length, nameof(_options.Metric));

        var units = ImportanceUnits.Of(_host, _data.Schema, _inputs, _options.Groups);
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

    private ScoredRows Score(IDataView data) => _label.Score(data, followsDecisions: _metric is IDecisionMetric);
}
