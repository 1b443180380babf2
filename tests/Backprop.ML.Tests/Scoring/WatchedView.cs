using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Scoring;

/// <summary>Other data that counts the cursors that were opened and disposed. Cursors may fail to return a getter.</summary>
/// <param name="data">The rows. Each cursor of a set reads all of them.</param>
internal sealed class WatchedView(IDataView data) : IDataView
{
    /// <summary>Which getter fails: that of a column, or of the row's identity where the column is null. Cursors before the first
    /// failing one work. Null: none fails.</summary>
    public (string? Column, int FirstCursor)? Failing { get; init; }

    public int Opened { get; private set; }

    public int Disposed { get; private set; }

    public DataViewSchema Schema => data.Schema;

    public bool CanShuffle => data.CanShuffle;

    public long? GetRowCount() => data.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        Opened++;
        return new Cursor(data.GetRowCursor(columnsNeeded, rand), this, fails: Opened >= Failing?.FirstCursor);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        DataViewSchema.Column[] columns = [.. columnsNeeded];
        return [.. Enumerable.Range(0, n).Select(_ => GetRowCursor(columns, rand))];
    }

    private sealed class Cursor(DataViewRowCursor cursor, WatchedView view, bool fails) : DataViewRowCursor
    {
        private bool _disposed;

        public override DataViewSchema Schema => cursor.Schema;

        public override long Position => cursor.Position;

        public override long Batch => cursor.Batch;

        public override bool MoveNext() => cursor.MoveNext();

        public override bool IsColumnActive(DataViewSchema.Column column) => cursor.IsColumnActive(column);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) =>
            Fails(column.Name) ? throw new InvalidDataException("no getter") : cursor.GetGetter<TValue>(column);

        public override ValueGetter<DataViewRowId> GetIdGetter() =>
            Fails(column: null) ? throw new InvalidDataException("no getter") : cursor.GetIdGetter();

        protected override void Dispose(bool disposing)
        {
            if (disposing && !_disposed)
            {
                _disposed = true;
                cursor.Dispose();
                view.Disposed++;
            }
            base.Dispose(disposing);
        }

        private bool Fails(string? column) => fails && view.Failing!.Value.Column == column;
    }
}
