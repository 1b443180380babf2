namespace Backprop.Numerics;

/// <summary>The replacements of missing values (NaN) in sparse rows. They keep the rows sparse.</summary>
/// <param name="values">[columns]: the replacement of every column, already scaled; 0 adds nothing to a row.</param>
/// <param name="indicators">[columns]: the column after all others that becomes 1 where a value is missing; −1 for none. Ascending.</param>
/// <param name="columns">Number of columns, including those of the indicators.</param>
internal sealed class SparseReplacements(Real[] values, int[] indicators, int columns)
{
    /// <summary>Number of columns, including those of the indicators.</summary>
    public int Columns => columns;

    /// <summary>The replacement of a missing value in a column.</summary>
    public Real ValueOf(int column) => values[column];

    /// <summary>The column of the indicator; −1 for none.</summary>
    public int IndicatorOf(int column) => indicators[column];
}
