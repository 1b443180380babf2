using Backprop.Numerics;

namespace Backprop.Training;

/// <summary>Renumbers columns, keys and classes of examples that were read before it was known which of them occur. Columns
/// that are always 0 are removed, and keys and classes are renumbered.</summary>
/// <param name="columns">The old column of every new one, in ascending order; null if all columns stay.</param>
/// <param name="categories">Old columns that contain keys, and the new key of each old key. Other columns do not change.</param>
/// <param name="classes">The new class of each old one; null if classes do not change.</param>
internal sealed class Renumbering(int[]? columns, IReadOnlyList<(int Column, Func<int, int> NumberOf)> categories, Func<int, int>? classes)
{
    /// <summary>Whether nothing changes.</summary>
    public bool IsIdentity => columns is null && categories.Count == 0 && classes is null;

    /// <summary>The new class of an old one.</summary>
    public int ClassOf(int old) => classes is null ? old : classes(old);

    /// <summary>Replaces classes.</summary>
    /// <param name="targets">[rows]</param>
    public void ApplyToTargets(Span<Real> targets)
    {
        if (classes is null) return;
        foreach (ref var target in targets) target = classes((int)target);
    }

    /// <summary>The old column of every new one, in ascending order; null if all columns stay.</summary>
    public int[]? Columns => columns;

    /// <summary>Replaces the keys of one dense row.</summary>
    /// <param name="row">[old columns]</param>
    public void ApplyToCategories(Span<Real> row)
    {
        foreach (var (column, numberOf) in categories) row[column] = numberOf((int)row[column]);
    }

    /// <summary>The renumbered values of some sparse rows.</summary>
    public SparseMatrix Apply(SparseMatrix features, ReadOnlySpan<int> rows)
    {
        var newColumnOf = new int[features.Columns]; // the new column plus 1, or 0 for a column that is removed
        for (var j = 0; j < (columns?.Length ?? newColumnOf.Length); j++) newColumnOf[columns is null ? j : columns[j]] = j + 1;
        var renumberings = categories.ToDictionary(category => category.Column, category => category.NumberOf);
        var starts = new int[rows.Length + 1];
        List<int> newColumns = [];
        List<Real> values = [];
        for (var row = 0; row < rows.Length; row++)
        {
            var oldColumns = features.ColumnsOf(rows[row]);
            var oldValues = features.ValuesOf(rows[row]);
            for (var i = 0; i < oldColumns.Length; i++)
            {
                var value = oldValues[i];
                if (renumberings.Count > 0 && renumberings.TryGetValue(oldColumns[i], out var numberOf)) value = numberOf((int)value);
                if (value == 0 || newColumnOf[oldColumns[i]] == 0) continue;
                newColumns.Add(newColumnOf[oldColumns[i]] - 1);
                values.Add(value);
            }
            starts[row + 1] = newColumns.Count;
        }
        return new SparseMatrix(starts, [.. newColumns], [.. values], columns?.Length ?? features.Columns, features.HasMissing);
    }
}
