using Backprop.Accuracy.Data;
using Backprop.Accuracy.Running;
using Backprop.Layers;
using Backprop.ML;
using Microsoft.ML;

namespace Backprop.Accuracy.Learners;

/// <summary>This library's trainer. Numbers go in as they are, missing ones too, and categories as keys.</summary>
internal sealed record BackpropLearner(string Key, string Name) : MLNetLearner(Key, Name)
{
    private const int Seed = 1;

    /// <inheritdoc/>
    public override bool IsOurs => true;

    /// <inheritdoc/>
    public override string Recipe(TaskKind task) => $"{PackageOf(typeof(BackpropTrainer))}, {BackpropRecipe.Describe(BackpropRecipe.For(Key, task))}";

    /// <inheritdoc/>
    public override ITransformer Fit(MLContext ml, Job job, IDataView train, IDataView? validation)
    {
        var options = BackpropRecipe.For(Key, job.Task);
        options.CategoricalFeatureColumnNames = job.Categorical;
        options.MissingValues = MissingValues.Median;
        options.Seed = Seed;
        if (validation is not null) options.ValidationFraction = 0;
        var preparation = Pipeline(ml, job).Fit(train);
        var trainer = new BackpropTrainer(ml, options);
        return preparation.Append(trainer.Fit(preparation.Transform(train), validation is null ? null : preparation.Transform(validation)));
    }

    /// <inheritdoc/>
    protected override IEstimator<ITransformer> Pipeline(MLContext ml, Job job)
    {
        // The trainer wants a vector of numbers. Where a set has none, a constant stands in, which says nothing.
        IEstimator<ITransformer> pipeline = job.Numeric.Length > 0
            ? ml.Transforms.CopyColumns(Features, Numbers)
            : ml.Transforms.CustomMapping<Nothing, Constant>((_, constant) => constant.Features = [0], contractName: null);
        return job.Categorical.Length == 0 ? pipeline : pipeline.Append(ml.Transforms.Conversion.MapValueToKey([.. job.Categorical.Select(name => new InputOutputColumnPair(name))]));
    }

    private sealed class Nothing
    {
    }

    private sealed class Constant
    {
        [Microsoft.ML.Data.VectorType(1)]
        public float[] Features { get; set; } = [];
    }
}
