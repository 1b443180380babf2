using Backprop.ML.Data;
using Backprop.Training;

namespace Backprop.ML;

/// <summary>The rows of a training, and the information from reading them.</summary>
/// <param name="Plan">The plan for this number of rows.</param>
/// <param name="Memory">All training examples; null if they are a stream.</param>
/// <param name="Stream">The stream; null if the examples are in memory.</param>
/// <param name="Sample">All of the examples, or a random sample of the stream's.</param>
/// <param name="LearnedRows">Number of training examples.</param>
/// <param name="Validation">The validation examples for early stopping; null for none.</param>
/// <param name="SlotsWithMissing">Slots that have missing values.</param>
/// <param name="Columns">The slots, keys and classes of the examples.</param>
internal sealed record TrainingInput(
    TrainingPlan Plan, ExampleSet? Memory, DataViewSource? Stream, ExampleSet Sample, int LearnedRows, ExampleSet? Validation,
    IReadOnlyList<int> SlotsWithMissing, ModelColumns Columns);
