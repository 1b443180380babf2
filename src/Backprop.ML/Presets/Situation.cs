using Backprop.ML.Tasks;

namespace Backprop.ML.Presets;

/// <summary>What a preset looks at.</summary>
/// <param name="Task">What the label column asks for.</param>
/// <param name="Rows">Rows to learn from, validation rows among them unless they are given apart. Layers must not depend on it: they are made before the rows are read.</param>
/// <param name="Features">Slots of the features.</param>
/// <param name="HasValidation">Whether there is no need to keep rows from training.</param>
/// <param name="Members">How many members the model has that training goes on from; null where it begins anew.</param>
internal readonly record struct Situation(LearningTask Task, long Rows, int Features, bool HasValidation, int? Members = null)
{
    /// <summary>What options say before the data is known.</summary>
    public static Situation Typical { get; } = new(LearningTask.MulticlassClassification, 10_000, 20, HasValidation: false);
}
