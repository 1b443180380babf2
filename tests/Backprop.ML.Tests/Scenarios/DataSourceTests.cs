using System.Collections;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Scenarios;

public class DataSourceTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Theory]
    [ClassData(typeof(EveryTask))]
    public void Training_reads_its_data_once(string label)
    {
        Counting train = new(Synthetic.Examples(100)), validation = new(Synthetic.Examples(50, seed: 2));
        var preparation = Synthetic.Preparation(_ml).Fit(_ml.Data.LoadFromEnumerable(Synthetic.Examples(100)));
        var trainer = new BackpropTrainer(_ml, Synthetic.Brief(label));

        trainer.Fit(
            preparation.Transform(_ml.Data.LoadFromEnumerable<Example>(train)),
            preparation.Transform(_ml.Data.LoadFromEnumerable<Example>(validation)));

        Assert.Equal((1, 1), (train.Readings, validation.Readings));
    }

    [Fact]
    public void Rows_are_read_once_whatever_is_decided_by_their_number()
    {
        Assert.Equal(1, Readings(_ => { }));
        Assert.Equal(1, Readings(options => options.Preset = Preset.Fast));
        Assert.Equal(1, Readings(options => options.Preset = Preset.Best));
        Assert.Equal(1, Readings(options => options.ValidationData = Synthetic.Prepared(_ml, 50)));
        Assert.Equal(1, Readings(options => (options.ValidationFraction, options.LabelColumnName) = (0.1, Synthetic.Kind)));
        Assert.Equal(1, Readings(options => (options.ValidationFraction, options.SamplingKeyColumnName) = (0.1, nameof(Example.Kind))));

        int Readings(Action<BackpropTrainer.Options> change)
        {
            var train = new Counting(Synthetic.Examples(100));
            var preparation = Synthetic.Preparation(_ml).Fit(_ml.Data.LoadFromEnumerable(Synthetic.Examples(100)));
            var options = new BackpropTrainer.Options
            {
                LabelColumnName = Synthetic.Value,
                HiddenLayers = [3],
                NumberOfIterations = 1,
                Seed = 1
            };
            change(options);
            new BackpropTrainer(_ml, options).Fit(preparation.Transform(_ml.Data.LoadFromEnumerable<Example>(train)));
            return train.Readings;
        }
    }

    [Fact]
    public void Cached_data_gives_the_same_bits()
    {
        var data = Synthetic.Prepared(_ml, 100);
        Assert.Equal(Fit(data), Fit(_ml.Data.Cache(data)));
    }

    [Fact]
    public void Filtered_data_trains_like_a_table_of_the_rows_that_remain()
    {
        var examples = Synthetic.Examples(200);
        var filtered = _ml.Data.FilterRowsByColumn(Synthetic.Prepared(_ml, examples), nameof(Example.Main), lowerBound: 0, upperBound: 2);
        var remaining = Synthetic.Prepared(_ml, examples.Where(example => example.Main >= 0));

        Assert.Equal(Fit(remaining), Fit(filtered));
    }

    [Fact]
    public void Taken_and_shuffled_rows_train_well()
    {
        var data = _ml.Data.ShuffleRows(_ml.Data.TakeRows(Synthetic.Prepared(_ml, 500), 400), seed: 3);
        var model = Quick().Fit(data);

        Assert.InRange(_ml.Quality(model.Transform(Synthetic.Prepared(_ml, 200, seed: 2)), Synthetic.Value), 0.95, 1);
    }

    [Fact]
    public void Rows_in_another_order_make_another_model_that_is_as_good()
    {
        var data = Synthetic.Prepared(_ml, 400);
        var trainer = Quick();
        BackpropTransformer ordered = trainer.Fit(data), shuffled = trainer.Fit(_ml.Data.ShuffleRows(data, seed: 3));
        var test = Synthetic.Prepared(_ml, 200, seed: 2);

        Assert.NotEqual(ordered.Bits(), shuffled.Bits());
        Assert.Equal(_ml.Quality(ordered.Transform(test), Synthetic.Value), _ml.Quality(shuffled.Transform(test), Synthetic.Value), 0.02);
    }

    [Theory]
    [ClassData(typeof(EveryTask))]
    public void No_rows_are_a_clear_error(string label)
    {
        var none = _ml.Data.FilterRowsByColumn(Synthetic.Prepared(_ml, 50), nameof(Example.Main), lowerBound: 5);
        var trainer = new BackpropTrainer(_ml, Synthetic.Brief(label));

        Assert.Contains("training data", Assert.Throws<InvalidOperationException>(() => trainer.Fit(none)).Message);
        Assert.Contains(
            "validation data", Assert.Throws<InvalidOperationException>(() => trainer.Fit(Synthetic.Prepared(_ml, 50), none)).Message);
    }

    [Fact]
    public void The_number_of_features_may_be_known_at_run_time_only()
    {
        var schema = SchemaDefinition.Create(typeof(Row));
        schema["Features"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, 2);
        var random = new Random(1);
        var rows = Enumerable.Range(0, 200).Select(_ => new[] { random.NextSingle(), random.NextSingle() })
            .Select(x => new Row { Features = x, Label = x[0] - x[1] });
        var data = _ml.Data.LoadFromEnumerable(rows.ToArray(), schema);

        Assert.InRange(_ml.Quality(_ml.Regression.Trainers.Backprop().Fit(data).Transform(data), "Label"), 0.98, 1);
    }

    private BackpropTrainer Quick() => _ml.Regression.Trainers.Backprop(Synthetic.Plain(Synthetic.Value, iterations: 50));

    private int[] Fit(IDataView data) => new BackpropTrainer(_ml, Synthetic.Brief(Synthetic.Value)).Fit(data).Bits();

    private sealed class Row
    {
        public float[] Features { get; set; } = [];

        public float Label { get; set; }
    }

    /// <summary>Rows that know how often they were read. No list: lists tell their length, and ML.NET might treat them otherwise.</summary>
    private sealed class Counting(Example[] examples) : IEnumerable<Example>
    {
        public int Readings { get; private set; }

        public IEnumerator<Example> GetEnumerator()
        {
            Readings++;
            return ((IEnumerable<Example>)examples).GetEnumerator();
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
