using Backprop.Training;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Data;

/// <summary>Reads an <c>IDataView</c> again in every epoch. The first reading keeps the validation rows in memory; later readings skip
/// them.</summary>
internal sealed class DataViewSource : ExampleSource
{
    private readonly IHost _host;
    private readonly RoleMappedData _data;
    private TrainingPlan _plan;
    private readonly HoldOut? _rule;
    private readonly ValidationSplit? _split;
    private readonly (IDataView? View, string? Column) _groups;
    private readonly DataViewReader _reader;
    private readonly int _seed;
    private readonly ClassCoverage? _coverage;
    private readonly bool _wasRead;
    private readonly Part[] _parts;
    private ReadingCounts? _counts; // of the parts that were measured
    private long _rowsToLearnFrom = long.MaxValue;
    private HashSet<uint>? _groupsToKeep;

    /// <param name="host">For the error messages.</param>
    /// <param name="reader">Checks rows, and reports skipped rows.</param>
    /// <param name="data">The columns and their roles.</param>
    /// <param name="plan">The plan of the training.</param>
    /// <param name="rule">Which rows are held out; null for none.</param>
    /// <param name="seed">The seed of the random numbers.</param>
    /// <param name="wasRead">Whether the rows were read before, but did not fit into memory.</param>
    /// <param name="parts">The parts of the data that can be read by themselves; empty for none.</param>
    public DataViewSource(
        IHost host, DataViewReader reader, RoleMappedData data, TrainingPlan plan, HoldOut? rule, int seed, bool wasRead,
        IReadOnlyList<IDataView> parts)
    {
        (_host, _reader, _data, _plan) = (host, reader, data, plan);
        (_rule, _seed, _wasRead) = (rule, seed, wasRead);
        if (rule is not null)
        {
            _split = new ValidationSplit(rule.Fraction, rule.Seed);
            _coverage = plan.Task.HasClasses ? new ClassCoverage(plan.Columns.Classes) : null;
        }
        _groups = GroupsOf(data.Data);
        _parts = [new Part(data, _groups)];
        if (parts.Count > 0) _parts = [.. parts.Select(part => PartOf(new RoleMappedData(part, data.Schema.GetColumnRoleNames())))];
    }

    public override int FeatureCount => _plan.FeatureCount;

    public override int TargetCount => _plan.Task.TargetColumns(_data.LabelOrNone);

    public override bool HasWeights => _data.Schema.Weight.HasValue;

    /// <summary>Records the keys and classes of the rows; null if training continues from a network, which has its columns.</summary>
    public ColumnsInUse? InUse { get; init; }

    /// <summary>Receives the phases; null for none.</summary>
    public StopCondition? Stop { get; init; }

    /// <summary>Sets the columns of the network. Later readings use its keys and classes.</summary>
    public void Use(ModelColumns columns) => _plan = _plan with { Columns = columns };

    /// <inheritdoc/>
    public override int PartCount => _parts.Length;

    /// <summary>Number of rows that were read, including skipped rows.</summary>
    public long RowsRead { get; private set; }

    /// <summary>Reads all rows once; twice if the last rows or groups are held out.</summary>
    /// <param name="channel">For warnings.</param>
    /// <returns>The statistics, and the validation rows (null if none are held out). The result is null if the validation rows do not fit
    /// into memory.</returns>
    public (StreamSummary Summary, ExampleSet? Validation)? Measure(IChannel channel)
    {
        if (_groups.Column is not null || _rule is { Rows: ValidationRows.Last }) CountRows();
        Kept = _rule is null ? null : _reader.MakeValidationBuffer(_data);
        StreamSummary summary;
        try
        {
            summary = Measured = Summarize(_seed, _host.CheckAlive);
        }
        catch (NoMemoryForValidationException)
        {
            return null;
        }
        if (Kept is { Count: 0 }) throw _rule!.NothingKept(_host, summary.Count, 0);
        _coverage?.Warn(channel);
        return (summary, Kept is null ? null : _reader.Finish(Kept));
    }

    /// <summary>The statistics from <see cref="Measure"/>.</summary>
    public StreamSummary Measured { get; private set; } = null!;

    /// <summary>The validation rows that were read so far.</summary>
    public ExampleBuffer? Kept { get; private set; }

    // In the order of the view, because a random order costs ML.NET as much as the reading.
    public override ExampleReader Open(int pass) => new Reader(this, new ExampleCursor(_data, _plan, _groups.View, _groups.Column), pass);

    // Parts are measured one after another, so each continues the counts of the part before.
    public override ExampleReader Open(int pass, int part)
    {
        var (data, (view, column)) = (_parts[part].Data, _parts[part].Groups);
        if (pass > 0)
            return new Reader(this, new ExampleCursor(data, _plan, view, column) { KeptBefore = _parts[part].KeptBefore }, pass);
        if (part == 0) _counts = new ReadingCounts(_plan.AllowsMissing);
        _parts[part].KeptBefore = _counts!.Kept;
        var cursor = new ExampleCursor(data, _plan, view, column, _counts) { CheckAlive = _plan.CheckAlive };
        return new Reader(this, cursor, pass) { IsLast = part == _parts.Length - 1 };
    }

    private Part PartOf(RoleMappedData data) => new(data, GroupsOf(data.Data));

    private (IDataView? View, string? Column) GroupsOf(IDataView data) =>
        _rule?.SamplingKeyColumnName is { } key ? GroupColumn.AddTo(_host, data, key, _rule.Seed) : default;

    // Counts the rows of each group, or all rows if the last rows are held out.
    private void CountRows()
    {
        Stop?.Reports.Begin(TrainingPhase.Counting, $"Counting the rows");
        var groups = new Dictionary<uint, long>();
        using var cursor = new ExampleCursor(_data, _plan, _groups.View, _groups.Column) { CheckAlive = _plan.CheckAlive };
        while (cursor.MoveNext())
        {
            _plan.CheckAlive();
            if (_groups.Column is not null) groups[cursor.Group] = groups.GetValueOrDefault(cursor.Group) + 1;
        }
        Stop?.Reports.Begin(TrainingPhase.Reading, $"Reading the data");
        if (cursor.Kept == 0) return; // the next reading reports it
        if (_groups.Column is not null) _groupsToKeep = _rule!.GroupsToKeep(groups, _host);
        else _rowsToLearnFrom = cursor.Kept - HeldOutRows.Last((int)Math.Min(cursor.Kept, int.MaxValue), _rule!.Fraction);
    }

    private bool IsKept(ExampleCursor row)
    {
        if (_split is null) return false;
        if (_groupsToKeep is not null) return _groupsToKeep.Contains(row.Group);
        if (_rowsToLearnFrom < long.MaxValue) return row.KeptBefore + row.Kept > _rowsToLearnFrom;
        return _split.TakesRow(row.Id.Low, row.Id.High);
    }

    private Exception NoRowsAgain() => _host.Except(
        "The training data had rows in the first reading, but has none in the second. "
        + "Rows that are not kept in memory are read again in every epoch ({0}), so a source that can be read only once cannot be used. "
        + "Save the rows to a file (SaveAsBinary) and read this file, or keep them in memory: {0} = {1}, a larger {2}, or fewer rows.",
        nameof(BackpropTrainer.Options.Caching), nameof(DataCaching.Memory), nameof(BackpropTrainer.Options.MemoryBudget));

    private sealed class Reader(DataViewSource source, ExampleCursor cursor, int pass) : ExampleReader
    {
        private readonly bool _isMeasuring = pass == 0;

        /// <summary>Whether no other part follows.</summary>
        public bool IsLast { get; init; } = true;

        public override bool Read(Span<float> features, Span<float> targets, out float weight)
        {
            weight = 1;
            while (cursor.MoveNext())
            {
                if (_isMeasuring) source._reader.Check(cursor, source._data, "training");
                var isKept = source.IsKept(cursor);
                if (_isMeasuring) source._coverage?.Add(cursor.Targets[0], isKept);
                if (isKept)
                {
                    if (_isMeasuring && !source._reader.AddToValidation(cursor, source.Kept!)) throw new NoMemoryForValidationException();
                    continue;
                }
                cursor.CopyFeatures(features);
                cursor.Targets.CopyTo(targets);
                weight = cursor.Weight;
                if (_isMeasuring) source.InUse?.Add(features, targets);
                return true;
            }
            End();
            return false;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) cursor.Dispose();
            base.Dispose(disposing);
        }

        private void End()
        {
            if (!IsLast) return; // counts continue in the next part
            var rows = cursor.Kept + cursor.Skipped;
            var wasReadBefore = source._wasRead || !_isMeasuring || source._groupsToKeep is not null
                || source._rowsToLearnFrom < long.MaxValue;
            if (rows == 0 && wasReadBefore) throw source.NoRowsAgain();
            if (!_isMeasuring) return;
            source.RowsRead = rows;
            source._reader.Report(cursor, "training");
        }
    }

    private sealed class NoMemoryForValidationException : Exception;

    /// <summary>Rows that can be read by themselves.</summary>
    private sealed class Part(RoleMappedData data, (IDataView? View, string? Column) groups)
    {
        public RoleMappedData Data => data;

        /// <summary>The same rows with a column of group hashes, and the name of that column.</summary>
        public (IDataView? View, string? Column) Groups => groups;

        /// <summary>Number of usable rows in the parts before.</summary>
        public long KeptBefore { get; set; }
    }
}
