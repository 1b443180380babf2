using Backprop.ML.Tasks;
using Backprop.Networks;

namespace Backprop.ML.Presets;

/// <summary>What a preset looks at.</summary>
/// <param name="Task">What the label column asks for.</param>
/// <param name="Rows">Rows to learn from, validation rows among them unless they are given apart. Before they are read, what the view says, or more than <see cref="MaxRowsToCount"/>.</param>
/// <param name="Features">Slots of the features.</param>
/// <param name="HasValidation">Whether validation data is given.</param>
/// <param name="MayCrossFit">Whether members may leave out different rows: all are in memory, and none of them must stay together or apart.</param>
/// <param name="Earlier">The network that training goes on from, whose shape stays; null where it begins anew.</param>
internal readonly record struct DatasetProfile(LearningTask Task, long Rows, int Features, bool HasValidation, bool MayCrossFit = true, Network? Earlier = null)
{
    /// <summary>What depends on the number of rows before they are read depends on no more than these.</summary>
    public const int MaxRowsToCount = 50_000;

    /// <summary>Fewer rows are too few to hold some of them out.</summary>
    public const int MinRowsToHoldOut = 8;

    /// <summary>What options say before the data is known.</summary>
    public static DatasetProfile Typical { get; } = new(LearningTask.MulticlassClassification, 10_000, 20, HasValidation: false);
}
