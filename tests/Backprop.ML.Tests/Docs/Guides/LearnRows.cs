using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Docs.Guides;

/// <summary>Rows for the pages of docs/learn: points of a square. Points in a ring are positive.</summary>
internal sealed class LearnRows
{
    [VectorType(2)] public float[] Features { get; set; } = [];
    public bool Label { get; set; }
    public float Distance { get; set; }

    public static (MLContext Context, IDataView Data) Load(int count)
    {
        var ml = new MLContext(seed: 1);
        var random = new Random(1);
        var rows = new LearnRows[count];
        for (var i = 0; i < count; i++)
        {
            float x = 2 * random.NextSingle() - 1, y = 2 * random.NextSingle() - 1, distance = x * x + y * y;
            rows[i] = new LearnRows { Features = [x, y], Distance = distance, Label = distance is > 0.16f and < 0.8f };
        }
        return (ml, ml.Data.LoadFromEnumerable(rows));
    }
}
