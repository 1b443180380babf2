using System.Reflection;
using Backprop.ML.Tests.Conformance;
using Microsoft.ML;

namespace Backprop.ML.Tests.Scoring;

/// <summary>The cursors of scored data keep ML.NET's rules.</summary>
public class CursorTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly IDataView _data, _scored;
    private readonly BackpropTransformer _model;

    public CursorTests()
    {
        (_data, _model) = (ScoringData.Table(_ml, 700), ScoringData.Model(_ml, ScoringData.Kind));
        _scored = _model.Transform(_data);
    }

    [Fact]
    public void A_shuffled_cursor_shows_the_same_rows_in_the_order_of_the_shuffled_input()
    {
        var data = _ml.Data.Cache(_data);
        var scored = _model.Transform(data);
        Assert.True(scored.CanShuffle);
        var inOrder = ScoredRows.Scanned(scored);
        var shuffled = ScoredRows.Scanned(scored, random: new Random(5));

        Assert.NotEqual(inOrder, shuffled);
        Assert.Equal(inOrder.Order(StringComparer.Ordinal), shuffled.Order(StringComparer.Ordinal));
        Assert.Equal(Names(data, new Random(5)), Names(scored, new Random(5)));
    }

    [Fact]
    public void An_input_that_cannot_be_shuffled_keeps_its_order()
    {
        Assert.False(_scored.CanShuffle);
        Assert.Equal(ScoredRows.Scanned(_scored), ScoredRows.Scanned(_scored, random: new Random(5)));
    }

    // Streamed rows are dealt out to the cursors; cached ones are divided by the cache.
    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, false)]
    [InlineData(4, false)]
    [InlineData(3, true)]
    public async Task A_set_of_cursors_shows_every_row_once(int n, bool cached)
    {
        var scored = cached ? _model.Transform(_ml.Data.Cache(_data)) : _scored;
        DataViewSchema.Column[] columns = [.. scored.Schema];
        var expected = ScoredRows.Scanned(scored); // fills the cache
        var cursors = scored.GetRowCursorSet(columns, n);
        var parts = await Task.WhenAll(cursors.Select(cursor => Task.Run(() =>
        {
            using (cursor) return ScoredRows.ToEnd(cursor, columns);
        })));

        Assert.Equal(n, cursors.Length);
        Assert.Equal(ScoredRows.RowByRow(_model, _data), expected);
        Assert.Equal(expected.Order(StringComparer.Ordinal), parts.SelectMany(rows => rows).Order(StringComparer.Ordinal));
    }

    // Consumers put the parts together again by batch: batches never go back, and none is in two parts.
    [Fact]
    public async Task Batches_put_the_parts_of_a_set_in_order_again()
    {
        DataViewSchema.Column[] columns = [.. _scored.Schema];
        var parts = await Task.WhenAll(_scored.GetRowCursorSet(columns, 3).Select(cursor => Task.Run(() =>
        {
            using (cursor)
            {
                var read = ScoredRows.Reader(cursor, columns);
                var rows = new List<(long Batch, string Row)>();
                while (cursor.MoveNext()) rows.Add((cursor.Batch, read()));
                return rows;
            }
        })));

        Assert.All(parts, rows => Assert.Equal(rows.Select(row => row.Batch).Order(), rows.Select(row => row.Batch)));
        Assert.Equal(ScoredRows.RowByRow(_model, _data), parts.SelectMany(rows => rows).OrderBy(row => row.Batch).Select(row => row.Row));
    }

    [Fact]
    public void Positions_count_from_zero_and_there_is_none_before_and_after_the_rows()
    {
        using var cursor = _scored.GetRowCursor([_scored.Schema["Score"]]);
        var score = Cells.Getter(cursor, _scored.Schema["Score"]);
        Assert.Equal(-1, cursor.Position);
        Assert.Throws<InvalidOperationException>(score);
        for (var row = 0; row < 700; row++)
        {
            Assert.True(cursor.MoveNext());
            Assert.Equal(row, cursor.Position);
        }
        Assert.False(cursor.MoveNext());
        Assert.False(cursor.MoveNext());
        Assert.Equal(-1, cursor.Position);
        Assert.Throws<InvalidOperationException>(score);
    }

    [Theory]
    [InlineData("Score", "PredictedLabel", "Features", "Name")]
    [InlineData("PredictedLabel", "Score", "Features", "Kind")]
    [InlineData("Name", "Score", "PredictedLabel", "Features")]
    public void A_column_that_was_not_asked_for_is_not_handed_out(string active, params string[] others)
    {
        using var cursor = _scored.GetRowCursor([_scored.Schema[active]]);
        Assert.True(cursor.IsColumnActive(_scored.Schema[active]));
        Assert.All(others, other => Assert.False(cursor.IsColumnActive(_scored.Schema[other])));
        Assert.All(others, other => Assert.IsType<InvalidOperationException>(
            // Cells finds the type by reflection
            Assert.Throws<TargetInvocationException>(() => Cells.Getter(cursor, _scored.Schema[other])).InnerException));
    }

    [Theory]
    [InlineData("Score")]
    [InlineData("Name")]
    public void A_column_is_handed_out_as_its_own_type_alone(string name)
    {
        using var cursor = _scored.GetRowCursor(_scored.Schema);
        Assert.Throws<InvalidOperationException>(() => cursor.GetGetter<double>(_scored.Schema[name]));
    }

    [Fact]
    public void Cursors_for_no_list_of_columns_are_refused()
    {
        Assert.Throws<ArgumentNullException>("columnsNeeded", () => _scored.GetRowCursor(null!));
        Assert.Throws<ArgumentNullException>("columnsNeeded", () => _scored.GetRowCursorSet(null!, 2));
    }

    private static string[] Names(IDataView data, Random random)
    {
        using var cursor = data.GetRowCursor([.. data.Schema.Where(column => column.Name is "Name" or "Score")], random);
        return [.. Cells.Rows(cursor, [data.Schema["Name"]]).Select(row => row[0])];
    }
}
