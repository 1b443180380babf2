using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Transformers;

/// <summary>Shapes and annotations of the columns that scoring adds.</summary>
internal static class OutputColumn
{
    /// <summary>The annotations of a score column, as ML.NET's scorers set them.</summary>
    /// <param name="scoreColumnKind">The task.</param>
    /// <param name="scoreValueKind">"Score", "Probability", …</param>
    /// <param name="slotNames">The slot names of a vector; empty for none.</param>
    /// <param name="isNormalized">Whether the annotation for values from 0 to 1 is set.</param>
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

    /// <summary>The shape of a vector, with or without slot names, before training.</summary>
    public static SchemaShape.Column VectorShape(string name, DataViewType itemType, bool hasSlotNames, bool isNormalized = false)
    {
        IEnumerable<SchemaShape.Column> slotNames = hasSlotNames
            ? [new(AnnotationUtils.Kinds.SlotNames, SchemaShape.Column.VectorKind.Vector, TextDataViewType.Instance, isKey: false)]
            : [];
        return new(
            name, SchemaShape.Column.VectorKind.Vector, itemType, isKey: false,
            new SchemaShape(slotNames.Concat(AnnotationUtils.GetTrainerOutputAnnotation(isNormalized))));
    }

    /// <summary>The shape of a scalar, before training.</summary>
    public static SchemaShape.Column ScalarShape(string name, DataViewType type, bool isNormalized = false) =>
        new(
            name, SchemaShape.Column.VectorKind.Scalar, type, isKey: false,
            new SchemaShape(AnnotationUtils.GetTrainerOutputAnnotation(isNormalized)));
}
