using Backprop.Training;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Data;

/// <summary>Reads an <c>IDataView</c> anew in every pass. The first pass keeps those rows in memory that are to validate on; the others leave them out.</summary>
internal sealed class DataViewSource : ExampleSource
{
    private readonly IHost _host;
    private readonly RoleMappedData _data;
    private TrainingPlan _plan;
    private readonly HoldOut? _rule;
    private readonly ValidationSplit? _split;
    private readonly (Microsoft.ML.IDataView? View, string? Column) _groups;
    private readonly DataViewReader _reader;
    private readonly int _seed;
    private long _rowsToLearnFrom = long.MaxValue;

    /// <param name="host">For the error messages.</param>
    /// <param name="reader">What checks rows, and reports those that are skipped.</param>
    /// <param name="data">The columns and their roles.</param>
    /// <param name="plan">What is read, and for which network.</param>
    /// <param name="rule">Which rows are kept from training; null for none.</param>
    /// <param name="seed">Where random orders start.</param>
    public DataViewSource(IHost host, DataViewReader reader, RoleMappedData data, TrainingPlan plan, HoldOut? rule, int seed)
    {
        (_host, _reader, _data, _plan, _rule, _seed) = (host, reader, data, plan, rule, seed);
        if (rule is null) return;
        _split = new ValidationSplit(rule.Fraction, rule.Seed);
        if (rule.SamplingKeyColumnName is { } key) _groups = GroupColumn.AddTo(host, data.Data, key, rule.Seed);
    }

    public override int FeatureCount => _plan.FeatureCount;

    public override int TargetCount => _plan.Task.TargetColumns(_data.Schema.Label!.Value);

    public override bool HasWeights => _data.Schema.Weight.HasValue;

    /// <summary>What occurs in the rows; null where the network is there already, and its columns with it.</summary>
    public ColumnsInUse? InUse { get; init; }

    /// <summary>Lets later passes number keys and classes as the network does.</summary>
    public void Use(ModelColumns columns) => _plan = _plan with { Columns = columns };

    /// <summary>Reads everything once.</summary>
    /// <returns>What was found, and the rows to validate on; null where none were asked for.</returns>
    public (StreamSummary Summary, ExampleSet? Validation) Measure()
    {
        var counted = _rule is { Rows: ValidationRows.Last, SamplingKeyColumnName: null } ? CountRows() : 0;
        if (counted > 0) _rowsToLearnFrom = counted - _split!.Last((int)Math.Min(counted, int.MaxValue));
        Kept = _rule is null ? null : _reader.MakeValidationBuffer(_data);
        var summary = Measured = Summarize(_seed, _host.CheckAlive);
        if (Kept is { Count: 0 }) throw _reader.NothingKept(_rule!.Fraction, 0, summary.Count);
        return (summary, Kept is null ? null : _reader.Finish(Kept));
    }

    /// <summary>What <see cref="Measure"/> found.</summary>
    public StreamSummary Measured { get; private set; } = null!;

    // In the order of the view: another one costs ML.NET as much as reading does.
    public override ExampleReader Open(int pass) => new Reader(this, new ExampleCursor(_data, _plan, _groups.View, _groups.Column) { CheckAlive = pass == 0 ? _plan.CheckAlive : null }, isMeasuring: pass == 0);

    private ExampleBuffer? Kept { get; set; }

    private long CountRows()
    {
        using var cursor = new ExampleCursor(_data, _plan) { CheckAlive = _plan.CheckAlive };
        while (cursor.MoveNext()) _plan.CheckAlive();
        return cursor.Kept;
    }

    private bool IsKept(ExampleCursor row)
    {
        if (_split is null) return false;
        if (_groups.Column is not null) return _split.TakesGroup(row.Group, GroupColumn.Count);
        return _rowsToLearnFrom < long.MaxValue ? row.Kept > _rowsToLearnFrom : _split.TakesRow(row.Id.Low, row.Id.High);
    }

    private sealed class Reader(DataViewSource source, ExampleCursor cursor, bool isMeasuring) : ExampleReader
    {
        public override bool Read(Span<float> features, Span<float> targets, out float weight)
        {
            weight = 1;
            while (cursor.MoveNext())
            {
                if (isMeasuring) source._reader.Check(cursor, source._data, "training");
                if (source.IsKept(cursor))
                {
                    if (isMeasuring) source._reader.AddToValidation(cursor, source.Kept!);
                    continue;
                }
                cursor.CopyFeatures(features);
                cursor.Targets.CopyTo(targets);
                weight = cursor.Weight;
                if (isMeasuring) source.InUse?.Add(features, targets);
                return true;
            }
            if (isMeasuring) source._reader.Report(cursor, "training");
            return false;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) cursor.Dispose();
            base.Dispose(disposing);
        }
    }
}
