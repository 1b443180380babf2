using Backprop.ML.Data;
using Backprop.Training;

namespace Backprop.ML;

/// <summary>The rows of a training, and what is known once they were read.</summary>
/// <param name="Plan">The plan for as many rows as there are.</param>
/// <param name="Memory">All examples to learn from; null where they are a stream.</param>
/// <param name="Stream">The stream; null where memory has them.</param>
/// <param name="Sample">All of the examples, or a random sample of the stream's.</param>
/// <param name="LearnedRows">How many examples there are.</param>
/// <param name="Validation">What early stopping watches; null for none.</param>
/// <param name="SlotsWithMissing">Slots that have missing values.</param>
/// <param name="Columns">Which slots, keys and classes there are, and how the examples number them.</param>
internal sealed record TrainingInput(
    TrainingPlan Plan, ExampleSet? Memory, DataViewSource? Stream, ExampleSet Sample, int LearnedRows, ExampleSet? Validation,
    IReadOnlyList<int> SlotsWithMissing, ModelColumns Columns);
