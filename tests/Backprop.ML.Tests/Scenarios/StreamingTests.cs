using Backprop.Optimizers;
using Backprop.Training;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>Data that is read anew in every pass.</summary>
public sealed class StreamingTests : IDisposable
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Theory]
    [ClassData(typeof(EveryTask))]
    public void A_binary_file_is_learned_from_as_well_as_memory_and_the_same_seed_gives_the_same_bits(string label)
    {
        var data = Saved(3000);
        var options = new BackpropTrainer.Options
        {
            Preset = Preset.Plain,
            LabelColumnName = label,
            HiddenLayers = [32],
            LearningRate = 0.01,
            NumberOfIterations = 20,
            Seed = 3,
            Caching = DataCaching.Stream
        };
        var model = new BackpropTrainer(_ml, options).Fit(data);
        Assert.InRange(
            _ml.Quality(model.Transform(Synthetic.Prepared(_ml, 500, seed: 2)), label), label == Synthetic.Value ? 0.97 : 0.9, 1);

        options.NumberOfThreads = 3;
        Assert.Equal(model.Bits(), new BackpropTrainer(_ml, options).Fit(data).Bits());
        options.Seed = 4;
        Assert.NotEqual(model.Bits(), new BackpropTrainer(_ml, options).Fit(data).Bits());
    }

    [Fact]
    public void Data_that_does_not_fit_is_streamed_unless_told_otherwise()
    {
        List<string> messages = [];
        _ml.Log += (_, message) =>
        {
            if (message.Kind != ChannelMessageKind.Trace) messages.Add(message.Message);
        };
        foreach (
            var data in new[]
            {
                Synthetic.Prepared(_ml, 300),
                _ml.Data.FilterRowsByColumn(Synthetic.Prepared(_ml, 300), nameof(Example.Main), lowerBound: -1e6)
            })
        {
            messages.Clear();
            var options = Options(o => o.MemoryBudget = 1000);
            var model = new BackpropTrainer(_ml, options).Fit(data);
            Assert.Contains(messages, message => message.Contains("does not fit into memory", StringComparison.Ordinal));
            options.Caching = DataCaching.Stream;
            Assert.Equal(model.Bits(), new BackpropTrainer(_ml, options).Fit(data).Bits());
        }
    }

    [Theory]
    [InlineData(ValidationRows.Stratified, null)]
    [InlineData(ValidationRows.Last, null)]
    [InlineData(ValidationRows.Stratified, nameof(Example.Side))]
    public void A_part_is_kept_from_every_pass_to_validate_on(ValidationRows rows, string? key)
    {
        var options = Options(
            o => (o.Caching, o.ValidationFraction, o.ValidationRows, o.SamplingKeyColumnName) = (DataCaching.Stream, 0.25, rows, key));
        var data = Saved(1000);
        var model = new BackpropTrainer(_ml, options).Fit(data);
        Assert.All(model.Model.History, epoch => Assert.NotNull(epoch.ValidationLoss));
        Assert.Equal(model.Bits(), new BackpropTrainer(_ml, options).Fit(data).Bits());
    }

    [Fact]
    public void The_last_rows_are_those_of_memory()
    {
        // One pass without steps: the losses of the same rows by the same starting weights.
        var options = Options(
            o =>
                (
                    o.ValidationFraction, o.ValidationRows, o.NumberOfIterations, o.LearningRate, o.NormalizeFeatures,
                    o.NormalizeLabel) = (0.25, ValidationRows.Last, 1, 1e-30, false, false));
        var data = Saved(400);
        var fromMemory = new BackpropTrainer(_ml, options).Fit(data).Model.History[0];
        options.Caching = DataCaching.Stream;
        var fromStream = new BackpropTrainer(_ml, options).Fit(data).Model.History[0];
        Assert.Equal(fromMemory.ValidationLoss, fromStream.ValidationLoss);
        Assert.Equal(fromMemory.TrainingLoss, fromStream.TrainingLoss, 1e-6);
    }

    [Fact]
    public void Rows_that_cannot_be_learned_from_are_skipped_and_reported_once()
    {
        List<string> warnings = [];
        _ml.Log += (_, message) =>
        {
            if (message.Kind == ChannelMessageKind.Warning) warnings.Add(message.Message);
        };
        var examples = Synthetic.Examples(100);
        examples[7].Side = float.NaN;
        var model = new BackpropTrainer(_ml, Options(o => o.Caching = DataCaching.Stream)).Fit(Synthetic.Prepared(_ml, examples));
        Assert.Contains("Skipped 1 of 100 rows of the training data", Assert.Single(warnings), StringComparison.Ordinal);
        Assert.Equal(5, model.Model.History.Count);
    }

    [Fact]
    public void What_needs_all_rows_at_once_does_not_stream()
    {
        Assert.Contains(
            "Lbfgs",
            Assert.Throws<ArgumentOutOfRangeException>(
                () => new BackpropTrainer(_ml, Options(o => (o.Caching, o.Optimizer) = (DataCaching.Stream, new Lbfgs())))).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "RefitOnAllRows",
            Assert.Throws<ArgumentOutOfRangeException>(
                () =>
                    new BackpropTrainer(
                        _ml,
                        Options(
                            o =>
                                (o.Caching, o.EarlyStopping) = (DataCaching.Stream, new EarlyStopping { RefitOnAllRows = true })))).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "MemoryBudget",
            Assert.Throws<InvalidOperationException>(
                () =>
                    new BackpropTrainer(_ml, Options(o => (o.MemoryBudget, o.Optimizer) = (1000, new Lbfgs())))
                        .Fit(Synthetic.Prepared(_ml, 300))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_range_test_streams_too()
    {
        var options = Options(o => (o.Caching, o.LearningRate) = (DataCaching.Stream, null));
        Assert.InRange(new BackpropTrainer(_ml, options).FindLearningRate(Saved(2000)).Valley, 1e-5, 1);
    }

    private IDataView Saved(int rows)
    {
        using (var stream = File.Create(_file)) _ml.Data.SaveAsBinary(Synthetic.Prepared(_ml, rows), stream);
        return _ml.Data.LoadFromBinary(_file);
    }

    private static BackpropTrainer.Options Options(Action<BackpropTrainer.Options> change)
    {
        var options = Synthetic.Brief(Synthetic.Value);
        change(options);
        return options;
    }
}
