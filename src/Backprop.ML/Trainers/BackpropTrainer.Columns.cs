using Backprop.ML.Data;
using Backprop.ML.Reporting;
using Backprop.ML.Tasks;
using Backprop.ML.Transformers;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Trainers;

namespace Backprop.ML;

// Checks of the columns. The base class requires a features column, and its error for a missing column lists no columns. So its two public
// methods are replaced here.
public sealed partial class BackpropTrainer : ITrainerEstimator<BackpropTransformer, BackpropModelParameters>
{
    /// <summary>Trains a model.</summary>
    /// <param name="input">The training data.</param>
    /// <exception cref="ArgumentException">A column is missing or has the wrong type.</exception>
    /// <exception cref="InvalidOperationException">No valid row is left, the loss does not allow a label, or training diverged
    /// (<see cref="Training.TrainingDivergedException"/>).</exception>
    public new BackpropTransformer Fit(IDataView input) => Fit(input, validationData: null);

    /// <summary>The columns of data that a trained model has scored.</summary>
    /// <param name="inputSchema">The columns of the data.</param>
    /// <exception cref="ArgumentException">A column is missing or has the wrong type.</exception>
    public new SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        Host.CheckValue(inputSchema, nameof(inputSchema));
        CheckTrainingColumns(nameof(inputSchema), inputSchema);
        var columns = inputSchema.ToDictionary(column => column.Name);
        foreach (var column in GetOutputColumnsCore(inputSchema)) columns[column.Name] = column;
        return new SchemaShape(columns.Values);
    }

    private BackpropTransformer Train(IDataView trainData, IDataView? validationData, BackpropModelParameters? initialParameters)
    {
        CheckTrainingColumns(nameof(trainData), SchemaShape.Create(trainData.Schema));
        if (validationData is not null) CheckColumns(nameof(validationData), SchemaShape.Create(validationData.Schema));
        var context = new TrainContext(
            MakeRoles(trainData), validationData is null ? null : MakeRoles(validationData), initialPredictor: initialParameters);
        return MakeTransformer(TrainModelCore(context), trainData.Schema);
    }

    private protected override RoleMappedData MakeRoles(IDataView data) =>
        new(data, label: LabelName, feature: FeaturesIn(data.Schema), group: _options.RowGroupColumnName, weight: WeightColumn.Name);

    // The features column may be absent if there are category columns: if the option is null, or if the data has no column of the default
    // name.
    private string? FeaturesIn(Func<string, bool> hasColumn)
    {
        if (_options.FeatureColumnName is not { } name) return null;
        var mayBeAbsent = name == DefaultColumnNames.Features && _options.CategoricalFeatureColumnNames.Length > 0;
        return mayBeAbsent && !hasColumn(name) ? null : name;
    }

    private string? FeaturesIn(DataViewSchema schema) => FeaturesIn(name => schema.GetColumnOrNull(name) is not null);

    private InputColumns InputsIn(DataViewSchema schema) => new(FeaturesIn(schema), _options.CategoricalFeatureColumnNames);

    private void CheckSameNames(string argument, DataViewSchema training, DataViewSchema validation, InputColumns inputs)
    {
        if (LabelName is { } label)
        {
            var type = training[label].Type;
            var isMatchedByName = type is VectorDataViewType || (type is KeyDataViewType && !_tasks.Contains(LearningTask.Ranking));
            if (!isMatchedByName) ColumnChecks.CheckType(Host, argument, validation, "label", label, type);
        }
        var areKeys = inputs.Categories.All(name => training[name].Type.GetItemType() is KeyDataViewType);
        if (!areKeys || (inputs.Features is { } features && training[features].Type is not VectorDataViewType)) return;
        var task = LabelName is null ? _tasks[0] : TaskFor(SchemaShape.Create(training).Single(column => column.Name == LabelName));
        _ = ModelColumns.Of(training, inputs, LabelName, task).In(Host, argument, validation, inputs, LabelName);
    }

    // Without a feature column, the first category column is used where the base class requires one.
    private static SchemaShape.Column FeatureShape(Options options) => options.FeatureColumnName is { } features
        ? TrainerUtils.MakeR4VecFeature(features)
        : new(options.CategoricalFeatureColumnNames[0], SchemaShape.Column.VectorKind.Scalar, NumberDataViewType.UInt32, isKey: true);

    private void WarnOfAbsentFeatures(WarningRecorder channel, RoleMappedSchema schema)
    {
        if (schema.Feature is not null || _options.FeatureColumnName is not { } name) return;
        channel.Warning(MessageSensitivity.None,
            "The data has no column '{0}', so the model predicts from the category columns alone ({1}). Set {2} to null if this is " +
                "intended; otherwise create the column, for example by ml.Transforms.Concatenate.",
            name, string.Join(", ", _options.CategoricalFeatureColumnNames), nameof(Options.FeatureColumnName));
    }

    private protected override void CheckLabelCompatible(SchemaShape.Column labelCol) => TaskFor(labelCol);

    private protected override SchemaShape.Column[] GetOutputColumnsCore(SchemaShape inputSchema)
    {
        inputSchema.TryFindColumn(LabelName ?? "", out var label);
        var task = TaskFor(label);
        var loss = _options.LossFor(task);
        var more = UncertaintyColumns.Shapes(task, label, loss, _options.PredictionIntervals, _options.Uncertainty);
        return [.. task.OutputShapes(label, loss), .. more];
    }

    private void CheckTrainingColumns(string argument, SchemaShape schema)
    {
        CheckColumns(argument, schema);
        if (_options.SamplingKeyColumnName is { } key) ColumnChecks.Find(Host, argument, schema, "sampling key", key);
    }

    private void CheckColumns(string argument, SchemaShape schema)
    {
        if (FeaturesIn(name => schema.TryFindColumn(name, out _)) is { } features)
            CheckCompatible(argument, schema, "feature", TrainerUtils.MakeR4VecFeature(features));
        if (_options.RowGroupColumnName is { } group) RowGroups.Check(Host, argument, schema, group);
        if (WeightColumn.IsValid) CheckCompatible(argument, schema, "weight", WeightColumn);
        if (LabelName is { } label) CheckLabelCompatible(ColumnChecks.Find(Host, argument, schema, "label", label));
        CategoryColumns.Check(Host, argument, schema, _options.CategoricalFeatureColumnNames);
    }

    private void CheckCompatible(string argument, SchemaShape schema, string role, SchemaShape.Column expected)
    {
        var found = ColumnChecks.Find(Host, argument, schema, role, expected.Name);
        if (!expected.IsCompatibleWith(found))
            throw ColumnChecks.Mismatch(Host, argument, role, expected.Name, expected.GetTypeString(), found.GetTypeString());
    }
}
