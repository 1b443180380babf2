using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Data;

/// <summary>The rows of several views, one view after another. Each view can be read by itself.</summary>
internal sealed class PartitionedView : IDataView
{
    private readonly IHost _host;
    private readonly IReadOnlyList<IDataView> _parts;
    private readonly IDataView _all;

    /// <param name="host">For the error messages.</param>
    /// <param name="parts">The views, at least one, with the same columns.</param>
    /// <exception cref="ArgumentException">A part has other columns, names of key values or names of slots than the first
    /// one.</exception>
    public PartitionedView(IHost host, IReadOnlyList<IDataView> parts)
    {
        (_host, _parts) = (host, [.. parts]);
        for (var part = 1; part < _parts.Count; part++) CheckColumns(part);
        _all = Append([.. _parts]);
    }

    public bool CanShuffle => _all.CanShuffle;

    public DataViewSchema Schema => _all.Schema;

    public long? GetRowCount() => _all.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        _all.GetRowCursor(columnsNeeded, rand);

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        _all.GetRowCursorSet(columnsNeeded, n, rand);

    /// <summary>The parts of a view: those of a <see cref="PartitionedView"/>, with all transforms of single rows that follow it.</summary>
    /// <param name="host">For the transforms.</param>
    /// <param name="view">The view.</param>
    /// <returns>Empty if the view has no parts, or a transform that may change the number or the order of rows.</returns>
    public static IReadOnlyList<IDataView> PartsOf(IHost host, IDataView view)
    {
        var source = view;
        while (source is IDataTransform transform and IRowToRowMapper) source = transform.Source;
        if (source is not PartitionedView parted) return [];
        return [.. parted._parts.Select((_, part) => ApplyTransformUtils.ApplyAllTransformsToData(host, view, parted.Only(part), source))];
    }

    // The identifiers of rows depend on the index of the part. So the other parts are replaced by empty ones.
    private IDataView Only(int part) => Append([.. Enumerable.Repeat(NoRows, part), _parts[part]]);

    // A single view would not be appended, and would have other identifiers.
    private IDataView Append(IDataView[] views) => AppendRowsDataView.Create(_host, _parts[0].Schema, [.. views, NoRows]);

    private EmptyDataView NoRows => new(_host, _parts[0].Schema);

    private void CheckColumns(int part)
    {
        DataViewSchema expected = _parts[0].Schema, found = _parts[part].Schema;
        string[] names = [.. expected.Select(column => column.Name)], others = [.. found.Select(column => column.Name)];
        if (!names.SequenceEqual(others))
            throw Refusal($"has the columns {NameDifference.List(others)}, but part 0 has {NameDifference.List(names)}, in this order");
        for (var i = 0; i < expected.Count; i++)
        {
            var (own, other) = (expected[i], found[i]);
            if (!own.Type.SameSizeAndItemType(other.Type))
                throw Refusal($"has column '{own.Name}' of type {other.Type}, but part 0 has type {own.Type}");
            CheckNames(own.Name, "key values", NamesOfKeys(own), NamesOfKeys(other));
            CheckNames(own.Name, "slots", SlotNames.Of(own), SlotNames.Of(other));
        }

        void CheckNames(string column, string kind, IReadOnlyList<string> own, IReadOnlyList<string> other)
        {
            if (own.SequenceEqual(other)) return;
            var difference = NameDifference.Of(own, other) ?? "another order";
            throw Refusal($"has other {kind} in column '{column}' than part 0: {difference}. Fit the mapping once, on all rows");
        }

        Exception Refusal(string what) => _host.ExceptParam(
            "parts", "Part {0} (of 0 to {1}) {2}. All parts must have the same columns, of the same types and with the same names.", part,
            _parts.Count - 1, what);
    }

    // Keys without names may have any number of values, so their names are not listed.
    private static IReadOnlyList<string> NamesOfKeys(DataViewSchema.Column column)
    {
        var hasNames = column.Annotations.Schema.GetColumnOrNull(AnnotationUtils.Kinds.KeyValues) is not null;
        return hasNames && column.Type.GetItemType() is KeyDataViewType ? KeyNames.Of(column) : [];
    }
}
