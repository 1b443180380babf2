using System.Collections.Concurrent;
using Microsoft.ML;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>Fits by the defaults, one for each task, which several tests use: a default fit takes seconds.</summary>
internal static class DefaultFits
{
    private static readonly ConcurrentDictionary<string, Lazy<IDataView>> _scored = new();

    /// <summary>Rows to learn from.</summary>
    public static Example[] TrainingRows { get; } = Synthetic.Examples(250);

    /// <summary>Rows to test on.</summary>
    public static Example[] TestRows { get; } = Synthetic.Examples(300, seed: 2);

    /// <summary>The test rows, scored by a pipeline that ends with the catalog's trainer of the label's task.</summary>
    public static IDataView Scored(string label) => _scored.GetOrAdd(label, each => new Lazy<IDataView>(() => FitAndScore(each))).Value;

    private static IDataView FitAndScore(string label)
    {
        var ml = new MLContext(seed: 1);
        var trainer = label switch
        {
            Synthetic.Flag => ml.BinaryClassification.Trainers.Backprop(label),
            Synthetic.Kind => ml.MulticlassClassification.Trainers.Backprop(label),
            _ => ml.Regression.Trainers.Backprop(label),
        };
        var model = Synthetic.Preparation(ml).Append(trainer).Fit(ml.Data.LoadFromEnumerable(TrainingRows));
        return model.Transform(ml.Data.LoadFromEnumerable(TestRows));
    }
}
