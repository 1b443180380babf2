using Backprop.Training;

namespace Backprop.ML.Data;

/// <summary>Rows that were read into memory.</summary>
/// <param name="Examples">The usable rows.</param>
/// <param name="Groups">[examples]: the hash of the group of each example; empty without a group column.</param>
/// <param name="RowsRead">Number of all rows, including skipped rows.</param>
internal sealed record RowsInMemory(ExampleSet Examples, uint[] Groups, long RowsRead);
