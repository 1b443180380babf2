using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Scoring;

/// <summary>What scoring asks of the data that it reads.</summary>
public class ReadAheadTests
{
    private readonly MLContext _ml = new(seed: 1);
    private int _readings, _rowsRead;

    [Fact]
    public void A_preview_of_one_row_reads_a_few_rows()
    {
        var scored = ScoringData.Model(_ml, ScoringData.Value).Transform(Streamed(10_000));
        Assert.Equal(0, _rowsRead);
        Assert.Single(scored.Preview(maxRows: 1).RowView);
        Assert.InRange(_rowsRead, 1, 10);
    }

    [Fact]
    public void One_taken_row_reads_a_few_rows()
    {
        var scored = ScoringData.Model(_ml, ScoringData.Value).Transform(Streamed(10_000));
        Assert.Single(_ml.Data.TakeRows(scored, 1).GetColumn<float>("Score"));
        Assert.InRange(_rowsRead, 1, 10);
    }

    [Theory]
    [ClassData(typeof(EveryLabel))]
    public void One_pass_reads_the_source_once(string label)
    {
        var scored = ScoringData.Model(_ml, label).Transform(Streamed(1_000));
        Assert.Equal(1_000, ScoredRows.Scanned(scored).Count);
        Assert.Equal((1, 1_000), (_readings, _rowsRead));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(100)]
    public void Whether_read_to_its_end_or_not_a_cursor_disposes_that_of_its_input(int rowsWanted)
    {
        var input = new WatchedView(ScoringData.Table(_ml, 50));
        var scored = ScoringData.Model(_ml, ScoringData.Value).Transform(input);
        using (var cursor = scored.GetRowCursor(scored.Schema))
        {
            var row = 0;
            while (row < rowsWanted && cursor.MoveNext()) row++;
            Assert.Equal(Math.Min(rowsWanted, 50), row);
        }
        Assert.Equal((1, 1), (input.Opened, input.Disposed));
    }

    // A source that makes up its rows anew whenever it is read must not lend the features of one row to the label of another.
    [Fact]
    public void Rows_of_a_source_that_never_repeats_itself_stay_whole()
    {
        var model = ScoringData.Model(_ml, ScoringData.Value);
        var made = 0;
        IEnumerable<ScoringRow> Unrepeatable()
        {
            for (var i = 0; i < 1_000; i++) yield return ScoringData.Row(++made);
        }
        var scored = model.Transform(_ml.Data.LoadFromEnumerable(Unrepeatable()));
        var readTwice = new[] { ReadNamesAndScores(scored), ReadNamesAndScores(scored) };

        Assert.Equal(2_000, made);
        var expected = ReadNamesAndScores(model.Transform(_ml.Data.LoadFromEnumerable(Enumerable.Range(1, 2_000).Select(ScoringData.Row))));
        Assert.Equal(expected, readTwice.SelectMany(rows => rows));
    }

    [Fact]
    public void An_error_of_the_source_is_thrown_where_its_row_would_be()
    {
        var scored = ScoringData.Model(_ml, ScoringData.Value).Transform(_ml.Data.LoadFromEnumerable(Broken()));
        using var cursor = scored.GetRowCursor([scored.Schema["Score"]]);
        for (var row = 0; row < 100; row++) Assert.True(cursor.MoveNext());
        Assert.Equal("row 100 is broken", Assert.Throws<InvalidDataException>(() => cursor.MoveNext()).Message);
        Assert.Throws<InvalidDataException>(() => cursor.MoveNext());

        static IEnumerable<ScoringRow> Broken()
        {
            for (var i = 0; i < 100; i++) yield return ScoringData.Row(i);
            throw new InvalidDataException("row 100 is broken");
        }
    }

    private static List<(string Name, float Score)> ReadNamesAndScores(IDataView scored)
    {
        using var cursor = scored.GetRowCursor([scored.Schema["Name"], scored.Schema["Score"]]);
        var (name, score) = (
            cursor.GetGetter<ReadOnlyMemory<char>>(scored.Schema["Name"]), cursor.GetGetter<float>(scored.Schema["Score"]));
        var rows = new List<(string, float)>();
        ReadOnlyMemory<char> text = default;
        float number = 0;
        while (cursor.MoveNext())
        {
            name(ref text);
            score(ref number);
            rows.Add((text.ToString(), number));
        }
        return rows;
    }

    private IDataView Streamed(int count)
    {
        return _ml.Data.LoadFromEnumerable(Rows());

        IEnumerable<ScoringRow> Rows()
        {
            _readings++;
            for (var i = 0; i < count; i++)
            {
                _rowsRead++;
                yield return ScoringData.Row(i);
            }
        }
    }
}
