using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Scoring;

/// <summary>Other data whose cursors open, and then cannot return a getter.</summary>
/// <param name="data">The rows.</param>
/// <param name="column">The column without a getter; null for the row's identity.</param>
/// <param name="first">The first cursor that fails; those that are opened before it work.</param>
internal sealed class FailingView(IDataView data, string? column, int first = 1) : IDataView
{
    public int Opened { get; private set; }

    public int Disposed { get; private set; }

    public DataViewSchema Schema => data.Schema;

    public bool CanShuffle => data.CanShuffle;

    public long? GetRowCount() => data.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        Opened++;
        return new Cursor(data.GetRowCursor(columnsNeeded, rand), Opened >= first, column, () => Disposed++);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        DataViewSchema.Column[] columns = [.. columnsNeeded];
        return [.. Enumerable.Range(0, n).Select(_ => GetRowCursor(columns, rand))];
    }

    private sealed class Cursor(DataViewRowCursor cursor, bool fails, string? failing, Action onDispose) : DataViewRowCursor
    {
        private bool _disposed;

        public override DataViewSchema Schema => cursor.Schema;

        public override long Position => cursor.Position;

        public override long Batch => cursor.Batch;

        public override bool MoveNext() => cursor.MoveNext();

        public override bool IsColumnActive(DataViewSchema.Column column) => cursor.IsColumnActive(column);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) =>
            fails && column.Name == failing ? throw new InvalidDataException("no getter") : cursor.GetGetter<TValue>(column);

        public override ValueGetter<DataViewRowId> GetIdGetter() =>
            fails && failing is null ? throw new InvalidDataException("no getter") : cursor.GetIdGetter();

        protected override void Dispose(bool disposing)
        {
            if (disposing && !_disposed)
            {
                _disposed = true;
                cursor.Dispose();
                onDispose();
            }
            base.Dispose(disposing);
        }
    }
}
