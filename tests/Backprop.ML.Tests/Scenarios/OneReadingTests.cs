using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>Rows that can be read only once, as those of a queue or of a database reader.</summary>
public class OneReadingTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly List<string> _messages = [];

    public OneReadingTests() => _ml.Log += (_, message) =>
    {
        if (message.Kind is ChannelMessageKind.Info or ChannelMessageKind.Warning) _messages.Add(message.Message);
    };

    public static TheoryData<string, string> PresetsAndTasks
    {
        get
        {
            var all = new TheoryData<string, string>();
            foreach (var preset in (Preset[])[Preset.Default, Preset.Fast, Preset.Best, Preset.Plain])
                foreach (var label in (string[])[Synthetic.Flag, Synthetic.Kind, Synthetic.Value]) all.Add(preset.Name, label);
            return all;
        }
    }

    [Theory, MemberData(nameof(PresetsAndTasks))]
    public void Rows_of_a_queue_give_the_bits_of_a_table(string preset, string label)
    {
        var options = new BackpropTrainer.Options
        {
            Preset = Preset.All.Single(one => one.Name == preset),
            LabelColumnName = label,
            HiddenLayers = [4],
            NumberOfIterations = 2,
            Seed = 1
        };
        var examples = Synthetic.Examples(120);
        var table = new BackpropTrainer(_ml, options).Fit(Synthetic.Prepared(_ml, examples));
        Assert.Equal(table.Bits(), new BackpropTrainer(_ml, options).Fit(Queue(examples)).Bits());
    }

    [Theory]
    [InlineData(DataCaching.Auto)]
    [InlineData(DataCaching.Stream)]
    public void A_queue_that_must_be_streamed_is_refused_with_the_options_that_keep_it_in_memory(DataCaching caching)
    {
        var options = new BackpropTrainer.Options
        {
            LabelColumnName = Synthetic.Value,
            HiddenLayers = [4],
            NumberOfIterations = 2,
            Seed = 1,
            Caching = caching,
            MemoryBudget = 1000
        };
        options.ValidationFraction = 0;
        var problem = Assert.Throws<InvalidOperationException>(() =>
            new BackpropTrainer(_ml, options).Fit(Queue(Synthetic.Examples(300)))).Message;
        Assert.Contains("read only once", problem, StringComparison.Ordinal);
        Assert.Contains("Caching = Memory", problem, StringComparison.Ordinal);
        Assert.Contains("MemoryBudget", problem, StringComparison.Ordinal);
        if (caching == DataCaching.Auto)
            Assert.Contains(_messages, message => message.Contains("read again in every epoch", StringComparison.Ordinal)
            && message.Contains("MemoryBudget", StringComparison.Ordinal));
    }

    [Fact]
    public void A_stream_counts_its_rows_while_it_is_measured()
    {
        // Of classes of up to 1,000 rows, the waves are others.
        var options = new BackpropTrainer.Options
        {
            LabelColumnName = Synthetic.Kind,
            HiddenLayers = [4],
            NumberOfIterations = 1,
            Seed = 1,
            Caching = DataCaching.Stream
        };
        var counted = new BackpropTrainer(_ml, options).Fit(Synthetic.Prepared(_ml, 200));
        var uncounted = _ml.Data.FilterRowsByColumn(Synthetic.Prepared(_ml, 200), nameof(Example.Main), lowerBound: -1e6);
        Assert.Equal(counted.Model.Network.Network.Layers, new BackpropTrainer(_ml, options).Fit(uncounted).Model.Network.Network.Layers);
    }

    [Fact]
    public void Reading_allocates_little_more_than_the_rows_take()
    {
        const int rows = 120_000, columns = 50;
        var schema = SchemaDefinition.Create(typeof(Wide));
        schema["Features"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, columns);
        var options = new BackpropTrainer.Options
        {
            Preset = Preset.Plain,
            HiddenLayers = [2],
            NumberOfIterations = 1,
            BatchSize = 1024,
            Seed = 1,
            NumberOfThreads = 1
        };
        foreach (var fraction in (double[])[0, 0.2])
        {
            options.ValidationFraction = fraction;
            Fit(2000); // what is allocated once
            var before = GC.GetAllocatedBytesForCurrentThread();
            Fit(rows);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, rows * columns * sizeof(float),
                1.3 * rows * columns * sizeof(float));
        }

        void Fit(int count) => new BackpropTrainer(_ml, options).Fit(_ml.Data.LoadFromEnumerable(Wide.Make(count, columns), schema));
    }

    private IDataView Queue(Example[] examples)
    {
        var preparation = Synthetic.Preparation(_ml).Fit(_ml.Data.LoadFromEnumerable(examples));
        var queue = new Queue<Example>(examples);
        return preparation.Transform(_ml.Data.LoadFromEnumerable(Taken()));

        IEnumerable<Example> Taken()
        {
            while (queue.TryDequeue(out var example)) yield return example;
        }
    }

    private sealed class Wide
    {
        public float[] Features { get; set; } = [];

        public float Label { get; set; }

        // One object for all rows, so that rows take no memory before they are read.
        public static IEnumerable<Wide> Make(int count, int columns)
        {
            var row = new Wide { Features = new float[columns] };
            for (var i = 0; i < count; i++)
            {
                row.Features[i % columns] = i;
                row.Label = i % 7;
                yield return row;
            }
        }
    }
}
