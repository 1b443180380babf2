using System.Diagnostics;
using System.Globalization;
using Backprop.Accuracy.Data;
using Backprop.ML;

namespace Backprop.Accuracy.Learners;

/// <summary>Something that learns from a file and predicts another. It works in a process of its own, which can be ended when it takes too
/// long.</summary>
/// <param name="Key">Its name on the command line, and of its file of results.</param>
/// <param name="Name">Its name in tables.</param>
/// <param name="Family">What it is made of: trees, a network, or a linear model.</param>
internal abstract record Learner(string Key, string Name, string Family)
{
    public const string Trees = "trees", Network = "network", Linear = "linear";

    /// <summary>Whether it is ours.</summary>
    public virtual bool IsOurs => false;

    /// <summary>Whether it can do a task.</summary>
    public virtual bool Suits(TaskKind task) => true;

    /// <summary>Its options and version: results of another recipe are not its own.</summary>
    public abstract string Recipe(TaskKind task);

    /// <summary>How its process is started.</summary>
    public abstract ProcessStartInfo Worker();

    /// <summary>All learners, in the order of the tables.</summary>
    public static IReadOnlyList<Learner> All { get; } =
    [
        new BackpropLearner("default", Preset.Default),
        new BackpropLearner("fast", Preset.Fast),
        new BackpropLearner("best", Preset.Best),
        new LightGbmLearner(),
        new FastTreeLearner(),
        new FastForestLearner(),
        new LbfgsLearner(),
        new SdcaLearner(),
        new SklearnLearner("sklearn-hgb", "scikit-learn HistGradientBoosting", Trees),
        new SklearnLearner("sklearn-mlp", "scikit-learn MLP", Network),
    ];

    /// <summary>The learner with a key; null if there is none. Some are not in the tables: <c>best@2.5</c> is a search for 2.5 times the
    /// cost of its first trial, <c>default@layers2</c> a <see cref="Variation"/>, and <c>lightgbm@2</c> LightGBM tuned for twice as long as
    /// <c>default</c> took.</summary>
    public static Learner? Of(string key)
    {
        var at = key.IndexOf('@', StringComparison.Ordinal);
        if (at < 0) return All.FirstOrDefault(learner => learner.Key == key);
        var rest = key[(at + 1)..];
        return key[..at] switch
        {
            "best" => Variation.OfSearch(rest) is { } search ? new BackpropLearner(key, Preset.Best) { Variation = search } : null,
            "default" => Variation.OfDefault(rest) is { } size ? new BackpropLearner(key, Preset.Default) { Variation = size } : null,
            "lightgbm" => double.TryParse(rest, CultureInfo.InvariantCulture, out var times) ? new TunedLightGbmLearner(key, times) : null,
            _ => null,
        };
    }

    /// <summary>The learners whose probabilities are compared: ours, and each of scikit-learn's with and without its
    /// CalibratedClassifierCV.</summary>
    public static IReadOnlyList<Learner> OfProbabilities { get; } =
    [
        All.Single(learner => learner.Key == "default"),
        All.Single(learner => learner.Key == "sklearn-mlp"),
        new SklearnLearner("sklearn-mlp-sigmoid", "scikit-learn MLP, sigmoid", Network),
        new SklearnLearner("sklearn-mlp-isotonic", "scikit-learn MLP, isotonic", Network),
        All.Single(learner => learner.Key == "sklearn-hgb"),
        new SklearnLearner("sklearn-hgb-sigmoid", "scikit-learn HistGradientBoosting, sigmoid", Trees),
        new SklearnLearner("sklearn-hgb-isotonic", "scikit-learn HistGradientBoosting, isotonic", Trees),
    ];
}
