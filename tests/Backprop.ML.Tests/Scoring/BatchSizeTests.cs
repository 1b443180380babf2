using Backprop.Activations;
using Microsoft.ML;

namespace Backprop.ML.Tests.Scoring;

/// <summary>When the network is run, and for how many rows at once; a hidden layer that counts tells.</summary>
public class BatchSizeTests
{
    private const int Units = 9;

    private readonly MLContext _ml = new(seed: 1);
    private readonly List<int> _batches = [];
    private readonly BackpropTransformer _model;
    private readonly IDataView _scored;

    public BatchSizeTests()
    {
        var options = new BackpropTrainer.Options
        {
            Preset = Preset.Plain,
            LabelColumnName = ScoringData.Flag,
            HiddenLayers = [Units],
            Activation = new Counting(_batches, Units),
            NumberOfIterations = 1,
            NumberOfThreads = 1
        };
        _model = new BackpropTrainer(_ml, options).Fit(ScoringData.Table(_ml, 60));
        _scored = _model.Transform(ScoringData.Table(_ml, 700));
        _batches.Clear();
    }

    [Theory]
    [InlineData("Score")]
    [InlineData("Probability")]
    [InlineData("PredictedLabel")]
    [InlineData("Score", "Probability", "PredictedLabel", "Name")]
    public void Batches_grow_from_one_row_to_256(params string[] columns)
    {
        ScoredRows.Scanned(_scored, column => columns.Contains(column.Name));
        Assert.Equal([1, 4, 16, 64, 256, 256, 103], _batches);
    }

    // The values of a layer stay in the cache: 512 KB are 65 rows of 2,000 units. Fewer than 64 would read the weights too often.
    [Theory]
    [InlineData(1_000, 128)]
    [InlineData(2_000, 64)]
    [InlineData(8_000, 64)]
    public void Wide_layers_have_smaller_batches(int units, int largest)
    {
        var options = new BackpropTrainer.Options
        {
            Preset = Preset.Plain,
            LabelColumnName = ScoringData.Flag,
            HiddenLayers = [units],
            NumberOfIterations = 1,
            NumberOfThreads = 1,
            Activation = new Counting(_batches, units)
        };
        var model = new BackpropTrainer(_ml, options).Fit(ScoringData.Table(_ml, 60));
        _batches.Clear();
        ScoredRows.Scanned(model.Transform(ScoringData.Table(_ml, 700)), column => column.Name == "Score");
        Assert.Equal(largest, _batches.Max());
    }

    [Fact]
    public void Columns_of_the_input_are_read_without_scoring()
    {
        ScoredRows.Scanned(_scored, column => column.Name is "Features" or "Name");
        Assert.Empty(_batches);
    }

    [Fact]
    public void A_batch_that_nobody_asks_for_is_not_scored()
    {
        using var cursor = _scored.GetRowCursor(_scored.Schema);
        var score = cursor.GetGetter<float>(_scored.Schema["Score"]);
        float value = 0;
        while (cursor.MoveNext())
            if (cursor.Position is 90 or 91) score(ref value);
        Assert.Equal([256], _batches);
    }

    [Fact]
    public void The_row_mapper_scores_single_rows()
    {
        ScoredRows.RowByRow(_model, ScoringData.Table(_ml, 7), column => column.Name == "Score");
        Assert.Equal([1, 1, 1, 1, 1, 1, 1], _batches);
    }

    // Room for 256 rows of 4,000 units would take 4 MB.
    [Fact]
    public void A_preview_takes_no_memory_for_rows_that_it_does_not_show()
    {
        var options = new BackpropTrainer.Options
        {
            Preset = Preset.Plain,
            LabelColumnName = ScoringData.Flag,
            HiddenLayers = [4_000],
            NumberOfIterations = 1
        };
        var scored = new BackpropTrainer(_ml, options).Fit(ScoringData.Table(_ml, 60)).Transform(ScoringData.Table(_ml, 700));
        Assert.Single(scored.Preview(maxRows: 1).RowView);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Single(scored.Preview(maxRows: 1).RowView);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    private sealed record Counting(List<int> Batches, int Units) : Activation
    {
        public override void Forward(ReadOnlySpan<float> x, Span<float> y)
        {
            Batches.Add(x.Length / Units);
            new ReLU().Forward(x, y);
        }

        public override void Backward(ReadOnlySpan<float> x, ReadOnlySpan<float> y, ReadOnlySpan<float> dy, Span<float> dx) =>
            new ReLU().Backward(x, y, dy, dx);
    }
}
