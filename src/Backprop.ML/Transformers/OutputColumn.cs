using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Transformers;

/// <summary>A column that scoring adds: as it is promised before training, and as it is delivered.</summary>
internal static class OutputColumn
{
    /// <summary>The annotations that ML.NET's scorers give to a score column.</summary>
    /// <param name="scoreColumnKind">The task.</param>
    /// <param name="scoreValueKind">"Score", "Probability", …</param>
    /// <param name="slotNames">What the numbers of a vector are called; empty for none.</param>
    /// <param name="isNormalized">Whether to say that it is from 0 to 1.</param>
    public static DataViewSchema.Annotations Annotations(
        string scoreColumnKind, string scoreValueKind, IReadOnlyList<string> slotNames, bool isNormalized = false)
    {
        var annotations = new DataViewSchema.Annotations.Builder();
        if (slotNames.Count > 0)
            annotations.AddSlotNames(slotNames.Count, (ref VBuffer<ReadOnlyMemory<char>> value) =>
            {
                var editor = VBufferEditor.Create(ref value, slotNames.Count);
                for (var i = 0; i < slotNames.Count; i++) editor.Values[i] = slotNames[i].AsMemory();
                value = editor.Commit();
            });
        if (isNormalized)
            annotations.Add(AnnotationUtils.Kinds.IsNormalized, BooleanDataViewType.Instance, (ref bool value) => value = true);
        annotations.Add(
            AnnotationUtils.Kinds.ScoreColumnKind, TextDataViewType.Instance,
            (ref ReadOnlyMemory<char> value) => value = scoreColumnKind.AsMemory());
        annotations.Add(
            AnnotationUtils.Kinds.ScoreValueKind, TextDataViewType.Instance,
            (ref ReadOnlyMemory<char> value) => value = scoreValueKind.AsMemory());
        return annotations.ToAnnotations();
    }

    /// <summary>A vector with room for slot names, as promised before training.</summary>
    public static SchemaShape.Column VectorShape(string name, DataViewType itemType, bool hasSlotNames, bool isNormalized = false)
    {
        IEnumerable<SchemaShape.Column> slotNames = hasSlotNames
            ? [new(AnnotationUtils.Kinds.SlotNames, SchemaShape.Column.VectorKind.Vector, TextDataViewType.Instance, isKey: false)]
            : [];
        return new(
            name, SchemaShape.Column.VectorKind.Vector, itemType, isKey: false,
            new SchemaShape(slotNames.Concat(AnnotationUtils.GetTrainerOutputAnnotation(isNormalized))));
    }

    /// <summary>A scalar, as promised before training.</summary>
    public static SchemaShape.Column ScalarShape(string name, DataViewType type, bool isNormalized = false) =>
        new(
            name, SchemaShape.Column.VectorKind.Scalar, type, isKey: false,
            new SchemaShape(AnnotationUtils.GetTrainerOutputAnnotation(isNormalized)));
}
