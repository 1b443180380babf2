using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Explanations;

/// <summary>Rows of some columns that interact, and the Shapley values of a model by enumeration.</summary>
internal sealed class Columns
{
    private readonly MLContext _ml;
    private readonly int _count;

    public Columns(MLContext ml, int count)
    {
        (_ml, _count) = (ml, count);
        var random = new Random(5);
        Rows = [.. Enumerable.Range(0, 50).Select(_ => Enumerable.Range(0, count).Select(_ => 2 * random.NextSingle() - 1).ToArray())];
    }

    public float[][] Rows { get; }

    public IDataView View(IEnumerable<float[]> rows)
    {
        var schema = SchemaDefinition.Create(typeof(Line));
        schema[nameof(Line.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, _count);
        return _ml.Data.LoadFromEnumerable(rows.Select(x => new Line { Features = x, Value = x[0] * x[1] + x[2] }).ToList(), schema);
    }

    public BackpropTransformer Train() => new BackpropTrainer(_ml, new BackpropTrainer.Options
    {
        Preset = Preset.Plain,
        LabelColumnName = nameof(Line.Value),
        HiddenLayers = [8],
        NumberOfIterations = 20,
        LearningRate = 0.05,
        Seed = 1,
    }).Fit(View(Rows));

    /// <summary>By the definition of Shapley: every column enters every set of the others.</summary>
    public double[] ShapleyValues(BackpropTransformer model, float[] row)
    {
        float[] means = [.. Enumerable.Range(0, _count).Select(j => (float)Rows.Average(x => (double)x[j]))];
        var sets = Enumerable.Range(0, 1 << _count)
            .Select(set => Enumerable.Range(0, _count).Select(j => (set >> j & 1) == 1 ? row[j] : means[j]).ToArray());
        var scores = model.Transform(View(sets)).GetColumn<float>("Score").ToArray();
        var factorials = new double[_count + 1];
        factorials[0] = 1;
        for (var n = 1; n <= _count; n++) factorials[n] = n * factorials[n - 1];
        return [.. Enumerable.Range(0, _count).Select(j => Enumerable.Range(0, scores.Length).Where(set => (set >> j & 1) == 0).Sum(set =>
        {
            var size = int.PopCount(set);
            return factorials[size] * factorials[_count - size - 1] / factorials[_count] * ((double)scores[set | 1 << j] - scores[set]);
        }))];
    }

    private sealed class Line
    {
        public float[] Features { get; set; } = [];

        public float Value { get; set; }
    }
}
