using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Data;

/// <summary>Values that are permuted together: category columns, and slots of the features column.</summary>
/// <param name="Name">The name of the unit.</param>
/// <param name="Columns">Names of category columns.</param>
/// <param name="Slots">Slots of the features column.</param>
internal sealed record ImportanceUnit(string Name, IReadOnlyList<string> Columns, IReadOnlyList<int> Slots);

/// <summary>Some rows of a view in memory. The values of some columns and slots are those of other rows.</summary>
/// <param name="host">For the error messages.</param>
/// <param name="source">The rows.</param>
/// <param name="rows">Indices of the rows, in order.</param>
/// <param name="features">The column whose slots are permuted; null for none.</param>
/// <param name="unit">The columns and slots with values of other rows; null for none.</param>
/// <param name="others">[rows]: the indices of the other rows.</param>
internal sealed class PermutedView(IHost host, CacheDataView source, int[] rows, string? features, ImportanceUnit? unit, int[] others)
    : IDataView
{
    public bool CanShuffle => false;

    public DataViewSchema Schema => source.Schema;

    public long? GetRowCount() => rows.Length;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        new Cursor(this, host, [.. columnsNeeded]);

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor : RootCursorBase
    {
        private readonly PermutedView _view;
        private readonly HashSet<int> _active;
        private readonly RowSeeker _row, _other;

        public Cursor(PermutedView view, IHost host, DataViewSchema.Column[] active) : base(host)
        {
            _view = view;
            _active = [.. active.Select(column => column.Index)];
            (_row, _other) = (view.Source.GetSeeker(_active.Contains), view.Source.GetSeeker(_active.Contains));
        }

        public override DataViewSchema Schema => _view.Schema;

        public override long Batch => 0;

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = new DataViewRowId((ulong)Position, 0);

        public override bool IsColumnActive(DataViewSchema.Column column) => _active.Contains(column.Index);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            if (_view.Unit is not { } unit) return _row.GetGetter<TValue>(column);
            if (unit.Columns.Contains(column.Name)) return _other.GetGetter<TValue>(column);
            if (unit.Slots.Count == 0 || column.Name != _view.Features) return _row.GetGetter<TValue>(column);
            return (ValueGetter<TValue>)(Delegate)Mixed(
                _row.GetGetter<VBuffer<float>>(column), _other.GetGetter<VBuffer<float>>(column), unit.Slots);
        }

        protected override bool MoveNextCore()
        {
            var next = (int)Position + 1;
            return next < _view.Rows.Length && _row.MoveTo(_view.Rows[next]) && _other.MoveTo(_view.Others[next]);
        }

        private static ValueGetter<VBuffer<float>> Mixed(
            ValueGetter<VBuffer<float>> row, ValueGetter<VBuffer<float>> other, IReadOnlyList<int> slots)
        {
            VBuffer<float> own = default, taken = default;
            return (ref VBuffer<float> value) =>
            {
                row(ref own);
                other(ref taken);
                var editor = VBufferEditor.Create(ref value, own.Length);
                own.CopyTo(editor.Values);
                foreach (var slot in slots) editor.Values[slot] = taken.GetItemOrDefault(slot);
                value = editor.Commit();
            };
        }
    }

    private CacheDataView Source => source;

    private int[] Rows => rows;

    private string? Features => features;

    private ImportanceUnit? Unit => unit;

    private int[] Others => others;
}
