namespace Backprop.ML.Data;

/// <summary>A whole column, or one slot of a vector column.</summary>
/// <param name="Column">The name of the column.</param>
/// <param name="Slot">The slot; null for the whole column.</param>
internal sealed record ColumnPart(string Column, int? Slot);

/// <summary>Values of a row that are replaced together by those of another row.</summary>
/// <param name="Name">The name of the unit.</param>
/// <param name="Parts">Columns and slots.</param>
internal sealed record ColumnUnit(string Name, IReadOnlyList<ColumnPart> Parts)
{
    /// <summary>Whether both units have the same column or slot, or one has a whole column and the other a slot of it.</summary>
    public bool Overlaps(ColumnUnit other) => Parts.Any(part => other.Parts.Any(
        one => one.Column == part.Column && (one.Slot is null || part.Slot is null || one.Slot == part.Slot)));

    /// <summary>Both units together.</summary>
    public ColumnUnit With(ColumnUnit other) => new($"{Name}, {other.Name}", [.. Parts, .. other.Parts]);
}
