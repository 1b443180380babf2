using Backprop.Losses;
using Backprop.ML.Transformers;
using Backprop.Networks;
using Backprop.Presets;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Tasks;

/// <summary>What differs from task to task: the label column, the loss, the outputs, and the columns that scoring adds.</summary>
/// <remarks>A new task is one file beside this one and one entry in <see cref="All"/>.</remarks>
internal abstract class LearningTask
{
    /// <summary>Boolean label.</summary>
    public static LearningTask BinaryClassification { get; } = new BinaryClassificationTask();

    /// <summary>Key label.</summary>
    public static LearningTask MulticlassClassification { get; } = new MulticlassClassificationTask();

    /// <summary>Single label.</summary>
    public static LearningTask Regression { get; } = new RegressionTask();

    /// <summary>Label of several Singles.</summary>
    public static LearningTask MultiTargetRegression { get; } = new MultiTargetRegressionTask();

    /// <summary>Label of several Booleans.</summary>
    public static LearningTask MultiLabelClassification { get; } = new MultiLabelClassificationTask();

    /// <summary>Every task, one for each type of label column.</summary>
    public static IReadOnlyList<LearningTask> All { get; } = [
        BinaryClassification, MulticlassClassification, Regression, MultiTargetRegression, MultiLabelClassification];

    /// <summary>The name that saved models keep.</summary>
    public abstract string Name { get; }

    /// <summary>ML.NET's word for the task.</summary>
    public abstract PredictionKind Kind { get; }

    /// <summary>What a loss must expect of its targets to suit this task.</summary>
    public abstract TargetKind TargetKind { get; }

    /// <summary>The loss used where none is given.</summary>
    public Loss DefaultLoss => LossWith(labelSmoothing: 0);

    /// <summary>The same with label smoothing, where the task has classes.</summary>
    public Loss LossWith(double labelSmoothing) => Describe(DatasetProfile.Typical).LossWith(labelSmoothing);

    /// <summary>The label column that the task requires.</summary>
    public abstract SchemaShape.Column LabelShape(string name);

    /// <summary>Whether every row belongs to one of several classes.</summary>
    public virtual bool HasClasses => false;

    /// <summary>Whether the label is a vector.</summary>
    public virtual bool HasSeveralTargets => false;

    /// <summary>The profile of data for this task, for presets.</summary>
    public DatasetProfile Describe(DatasetProfile profile) =>
        profile with { TargetKind = TargetKind, HasSeveralTargets = HasSeveralTargets };

    /// <summary>What the classes are called, in their order; empty where there are none.</summary>
    public virtual IReadOnlyList<string> ClassNames(DataViewSchema.Column label) => [];

    /// <summary>What a slot of the label holds, where the label is a vector; null where it is not.</summary>
    public virtual PrimitiveDataViewType? TargetType => null;

    /// <summary>Target columns that a label column is read as.</summary>
    public virtual int TargetColumns(DataViewSchema.Column label) => 1;

    /// <summary>How many outputs a network for this label column needs under this loss.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column does not tell.</exception>
    public virtual int OutputCount(IExceptionContext context, DataViewSchema.Column label, Loss loss) =>
        loss.OutputsFor(TargetColumns(label));

    /// <summary>Whether a network with so many outputs can have been trained for this task.</summary>
    public virtual bool FitsOutputs(Loss loss, int outputs) => loss.FitsTargets(outputs, targetColumns: 1);

    /// <summary>The columns that scoring adds, as promised before training.</summary>
    public abstract SchemaShape.Column[] OutputShapes(SchemaShape.Column label, Loss loss);

    /// <summary>The columns that a network returns to the scorer; the scorer may add columns that are derived from them.</summary>
    /// <param name="network">What scores.</param>
    /// <param name="outputs">The positions of its outputs in the Score column.</param>
    public abstract DataViewSchema OutputSchema(TrainedNetwork network, OutputOrder outputs);

    /// <summary>What hands out one of these columns; a <c>ValueGetter</c> of the column's type.</summary>
    public abstract Delegate MakeGetter(IScores row, string column, TrainedNetwork network, DecisionThreshold threshold);

    /// <summary>ML.NET's scorer for this task: it adds the output columns and their annotations.</summary>
    public virtual RowToRowScorerBase CreateScorer(
        IHost host, IDataView trainSchemaView, ISchemaBoundMapper mapper, RoleMappedSchema schema, DecisionThreshold threshold) =>
        new GenericScorer(host, new GenericScorer.Arguments(), trainSchemaView, mapper, schema);

    /// <summary>The task for a label column of this shape; null if there is none.</summary>
    public static LearningTask? For(SchemaShape.Column label) =>
        All.FirstOrDefault(task => task.LabelShape(label.Name).IsCompatibleWith(label));

    /// <summary>The label types of some tasks, in words for error messages.</summary>
    public static string LabelTypesOf(IEnumerable<LearningTask> tasks) =>
        string.Join(" or ", tasks.Select(task => task.LabelShape("Label").GetTypeString()));

    // A name for each prediction of a loss, or none at all.
    private protected static IReadOnlyList<string> NamesOf(Loss loss) =>
        loss.PredictionNames.Count == loss.OutputsFor(targetColumns: 1) ? loss.PredictionNames : [];

    private protected static bool HasSlotNames(SchemaShape.Column label) =>
        label.Annotations.Any(annotation => annotation.Name == AnnotationUtils.Kinds.SlotNames);

    private protected static DataViewSchema ScoreSchema(DataViewType type, string kind, params IReadOnlyList<string> slotNames) =>
        Schema((DefaultColumnNames.Score, type, OutputColumn.Annotations(kind, AnnotationUtils.Const.ScoreValueKind.Score, slotNames)));

    private protected static DataViewSchema Schema(
        params ReadOnlySpan<(string Name, DataViewType Type, DataViewSchema.Annotations Annotations)> columns)
    {
        var schema = new DataViewSchema.Builder();
        foreach (var (name, type, annotations) in columns) schema.AddColumn(name, type, annotations);
        return schema.ToSchema();
    }
}
