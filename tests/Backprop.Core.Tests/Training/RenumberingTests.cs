using Backprop.Numerics;
using Backprop.Training;

namespace Backprop.Core.Tests.Training;

/// <summary>Numbering keys and classes anew changes sparse and dense examples alike, and only the rows of the set.</summary>
public class RenumberingTests
{
    [Fact]
    public void Sparse_and_dense_examples_become_the_same()
    {
        float[] dense = [0, 1, 0, 7, 0, 2, 0, 9, 0, 3, 0, 0];
        var sparse = new SparseMatrix([0, 2, 4, 5], [1, 3, 1, 3, 1], [1, 7, 2, 9, 3], columnCount: 4);
        var by = new Renumbering([1, 3], [(3, key => key == 9 ? 1 : 0)], old => old - 4);
        ExampleSet[] found = [new ExampleSet(dense, 4, [4, 5, 6]).Renumbered(by), new ExampleSet(sparse, [4, 5, 6]).Renumbered(by)];
        foreach (var set in found)
        {
            var row = new float[2];
            float[][] rows = [.. Enumerable.Range(0, 3).Select(i => Copy(set, i, row))];
            Assert.Equal([[1, 0], [2, 1], [3, 0]], rows);
            Assert.Equal([0f, 1, 2], set.Targets.Values.ToArray());
        }
    }

    [Fact]
    public void Slices_of_one_set_are_changed_once_each()
    {
        var all = new ExampleSet([1, 2, 3, 1, 2, 3], 1, [0, 1, 2, 0, 1, 2]);
        var by = new Renumbering(null, [(0, key => key % 3 + 1)], old => (old + 1) % 3);
        ExampleSet first = all.Slice(0, 4).Renumbered(by), last = all.Slice(4, 2).Renumbered(by);
        Assert.Equal([2f, 3, 1, 2], first.Features.Values.ToArray());
        Assert.Equal([3f, 1], last.Features.Values.ToArray());
        Assert.Equal([1f, 2, 0, 1], first.Targets.Values.ToArray());
        Assert.Equal([2f, 0], last.Targets.Values.ToArray());
    }

    private static float[] Copy(ExampleSet set, int row, float[] room)
    {
        set.CopyFeatures(row, room);
        return [.. room];
    }
}
