using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Transformers;

/// <summary>A cursor over the outputs of ML.NET's scorer for rows that were read ahead.</summary>
internal sealed class BatchCursor : RootCursorBase
{
    private readonly BatchRow _rows;
    private readonly DataViewRow? _scored; // null only if its creation fails
    private readonly bool[] _active;

    /// <summary>Creates a cursor that owns the rows: it disposes them.</summary>
    public BatchCursor(IChannelProvider provider, IRowToRowMapper scorer, BatchRow rows, IReadOnlyCollection<DataViewSchema.Column> active)
        : base(provider)
    {
        _rows = rows;
        try
        {
            _scored = scorer.GetRow(rows, active);
        }
        catch
        {
            rows.Dispose();
            Dispose();
            throw;
        }
        _active = new bool[Schema.Count];
        foreach (var column in active) _active[column.Index] = true;
    }

    public override DataViewSchema Schema => _scored!.Schema;

    public override long Batch => _rows.Batch;

    public override ValueGetter<DataViewRowId> GetIdGetter() => _rows.GetIdGetter();

    public override bool IsColumnActive(DataViewSchema.Column column)
    {
        Ch.Check(column.Index < _active.Length);
        return _active[column.Index];
    }

    // The row of the scorer would also return columns that were read only for scoring.
    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        Ch.Check(IsColumnActive(column));
        return _scored!.GetGetter<TValue>(column);
    }

    protected override bool MoveNextCore() => _rows.MoveNext();

    protected override void Dispose(bool disposing)
    {
        if (disposing) _scored?.Dispose();
        base.Dispose(disposing);
    }
}
