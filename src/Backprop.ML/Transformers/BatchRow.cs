using System.Runtime.ExceptionServices;
using Backprop.ML.Data;
using Backprop.Networks;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Transformers;

/// <summary>The rows of an input cursor. Values of a batch of rows are read ahead, so that the batch can be scored together.</summary>
/// <remarks>
/// Batches begin with one row and grow, so reading only the first rows is not more expensive than needed. Only the current row is visible:
/// position, id and all values are consistent, because they were read from the input at the same time. An exception of the input is thrown
/// when its row is reached.
/// </remarks>
internal sealed class BatchRow : DataViewRow, IScores, IRowNumber
{
    private readonly DataViewRowCursor _input;
    private readonly Action _checkAlive;
    private readonly UndefinedScores.Reading _reading;
    private readonly ColumnBuffer?[] _columns;
    private readonly ColumnBuffer[] _buffers;
    private readonly ScalarBuffer<DataViewRowId> _ids;
    private readonly ScalarBuffer<long> _batches;
    private readonly BatchScorer _scorer;
    private int _capacity, _count, _row = -1;
    private long _position = -1;
    private bool _isAtEnd, _isDisposed;
    private ExceptionDispatchInfo? _failure;

    /// <summary>Creates rows that own the cursor: they dispose it.</summary>
    /// <param name="input">A cursor before its first row. All of its active columns have types that ML.NET can cache.</param>
    /// <param name="inputs">The active input columns of the network.</param>
    /// <param name="known">The slots and keys of these columns.</param>
    /// <param name="network">The network that scores them.</param>
    /// <param name="checkAlive">Called before every row that is read; may throw to end reading.</param>
    /// <param name="reading">Counts the rows that are scored as NaN.</param>
    public BatchRow(
        DataViewRowCursor input, InputColumns inputs, ModelColumns known, TrainedNetwork network, Action checkAlive,
        UndefinedScores.Reading reading)
    {
        (_input, _checkAlive, _reading) = (input, checkAlive, reading);
        _columns = [.. input.Schema.Select(column => input.IsColumnActive(column) ? ColumnBuffer.Make(this, input, column) : null)];
        var mapped = inputs.In(input.Schema).Select((column, i) => known.Mapped(i, _columns[column.Index]!));
        _scorer = new BatchScorer(network, new InputBuffers([.. mapped]));
        _ids = new ScalarBuffer<DataViewRowId>(this, input.GetIdGetter());
        _batches = new ScalarBuffer<long>(this, (ref long batch) => batch = input.Batch);
        _buffers = [.. _columns.OfType<ColumnBuffer>(), _ids, _batches];
    }

    public override DataViewSchema Schema => _input.Schema;

    public override long Position => _position;

    public override long Batch => _position >= 0 ? _batches[_row] : 0;

    /// <summary>The index of the current row among the rows that were read ahead.</summary>
    /// <exception cref="InvalidOperationException">There is no current row: before the first row, or after the last.</exception>
    public int Row => _position >= 0 ? _row : throw Contracts.Except("A value was requested before the first row or after the last.");

    /// <inheritdoc/>
    public ReadOnlySpan<float> Scores => _scorer.Score(_count, Row);

    /// <inheritdoc/>
    public ReadOnlySpan<float> Predictions => _scorer.Predict(_count, Row);

    /// <inheritdoc/>
    public ReadOnlySpan<float> Ends => _scorer.EndsOf(_count, Row);

    /// <inheritdoc/>
    public ReadOnlySpan<float> Uncertainties => _scorer.SpreadOf(_count, Row);

    /// <inheritdoc/>
    public ReadOnlySpan<float> HiddenOf(int index) => _scorer.HiddenOf(_count, Row, index);

    /// <summary>Moves to the next row, if there is one. Otherwise the cursor can only be disposed.</summary>
    public bool MoveNext()
    {
        if (++_row >= _count && !ReadAhead()) return false;
        _position++;
        return true;
    }

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ValueGetter<DataViewRowId>)_ids.Getter;

    public override bool IsColumnActive(DataViewSchema.Column column) => _columns[column.Index] is not null;

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        var buffer = _columns[column.Index]
            ?? throw Contracts.Except("Column '{0}' was not requested when the cursor was created.", column.Name);
        return buffer.Getter as ValueGetter<TValue>
            ?? throw Contracts.Except("Column '{0}' has the type {1}, not {2}.", column.Name, column.Type, typeof(TValue));
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isDisposed)
        {
            _isDisposed = true;
            _position = -1;
            _input.Dispose();
            _reading.End(_scorer.UndefinedRows, _scorer.ScoredRows);
        }
        base.Dispose(disposing);
    }

    private bool ReadAhead()
    {
        _failure?.Throw();
        if (!_isAtEnd) Grow();
        _scorer.Clear();
        (_row, _count) = (0, 0);
        try
        {
            while (_count < _capacity && !_isAtEnd) ReadRow();
        }
        catch (Exception problem) when (_count > 0)
        {
            _failure = ExceptionDispatchInfo.Capture(problem);
        }
        return _count > 0;
    }

    private void ReadRow()
    {
        _checkAlive();
        if (!_input.MoveNext())
        {
            _isAtEnd = true;
            return;
        }
        foreach (var buffer in _buffers) buffer.Read(_count);
        _count++;
    }

    private void Grow()
    {
        var capacity = _capacity == 0 ? 1 : Math.Min(4 * _capacity, _scorer.MaxRows);
        if (capacity == _capacity) return;
        _capacity = capacity;
        foreach (var buffer in _buffers) buffer.Grow(capacity);
    }
}
