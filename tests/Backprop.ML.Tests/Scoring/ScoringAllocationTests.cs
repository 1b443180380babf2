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
        for (var warmUp = 0; warmUp < 3; warmUp++) Allocated(many);

        // The two make the same objects, but for boxes of the row count and the like; what the runtime does now and then, it may do for
        // either.
        Assert.InRange(Enumerable.Range(0, 5).Min(_ => Allocated(many) - Allocated(few)), long.MinValue, 200);
    }

    private static long Allocated(IDataView scored)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        if (scored.Schema["Score"].Type is VectorDataViewType) Read<VBuffer<float>>(scored);
        else Read<float>(scored);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static void Read<T>(IDataView scored)
    {
        T score = default!;
        VBuffer<float> features = default;
        using var cursor = scored.GetRowCursor([scored.Schema["Score"], scored.Schema["Features"]]);
        var (scores, vectors) = (cursor.GetGetter<T>(scored.Schema["Score"]), cursor.GetGetter<VBuffer<float>>(scored.Schema["Features"]));
        while (cursor.MoveNext())
        {
            scores(ref score);
            vectors(ref features);
        }
    }
}
