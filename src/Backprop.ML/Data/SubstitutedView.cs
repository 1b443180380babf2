using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Internal.Utilities;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Data;

/// <summary>Some rows of a view in memory. The values of some columns and slots are those of other rows.</summary>
/// <param name="host">For the error messages.</param>
/// <param name="source">The rows.</param>
/// <param name="rows">Indices of the rows, in order.</param>
/// <param name="unit">The columns and slots with values of other rows.</param>
/// <param name="others">[rows]: the indices of the other rows.</param>
internal sealed class SubstitutedView(IHost host, CacheDataView source, int[] rows, ColumnUnit unit, int[] others) : IDataView
{
    private static readonly FuncStaticMethodInfo1<Mixing, Delegate> _mixed = new(Mixed<float>);

    public bool CanShuffle => false;

    public DataViewSchema Schema => source.Schema;

    public long? GetRowCount() => rows.Length;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        new Cursor(this, host, [.. columnsNeeded]);

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private static Delegate Mixed<T>(Mixing mixing)
    {
        var (row, other) = (mixing.Row.GetGetter<VBuffer<T>>(mixing.Column), mixing.Other.GetGetter<VBuffer<T>>(mixing.Column));
        VBuffer<T> own = default, taken = default;
        ValueGetter<VBuffer<T>> getter = (ref VBuffer<T> value) =>
        {
            row(ref own);
            other(ref taken);
            var editor = VBufferEditor.Create(ref value, own.Length);
            own.CopyTo(editor.Values);
            foreach (var slot in mixing.Slots) editor.Values[slot] = taken.GetItemOrDefault(slot);
            value = editor.Commit();
        };
        return getter;
    }

    private sealed record Mixing(RowSeeker Row, RowSeeker Other, DataViewSchema.Column Column, int[] Slots);

    private sealed class Cursor : RootCursorBase
    {
        private readonly SubstitutedView _view;
        private readonly HashSet<int> _active;
        private readonly RowSeeker _row, _other;

        public Cursor(SubstitutedView view, IHost host, DataViewSchema.Column[] active) : base(host)
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
            ColumnPart[] parts = [.. _view.Unit.Parts.Where(part => part.Column == column.Name)];
            if (parts.Length == 0) return _row.GetGetter<TValue>(column);
            if (parts.Any(part => part.Slot is null)) return _other.GetGetter<TValue>(column);
            var mixing = new Mixing(_row, _other, column, [.. parts.Select(part => part.Slot!.Value)]);
            return (ValueGetter<TValue>)Utils.MarshalInvoke(_mixed, column.Type.GetItemType().RawType, mixing);
        }

        protected override bool MoveNextCore()
        {
            var next = (int)Position + 1;
            return next < _view.Rows.Length && _row.MoveTo(_view.Rows[next]) && _other.MoveTo(_view.Others[next]);
        }
    }

    private CacheDataView Source => source;

    private int[] Rows => rows;

    private ColumnUnit Unit => unit;

    private int[] Others => others;
}
