using Backprop.ML.Tests.Conformance;
using CsCheck;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Scoring;

/// <summary>Scoring in batches shows in the time alone: every value is the row mapper's, to the last bit.</summary>
public class BatchValueTests
{
    private readonly MLContext _ml = new(seed: 1);

    // Batches begin with 1 row and grow to 256: 1, 5, 21, 85, 341 rows end with a batch.
    [Theory]
    [ClassData(typeof(EveryLabel))]
    public void Any_number_of_rows_has_the_values_of_the_row_mapper(string label)
    {
        var model = ScoringData.Model(_ml, label);
        foreach (var count in new[] { 0, 1, 2, 5, 6, 85, 255, 256, 257, 341, 342, 1000 })
        {
            var data = ScoringData.Table(_ml, count);
            var expected = ScoredRows.RowByRow(model, data);
            Assert.Equal(count, expected.Count);
            Assert.Equal(expected, ScoredRows.Scanned(model.Transform(data)));
        }
    }

    [Theory]
    [ClassData(typeof(EveryLabel))]
    public void Every_subset_of_columns_has_the_values_of_the_row_mapper(string label)
    {
        var model = ScoringData.Model(_ml, label);
        var data = _ml.Transforms.SelectColumns(label, nameof(ScoringRow.Features), nameof(ScoringRow.Name))
            .Fit(ScoringData.Table(_ml, 300)).Transform(ScoringData.Table(_ml, 300));
        var scored = model.Transform(data);
        for (var subset = 0; subset < 1 << scored.Schema.Count; subset++)
        {
            var mask = subset;
            Assert.Equal(
                ScoredRows.RowByRow(model, data, column => (mask & (1 << column.Index)) != 0),
                ScoredRows.Scanned(scored, column => (mask & (1 << column.Index)) != 0));
        }
    }

    [Theory]
    [ClassData(typeof(EveryLabel))]
    public void Sparse_features_have_the_values_of_the_row_mapper(string label)
    {
        var data = ScoringData.Table(_ml, 400);
        var model = ScoringData.Model(_ml, label, nameof(ScoringRow.Sparse));
        Assert.Equal(ScoredRows.RowByRow(model, data), ScoredRows.Scanned(model.Transform(data)));
    }

    // Rows this wide make batches of a few rows only: a hundred of them would fill 60 MB.
    [Fact]
    public void Very_wide_rows_are_scored_in_little_memory_and_have_the_values_of_the_row_mapper()
    {
        const int width = 150_000;
        var random = new Random(1);
        var rows = Enumerable.Range(0, 100).Select(_ => new WideRow { Features = Wide(random.Next(width)), Label = random.NextSingle() })
            .ToArray();
        var schema = SchemaDefinition.Create(typeof(WideRow));
        schema["Features"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, width);
        var data = _ml.Data.LoadFromEnumerable(rows, schema);
        var model = new BackpropTrainer(
            _ml, new BackpropTrainer.Options { Preset = Preset.Plain, HiddenLayers = [], NumberOfIterations = 1, Seed = 1 }).Fit(data);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var scores = ScoredRows.Scanned(model.Transform(data), Score);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 30_000_000);
        Assert.Equal(ScoredRows.RowByRow(model, data, Score), scores);

        VBuffer<float> Wide(int place) => new(width, 1, [1], [place]);
    }

    [Fact]
    public void Getters_may_be_called_in_any_order_twice_or_not_at_all()
    {
        var data = ScoringData.Table(_ml, 120);
        foreach (var label in new[] { ScoringData.Flag, ScoringData.Kind, ScoringData.Value })
        {
            var scored = ScoringData.Model(_ml, label).Transform(data);
            var expected = Cells.Rows(scored, scored.Schema);
            Gen.Int[0, scored.Schema.Count - 1].Array[0, 4].Array[expected.Count].Sample(calls =>
            {
                using var cursor = scored.GetRowCursor(scored.Schema);
                Func<string>[] cells = [.. scored.Schema.Select(column => Cells.Getter(cursor, column))];
                for (var row = 0; cursor.MoveNext(); row++)
                    foreach (var column in calls[row])
                        if (cells[column]() != expected[row][column]) return false;
                return true;
            }, iter: 30);
        }
    }

    private static bool Score(DataViewSchema.Column column) => column.Name == "Score";

    private sealed class WideRow
    {
        public VBuffer<float> Features { get; set; }

        public float Label { get; set; }
    }
}
