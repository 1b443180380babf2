namespace Backprop.Numerics;

/// <summary>Statistics of the columns of some rows of a sparse matrix, including the zeros that are not stored.</summary>
/// <param name="matrix">The rows.</param>
/// <param name="rowOf">Maps 0, 1, … to the indices of the rows.</param>
/// <param name="count">Number of rows.</param>
/// <param name="meter">Counts the work; null where work is not counted.</param>
internal sealed class SparseColumns(SparseMatrix matrix, Func<int, int> rowOf, int count, WorkMeter? meter = null)
{
    private const long WorkOfValue = 4, WorkOfSearch = 32;

    /// <summary>For every column, the number of rows in which it is missing (NaN).</summary>
    public int[] CountMissing()
    {
        var missing = new int[matrix.Columns];
        Visit((column, value) => missing[column] += Real.IsNaN(value) ? 1 : 0);
        return missing;
    }

    /// <summary>Whether every column has at most one value in the rows where it is not missing.</summary>
    public bool[] AreConstant()
    {
        int[] missing = CountMissing(), same = new int[matrix.Columns];
        Real[] values = new Real[matrix.Columns];
        var varies = new bool[matrix.Columns];
        Visit((column, value) =>
        {
            if (value == 0 || Real.IsNaN(value)) return;
            if (same[column]++ == 0) values[column] = value;
            varies[column] |= value != values[column];
        });
        return [.. varies.Select((isVaried, column) => !isVaried && (same[column] == 0 || same[column] == count - missing[column]))];
    }

    /// <summary>The mean of every column in the rows where it is not missing; 0 where it always is.</summary>
    /// <param name="means">[columns], overwritten.</param>
    public void Means(Span<Real> means)
    {
        var missing = CountMissing();
        var sums = new double[matrix.Columns];
        Visit((column, value) => sums[column] += Real.IsNaN(value) ? 0 : value);
        for (var column = 0; column < sums.Length; column++)
            means[column] = missing[column] == count ? 0 : (Real)(sums[column] / (count - missing[column]));
    }

    /// <summary>The median of every column in the rows where it is not missing; 0 where it always is.</summary>
    /// <param name="medians">[columns], overwritten.</param>
    public void Medians(Span<Real> medians)
    {
        int[] missing = CountMissing(), kept = new int[matrix.Columns];
        Visit((column, value) => kept[column] += value == 0 || Real.IsNaN(value) ? 0 : 1);
        medians.Clear();

        // If more than half of a column is zeros, its median is 0. In sparse rows, this is true for nearly all columns.
        var values = new Dictionary<int, List<Real>>();
        for (var column = 0; column < kept.Length; column++)
            if (2 * kept[column] >= count - missing[column] && kept[column] > 0) values[column] = new List<Real>(count - missing[column]);
        Visit((column, value) =>
        {
            if (value != 0 && !Real.IsNaN(value) && values.TryGetValue(column, out var known)) known.Add(value);
        });
        foreach (var (column, known) in values)
        {
            known.AddRange(new Real[count - missing[column] - known.Count]);
            known.Sort();
            meter?.AddSorting(known.Count);
            var middle = known.Count / 2;
            medians[column] = known.Count % 2 == 1 ? known[middle] : known[middle - 1] + (known[middle] - known[middle - 1]) / 2;
        }
    }

    /// <summary>Copies the values of one column that are not missing.</summary>
    /// <param name="column">The index of the column.</param>
    /// <param name="room">[rows], overwritten.</param>
    /// <returns>The filled part of <paramref name="room"/>.</returns>
    public Span<Real> CopyKnown(int column, Span<Real> room)
    {
        var known = 0;
        for (var i = 0; i < count; i++)
        {
            var value = matrix.ValueAt(rowOf(i), column);
            if (!Real.IsNaN(value)) room[known++] = value;
            meter?.Add(WorkOfSearch);
        }
        return room[..known];
    }

    private void Visit(Action<int, Real> action)
    {
        for (var i = 0; i < count; i++)
        {
            var row = rowOf(i);
            var columns = matrix.ColumnsOf(row);
            var values = matrix.ValuesOf(row);
            meter?.Add(WorkOfValue * (values.Length + 1));
            for (var k = 0; k < columns.Length; k++) action(columns[k], values[k]);
        }
    }
}
