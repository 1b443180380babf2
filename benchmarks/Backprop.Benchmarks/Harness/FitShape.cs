using System.Globalization;
using Backprop.ML;
using Backprop.Numerics;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.Benchmarks.Harness;

/// <summary>A kind of table that a default fit is profiled on. Its target is a smooth function of the first columns, with noise.</summary>
internal sealed record FitShape(string Name, int Rows, int Numbers, int Categories, bool IsRegression)
{
    /// <summary>Values of a category column.</summary>
    private const int Values = 20;

    public static IReadOnlyList<FitShape> All { get; } =
    [
        new("small", 1_000, 10, 0, false),
        new("medium", 10_000, 20, 0, false),
        new("categories", 40_000, 6, 8, false),
        new("wide", 10_000, 200, 0, false),
        new("large", 300_000, 30, 0, true),
    ];

    private sealed class Row
    {
        public float[] Features { get; set; } = [];

        public uint[] Codes { get; set; } = [];

        public bool Answer { get; set; }

        public float Value { get; set; }
    }

    /// <summary>Trains once, on all processors, and prints the time.</summary>
    public void Fit(Preset preset)
    {
        var ml = new MLContext(seed: 1);
        var options = new BackpropTrainer.Options
        {
            Preset = preset,
            Seed = 1,
            LabelColumnName = IsRegression ? nameof(Row.Value) : nameof(Row.Answer),
            CategoricalFeatureColumnNames = Categories > 0 ? [nameof(Row.Codes)] : [],
        };
        var data = Load(ml);
        var seconds = PairedRun.SecondsPerCall(() => Train(ml, options, data));
        var columns = Categories > 0 ? $"{Numbers} numbers, {Categories} categories" : $"{Numbers}";
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Name}: {Rows} × {columns}: {seconds:F2} s"));
    }

    private void Train(MLContext ml, BackpropTrainer.Options options, IDataView data)
    {
        if (IsRegression)
            ml.Regression.Trainers.Backprop(options).Fit(data);
        else
            ml.BinaryClassification.Trainers.Backprop(options).Fit(data);
    }

    private IDataView Load(MLContext ml)
    {
        var schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, Numbers);
        schema[nameof(Row.Codes)].ColumnType = new VectorDataViewType(new KeyDataViewType(typeof(uint), Values), Math.Max(1, Categories));
        var random = new RandomSequence(3, RandomPurpose.Shuffling);
        Row[] rows = [.. Enumerable.Range(0, Rows).Select(_ => Make(random))];
        return ml.Data.LoadFromEnumerable(rows, schema);
    }

    private Row Make(RandomSequence random)
    {
        float[] x = [.. Enumerable.Range(0, Numbers).Select(_ => (float)random.NextNormal())];
        uint[] codes = [.. Enumerable.Range(0, Math.Max(1, Categories)).Select(_ => (uint)random.NextIndex(Values) + 1)];
        var value = MathF.Sin(2 * x[0]) + x[1] * x[2] + x[3] / 2 + 0.3f * (float)random.NextNormal();
        if (Categories > 0) value += MathF.Cos(codes[0] * codes[1]) + codes[2] / 10f - 1;
        return new() { Features = x, Codes = codes, Value = value, Answer = value > 0 };
    }
}
