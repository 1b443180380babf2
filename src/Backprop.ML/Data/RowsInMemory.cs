using Backprop.Training;

namespace Backprop.ML.Data;

/// <summary>Rows that were read into memory.</summary>
/// <param name="Examples">Those that can be learned from.</param>
/// <param name="Groups">[examples]: a hash of what each has in common with others; empty if no group column is given.</param>
/// <param name="RowsRead">All rows, those that were skipped among them.</param>
internal sealed record RowsInMemory(ExampleSet Examples, uint[] Groups, long RowsRead);
