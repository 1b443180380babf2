using Backprop.Training;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Data;

/// <summary>Iterates over the usable rows of a view, and counts the others: rows with a value that is not finite, or with a weight that is
/// not above 0.</summary>
internal sealed class ExampleCursor : IDisposable
{
    private readonly DataViewRowCursor _cursor;
    private readonly InputBuffers _inputs;
    private readonly LabelGetter _label;
    private readonly ValueGetter<float>? _weight;
    private readonly ValueGetter<uint>? _group, _class;
    private readonly ValueGetter<DataViewRowId> _id;
    private readonly float[] _targets;
    private readonly bool _allowsMissing, _allowsMissingTargets;
    private readonly ReadingCounts _counts;
    private readonly long _firstPosition;
    private readonly ModelColumns _known;
    private readonly string? _featuresName;
    private readonly string _labelName, _weightName;
    private readonly string? _groupName;
    private readonly bool _labelIsKey;

    /// <param name="data">The rows, with the roles of label and weight.</param>
    /// <param name="plan">The plan of the training.</param>
    /// <param name="view">The same rows with additional columns, if one of them is needed.</param>
    /// <param name="group">The column of <paramref name="view"/> with the group of each row; null for none.</param>
    /// <param name="counts">The counts of the parts before. Positions continue from them. Null for new counts.</param>
    public ExampleCursor(
        RoleMappedData data, TrainingPlan plan, IDataView? view = null, string? group = null, ReadingCounts? counts = null)
    {
        view ??= data.Data;
        var schema = view.Schema;
        var columns = plan.Inputs.In(schema);
        DataViewSchema.Column label = data.LabelOrNone, weight = data.Schema.Weight ?? default;
        string?[] others = [label.Name, weight.Name, group];
        _targets = new float[plan.Task.TargetColumns(label)];
        (_allowsMissing, _allowsMissingTargets, _known) = (plan.AllowsMissing, plan.AllowsMissingTargets, plan.Columns);
        _counts = counts ?? new ReadingCounts(_allowsMissing);
        _firstPosition = _counts.Rows;
        (_featuresName, _labelName, _weightName) = (plan.Inputs.Features, label.Name, weight.Name);
        _labelIsKey = label.Type is KeyDataViewType;
        _groupName = plan.Task.HasGroups ? group : null;
        _cursor = view.GetRowCursor([.. columns, .. others.OfType<string>().Distinct().Select(name => schema[name])]);
        try
        {
            _id = _cursor.GetIdGetter();
            _inputs = InputBuffers.Of(_cursor, columns, plan.Columns);
            _label = plan.Task.HasLabel ? LabelGetters.Make(_cursor, schema[label.Name], plan.Columns) : LabelGetters.Zero;
            _class = plan.Columns.Classes is null ? null : _cursor.GetGetter<uint>(schema[label.Name]);
            _weight = data.Schema.Weight.HasValue ? _cursor.GetGetter<float>(schema[weight.Name]) : null;
            _group = group is null ? null : _cursor.GetGetter<uint>(schema[group]);
        }
        catch
        {
            _cursor.Dispose(); // the caller has not received it yet
            throw;
        }
    }

    /// <summary>Called after every skipped row; may throw to end reading. Null for none.</summary>
    public Action? CheckAlive { get; init; }

    /// <summary>Features, then categories of the row, without the zeros that are not stored in the view.</summary>
    public SparseRow SparseFeatures => _inputs.SparseAt(0);

    /// <summary>[target columns] of the row.</summary>
    public ReadOnlySpan<float> Targets => _targets;

    /// <summary>The key value of the row's label, if it is a key.</summary>
    public uint Class
    {
        get
        {
            uint value = 0;
            _class?.Invoke(ref value);
            return value;
        }
    }

    /// <summary>The weight of the row; 1 without a weight column.</summary>
    public float Weight { get; private set; } = 1;

    /// <summary>The hash of the row's group, or the value of the group column of a ranking, if there is a group column.</summary>
    public uint Group { get; private set; }

    /// <summary>The identifier of the row, which does not depend on the order of the rows.</summary>
    public DataViewRowId Id
    {
        get
        {
            DataViewRowId id = default;
            _id(ref id);
            return id;
        }
    }

    /// <summary>Number of usable rows so far.</summary>
    public long Kept => _counts.Kept;

    /// <summary>Number of usable rows in other parts before this one, which this cursor does not read.</summary>
    public long KeptBefore { get; init; }

    /// <summary>Number of skipped rows so far.</summary>
    public long Skipped => _counts.Skipped.Count;

    /// <summary>The position of the row in the view.</summary>
    public long Position => _firstPosition + _cursor.Position;

    /// <summary>The reasons for skipped rows, with the number of rows for each.</summary>
    public string Reasons => _counts.Skipped.ToString();

    /// <summary>The rows that are used, but lack some of several targets.</summary>
    public IncompleteRows Incomplete => _counts.Incomplete;

    /// <summary>Whether rows were skipped because of a missing feature, or a missing label that is not a key.</summary>
    public bool SkippedMissing => _counts.Skipped.HasMissing;

    /// <summary>Moves to the next usable row, if there is one.</summary>
    public bool MoveNext()
    {
        while (_cursor.MoveNext())
        {
            if (ReadRow())
            {
                _counts.Kept++;
                return true;
            }
            CheckAlive?.Invoke(); // the reader checks after every usable row; but many consecutive rows may be skipped
        }
        return false;
    }

    /// <summary>Writes features, then categories of the row.</summary>
    public void CopyFeatures(Span<float> features) => _inputs.CopyTo(0, features);

    public void Dispose() => _cursor.Dispose();

    private bool ReadRow()
    {
        _inputs.Read(0);
        var features = _inputs.SparseAt(0);
        if (!(_allowsMissing ? ExampleSet.AreFiniteOrMissing(features.Values) : ExampleSet.AreFinite(features.Values)))
        {
            _counts.Skipped.AddFeature(Position, features, _known.Features, _featuresName);
            return false;
        }
        _label(_targets);
        if (!(_allowsMissingTargets ? ExampleSet.AreTargets(_targets) : ExampleSet.AreFinite(_targets)))
        {
            _counts.Skipped.AddLabel(Position, _targets, _known.Targets, _labelIsKey, _labelName);
            return false;
        }
        if (_group is not null)
        {
            uint group = 0;
            _group(ref group);
            Group = group;
            if (group == 0 && _groupName is not null)
            {
                _counts.Skipped.AddGroup(Position, _groupName);
                return false;
            }
        }
        if (!ReadWeight()) return false;
        if (_allowsMissingTargets && Array.FindIndex(_targets, float.IsNaN) is >= 0 and var missing)
            _counts.Incomplete.Add(Position, _known.Targets?.SlotOf(missing) ?? missing);
        return true;
    }

    private bool ReadWeight()
    {
        if (_weight is null) return true;
        float weight = 0;
        _weight(ref weight);
        Weight = weight;
        if (weight > 0 && float.IsFinite(weight)) return true;
        _counts.Skipped.AddWeight(Position, weight, _weightName);
        return false;
    }
}
