using Backprop.Accuracy.Data;
using Backprop.Accuracy.Running;
using Backprop.ML;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.Accuracy.Learners;

/// <summary>This library's trainer with a preset and nothing else set. Numbers go in as they are, missing ones too, and categories as
/// keys.</summary>
internal sealed record BackpropLearner(string Key, Preset Preset) : MLNetLearner(Key, $"Backprop {Preset.Name}", Network)
{
    private const int Seed = 1;

    /// <summary>What differs from the preset; null for nothing.</summary>
    public Variation? Variation { get; init; }

    /// <inheritdoc/>
    public override bool IsOurs => true;

    /// <inheritdoc/>
    public override string Recipe(TaskKind task) =>
        $"{PackageOf(typeof(BackpropTrainer))}, seed {Seed}, " +
            $"{string.Join("; ", Preset.ToString().Split('\n', StringSplitOptions.TrimEntries))}" +
                $"{(Variation is null ? "" : $"; {Variation.Text}")}";

    /// <inheritdoc/>
    public override ITransformer Fit(MLContext ml, Job job, IDataView train, IDataView? validation) =>
        Fit(ml, job, train, validation, OptionsFor(job));

    /// <summary>The options for a job.</summary>
    public BackpropTrainer.Options OptionsFor(Job job)
    {
        var options = new BackpropTrainer.Options { Preset = Preset, CategoricalFeatureColumnNames = job.Categorical, Seed = Seed };
        Variation?.Apply(options);
        return options;
    }

    /// <summary>Learns with some options.</summary>
    public ITransformer Fit(MLContext ml, Job job, IDataView train, IDataView? validation, BackpropTrainer.Options options)
    {
        var preparation = Pipeline(ml, job).Fit(train);
        var trainer = new BackpropTrainer(ml, options);
        return preparation.Append(trainer.Fit(preparation.Transform(train), validation is null ? null : preparation.Transform(validation)));
    }

    /// <inheritdoc/>
    protected override IEstimator<ITransformer> Pipeline(MLContext ml, Job job)
    {
        // The trainer wants a vector of numbers. Where a set has none, a constant stands in, which says nothing.
        IEstimator<ITransformer> features = job.Numeric.Length > 0
            ? ml.Transforms.CopyColumns(Features, Numbers)
            : ml.Transforms.CustomMapping<Nothing, Constant>((_, constant) => constant.Features = [0], contractName: null);
        return job.Categorical.Length == 0
            ? features
            : features.Append(ml.Transforms.Conversion.MapValueToKey([.. job.Categorical.Select(name => new InputOutputColumnPair(name))]));
    }

    private sealed class Nothing
    {
    }

    private sealed class Constant
    {
        [VectorType(1)]
        public float[] Features { get; set; } = [];
    }
}
