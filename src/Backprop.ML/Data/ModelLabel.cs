using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Data;

/// <summary>The label column of data that a model is measured on. Classes are matched with those of the model by name.</summary>
internal sealed class ModelLabel
{
    private readonly IHost _host;
    private readonly BackpropTransformer _model;

    /// <summary>Finds the column.</summary>
    /// <param name="host">For the error messages.</param>
    /// <param name="model">The model.</param>
    /// <param name="schema">The columns of the data.</param>
    /// <param name="name">The label column; null for that of the training data.</param>
    /// <exception cref="ArgumentException">The column is missing, or it does not fit the label of the training data.</exception>
    public ModelLabel(IHost host, BackpropTransformer model, DataViewSchema schema, string? name)
    {
        (_host, _model) = (host, model);
        Column = ColumnChecks.Find(host, "data", schema, "label", name ?? model.TrainedLabel.Name);
        if (!Fits(Column.Type, model.TrainedLabel.Type)) throw Mismatch();
        Classes = ClassesOf();
        CheckOrderOfSlots();
    }

    /// <summary>The column.</summary>
    public DataViewSchema.Column Column { get; }

    /// <summary>The index in the model of every class of the column, −1 for none; null if the indices are equal.</summary>
    public int[]? Classes { get; }

    /// <summary>Scores rows with their labels.</summary>
    /// <param name="data">The rows.</param>
    /// <param name="followsDecisions">Whether scores are replaced by decisions.</param>
    public ScoredRows Score(IDataView data, bool followsDecisions) => new(
        _model.Model.Task, _model.Transform(data), Column.Name, Classes, _model.Model.Columns.Classes, followsDecisions, _host.CheckAlive);

    private static bool Fits(DataViewType found, DataViewType expected) =>
        expected is KeyDataViewType ? found is KeyDataViewType && found.RawType == expected.RawType : found.Equals(expected);

    // Classes may have other indices in other data, so they are matched by name. Without names, they are matched by index.
    private int[]? ClassesOf()
    {
        if (Column.Type is not KeyDataViewType found) return null;
        var trainedColumn = _model.TrainedLabel;
        if (!HasNames(Column) || !HasNames(trainedColumn))
            return found.Count == ((KeyDataViewType)trainedColumn.Type).Count ? null : throw Mismatch();
        IReadOnlyList<string> names = KeyNames.Of(Column), trained = KeyNames.Of(trainedColumn);
        if (names.SequenceEqual(trained)) return null;
        var indices = trained.Index().ToDictionary(name => name.Item, name => name.Index);
        return [.. names.Select(name => indices.GetValueOrDefault(name, -1))];
    }

    // Targets are compared with predictions by position.
    private void CheckOrderOfSlots()
    {
        if (Column.Type is not VectorDataViewType) return;
        IReadOnlyList<string> names = SlotNames.Of(Column), trained = SlotNames.Of(_model.TrainedLabel);
        if (names.Count > 0 && trained.Count > 0 && !names.SequenceEqual(trained))
            throw _host.ExceptParam(
                "data", "The slots of label column '{0}' are {1}. In the training data they are {2}. Use the same order.", Column.Name,
                NameDifference.List(names), NameDifference.List(trained));
    }

    private Exception Mismatch() =>
        _host.ExceptSchemaMismatch("data", "label", Column.Name, $"{_model.TrainedLabel.Type}", $"{Column.Type}");

    private static bool HasNames(DataViewSchema.Column column) =>
        column.Annotations.Schema.GetColumnOrNull(AnnotationUtils.Kinds.KeyValues) is not null;
}
