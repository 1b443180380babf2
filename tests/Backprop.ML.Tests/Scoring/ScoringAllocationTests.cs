using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Scoring;

/// <summary>Reading scores allocates when a cursor is made and while its batches grow; then never again.</summary>
public class ScoringAllocationTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Theory]
    [ClassData(typeof(EveryLabel))]
    public void Ten_thousand_rows_allocate_no_more_than_one_thousand(string label)
    {
        var model = ScoringData.Model(_ml, label);
        IDataView few = model.Transform(ScoringData.Table(_ml, 1_000)), many = model.Transform(ScoringData.Table(_ml, 10_000));
        for (var warmUp = 0; warmUp < 3; warmUp++) Allocated(many, "Score");

        // The two make the same objects, but for boxes of the row count and the like; what the runtime does now and then, it may do for
        // either.
        Assert.InRange(Enumerable.Range(0, 5).Min(_ => Allocated(many, "Score") - Allocated(few, "Score")), long.MinValue, 200);
    }

    [Fact]
    public void Nor_do_the_activations_of_a_hidden_layer()
    {
        var model = ScoringData.Model(_ml, ScoringData.Kind).WithHiddenLayer(1);
        IDataView few = model.Transform(ScoringData.Table(_ml, 1_000)), many = model.Transform(ScoringData.Table(_ml, 10_000));
        for (var warmUp = 0; warmUp < 3; warmUp++) Allocated(many, "HiddenLayer");
        Assert.InRange(
            Enumerable.Range(0, 5).Min(_ => Allocated(many, "HiddenLayer") - Allocated(few, "HiddenLayer")), long.MinValue, 200);
    }

    private static long Allocated(IDataView scored, string column)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        if (scored.Schema[column].Type is VectorDataViewType) Read<VBuffer<float>>(scored, column);
        else Read<float>(scored, column);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static void Read<T>(IDataView scored, string column)
    {
        T score = default!;
        VBuffer<float> features = default;
        using var cursor = scored.GetRowCursor([scored.Schema[column], scored.Schema["Features"]]);
        var (scores, vectors) = (cursor.GetGetter<T>(scored.Schema[column]), cursor.GetGetter<VBuffer<float>>(scored.Schema["Features"]));
        while (cursor.MoveNext())
        {
            scores(ref score);
            vectors(ref features);
        }
    }
}
