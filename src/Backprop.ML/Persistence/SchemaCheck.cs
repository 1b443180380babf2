using Backprop.ML.Data;
using Backprop.ML.Tasks;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Persistence;

/// <summary>Whether a saved network fits the training schema that was saved with it.</summary>
internal static class SchemaCheck
{
    /// <summary>
    /// Checks that all columns exist and have the right types, and that the number of inputs and the number of classes or targets fit.
    /// </summary>
    /// <exception cref="FormatException">A column does not fit. The message names the column, its type, and the requirement of the
    /// network.</exception>
    public static void Check(
        IExceptionContext context, DataViewSchema schema, InputColumns inputs, string? labelColumnName, BackpropModelParameters model)
    {
        CheckInputs(schema, inputs, model);
        if (labelColumnName is null == model.Task.HasLabel)
            throw Contradiction($"it names {(labelColumnName is null ? "no" : "a")} label column, but it is for {model.Task.Name}");
        if (labelColumnName is not null) CheckLabel(context, Find(schema, "label", labelColumnName), model);
    }

    private static void CheckInputs(DataViewSchema schema, InputColumns inputs, BackpropModelParameters model)
    {
        var features = inputs.Features is null ? 0 : CountFeatures(schema, inputs.Features);
        if (features != model.Columns.Features.Size)
            throw Contradiction($"it has names for {model.Columns.Features.Size} features, but its training schema has {features}");
        if (!inputs.Categories.SequenceEqual(model.Columns.Categories.Select(column => column.Name)))
        {
            throw Contradiction(
                $"its category columns are {NameDifference.List(inputs.Categories)}, but it has key values of " +
                $"{NameDifference.List([.. model.Columns.Categories.Select(column => column.Name)])}");
        }
        foreach (var column in model.Columns.Categories)
        {
            var type = Find(schema, "category", column.Name).Type;
            if (type.GetItemType() is not KeyDataViewType key)
                throw Contradiction($"category column '{column.Name}' of its training schema is {type}, not a key");
            var size = type is VectorDataViewType vector ? vector.Size : 0;
            if (size != column.VectorSize || key.Count != column.Keys.Count)
            {
                throw Contradiction(
                    $"category column '{column.Name}' of its training schema is {type}, but it has {column.Width} keys of " +
                    $"{column.Keys.Count} values");
            }
        }
    }

    private static int CountFeatures(DataViewSchema schema, string name)
    {
        var type = Find(schema, "feature", name).Type;
        return type is VectorDataViewType { IsKnownSize: true } features && features.ItemType == NumberDataViewType.Single
            ? features.Size
            : throw Contradiction($"feature column '{name}' of its training schema is {type}, not a vector of Single");
    }

    // Only this check compares the outputs of a network with the values of its label.
    private static void CheckLabel(IExceptionContext context, DataViewSchema.Column label, BackpropModelParameters model)
    {
        if (!model.Task.Accepts(ShapeOf(label)))
        {
            throw Contradiction(
                $"label column '{label.Name}' of its training schema is {label.Type}; " +
                $"its task {model.Task.Name} needs {LearningTask.LabelTypesOf([model.Task])}");
        }

        if (model.Columns.Classes is { } classes)
        {
            var count = ((KeyDataViewType)label.Type).Count;
            if (count != classes.Count)
                throw Contradiction($"its label column '{label.Name}' is {label.Type}, but it has classes of {classes.Count} key values");
            return;
        }
        var needed = model.Task.OutputCount(context, label, model.Network.Loss);
        var network = model.Network.Network;
        if (network.Outputs != needed)
        {
            throw Contradiction(
                $"its network {network} has {network.Outputs} outputs, but label column '{label.Name}' of type {label.Type} " +
                $"needs {needed} with the loss {model.Network.Loss}");
        }
    }

    private static DataViewSchema.Column Find(DataViewSchema schema, string role, string name) =>
        schema.GetColumnOrNull(name) ?? throw Contradiction($"there is no {role} column '{name}' in its training schema");

    private static SchemaShape.Column ShapeOf(DataViewSchema.Column column)
    {
        var schema = new DataViewSchema.Builder();
        schema.AddColumn(column.Name, column.Type);
        return SchemaShape.Create(schema.ToSchema()).Single();
    }

    private static FormatException Contradiction(string what) => new($"The saved model contradicts itself: {what}.");
}
