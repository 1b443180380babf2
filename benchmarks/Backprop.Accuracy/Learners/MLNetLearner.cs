using Backprop.Accuracy.Running;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace Backprop.Accuracy.Learners;

/// <summary>A learner of ML.NET.</summary>
internal abstract record MLNetLearner(string Key, string Name, string Family) : LocalLearner(Key, Name, Family)
{
    /// <summary>The column of numbers; absent where a set has none.</summary>
    protected const string Numbers = "Numbers";

    /// <summary>The column to learn from.</summary>
    public const string Features = "Features";

    /// <summary>The label: Boolean, key or Single, as the task has it.</summary>
    public const string Label = "Label";

    /// <inheritdoc/>
    public override Func<IDataView, Predictions> Train(MLContext ml, Job job, IDataView train, IDataView? validation)
    {
        var model = Fit(ml, job, train, validation);
        return test => Predictions.Of(model.Transform(test), job);
    }

    /// <summary>Learns.</summary>
    /// <param name="ml">The context.</param>
    /// <param name="job">What the columns are.</param>
    /// <param name="train">Rows to learn from.</param>
    /// <param name="validation">Rows to choose by; null where there are none of their own.</param>
    public virtual ITransformer Fit(MLContext ml, Job job, IDataView train, IDataView? validation) => Pipeline(ml, job).Fit(train);

    /// <summary>Preparation and trainer.</summary>
    protected abstract IEstimator<ITransformer> Pipeline(MLContext ml, Job job);

    /// <summary>The features of all rows, row after row, for libraries other than ML.NET.</summary>
    internal static float[] FeaturesOf(IDataView view) => [.. view.GetColumn<float[]>(Features).SelectMany(row => row)];

    /// <summary>Categories as indicators behind the numbers, for trainers that know only numbers.</summary>
    /// <param name="ml">The context.</param>
    /// <param name="job">What the columns are.</param>
    /// <param name="numbers">What becomes of the numbers first; null for nothing.</param>
    internal static IEstimator<ITransformer> OneHot(MLContext ml, Job job, IEstimator<ITransformer>? numbers = null)
    {
        string[] inputs = [.. job.Numeric.Length > 0 ? [Numbers] : Array.Empty<string>(), .. job.Categorical];
        IEstimator<ITransformer> concatenate = ml.Transforms.Concatenate(Features, inputs);
        if (job.Categorical.Length > 0)
            concatenate = ml.Transforms.Categorical.OneHotEncoding([.. job.Categorical.Select(name => new InputOutputColumnPair(name))])
                .Append(concatenate);
        return numbers is null || job.Numeric.Length == 0 ? concatenate : numbers.Append(concatenate);
    }

    /// <summary>The same for linear models: numbers that are missing become the mean, and all are standardized.</summary>
    protected static IEstimator<ITransformer> OneHotOfStandardized(MLContext ml, Job job) =>
        OneHot(ml, job, MeanForMissing(ml).Append(ml.Transforms.NormalizeMeanVariance(Numbers, fixZero: false)));

    /// <summary>The mean in place of numbers that are missing, for trainers that leave out rows which lack any.</summary>
    protected static IEstimator<ITransformer> MeanForMissing(MLContext ml) =>
        ml.Transforms.ReplaceMissingValues(Numbers, replacementMode: MissingValueReplacingEstimator.ReplacementMode.Mean);
}
