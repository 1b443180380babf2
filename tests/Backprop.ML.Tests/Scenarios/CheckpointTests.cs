using Backprop.Training;
using Microsoft.ML;
using Microsoft.ML.Transforms;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>A training in ML.NET continues from its checkpoint with the same bits; data with other names is refused.</summary>
public sealed class CheckpointTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("backprop-checkpoint-");
    private readonly MLContext _ml = new(seed: 1);

    private string PathOfFile => Path.Combine(_folder.FullName, "training.checkpoint");

    public static TheoryData<string, bool> Cases
    {
        get
        {
            var cases = new TheoryData<string, bool>();
            foreach (var preset in Preset.All)
            {
                cases.Add(preset.Name, false);
                cases.Add(preset.Name, true);
            }
            return cases;
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory, MemberData(nameof(Cases))]
    public void Every_preset_continues_with_the_same_bits_from_memory_and_from_a_stream(string preset, bool isStreamed)
    {
        var data = Synthetic.Prepared(_ml, 80);
        var expected = Fit(Options());
        Assert.Throws<PowerCut>(() => Fit(Options(cutAt: 2, threads: 3)));
        Assert.Equal(expected, Fit(Options(threads: 2)));

        BackpropTrainer.Options Options(int? cutAt = null, int? threads = null) => new()
        {
            Preset = Preset.All.Single(each => each.Name == preset),
            LabelColumnName = Synthetic.Kind,
            HiddenLayers = [8],
            NumberOfIterations = 5,
            Caching = isStreamed ? DataCaching.Stream : DataCaching.Memory,
            NumberOfThreads = threads,
            Seed = 1,
            Checkpoint = threads is null ? null : new Checkpoint(PathOfFile) { Every = 1 },
            Progress = new Listener<EpochReport>(report =>
            {
                if (report.Epoch >= cutAt) throw new PowerCut();
            }),
        };

        string Fit(BackpropTrainer.Options options)
        {
            var model = new BackpropTrainer(_ml, options).Fit(data);
            return $"{string.Join(' ', model.Bits())}; {model.Model.Network.Temperature}; {model.Threshold}";
        }
    }

    [Fact]
    public void Classes_in_another_order_are_refused_by_name()
    {
        var examples = Synthetic.Examples(60);
        var options = Synthetic.Brief(Synthetic.Kind);
        options.Checkpoint = new Checkpoint(PathOfFile) { Every = 1 };
        new BackpropTrainer(_ml, options).Fit(Data("low", "middle", "high"));
        var problem = Assert.Throws<InvalidOperationException>(() => new BackpropTrainer(_ml, options).Fit(Data("high", "middle", "low")));
        Assert.Contains("classes was low, middle, high and is high, middle, low", problem.Message);

        IDataView Data(params string[] keys)
        {
            var data = _ml.Data.LoadFromEnumerable(examples);
            var keyData = _ml.Data.LoadFromEnumerable(keys.Select(key => new Key { Value = key }));
            return _ml.Transforms.Concatenate("Features", Synthetic.FeatureNames)
                .Append(_ml.Transforms.Conversion.MapValueToKey(
                    [new InputOutputColumnPair(Synthetic.Kind)], keyOrdinality: ValueToKeyMappingEstimator.KeyOrdinality.ByOccurrence,
                    keyData: keyData))
                .Fit(data).Transform(data);
        }
    }

    private sealed class Key
    {
        public string Value { get; set; } = "";
    }

    private sealed class PowerCut : Exception;
}
